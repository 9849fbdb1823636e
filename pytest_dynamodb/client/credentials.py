"""Where a client's credentials come from: a description, from which botocore's own providers are made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_dynamodb.errors import ConfigurationError

CredentialSource = Literal["static", "assume_role", "web_identity", "default"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Made with ``static``, ``assume_role``, ``web_identity`` or ``default``; holds nothing that expires.

    A client that is given one asks AWS for nothing before its first call needs it. Temporary credentials are refreshed
    in the background from a quarter of an hour before they expire, so that a call waits for them only once.
    """

    source: CredentialSource
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    base: Credentials | None = field(default=None, repr=False)

    @classmethod
    def static(cls, access_key_id: str, secret_access_key: str, session_token: str | None = None) -> Credentials:
        """A key that does not change. Raises ``ConfigurationError`` for an empty one."""
        if not access_key_id or not secret_access_key:
            raise ConfigurationError("static credentials need an access key id and a secret access key")
        return cls("static", {"access_key": access_key_id, "secret_key": secret_access_key, "token": session_token})

    @classmethod
    def assume_role(
        cls,
        role_arn: str,
        *,
        session_name: str | None = None,
        external_id: str | None = None,
        duration: int | None = None,
        policy: str | None = None,
        tags: Mapping[str, str] | None = None,
        base: Credentials | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
    ) -> Credentials:
        """Temporary credentials of a role, from STS. It is assumed with ``base``: the default chain, or another role.

        ``duration`` is in seconds. ``region`` and ``endpoint_url`` are those of STS; without them, the client's region.
        Raises ``ConfigurationError`` for what is no ARN.
        """
        _check_role(role_arn)
        request = {
            "RoleSessionName": session_name,
            "ExternalId": external_id,
            "DurationSeconds": duration,
            "Policy": policy,
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()] if tags else None,
        }
        return cls("assume_role", _role_settings(role_arn, request, region, endpoint_url), base)

    @classmethod
    def web_identity(
        cls,
        role_arn: str | None = None,
        token_file: str | os.PathLike[str] | None = None,
        *,
        session_name: str | None = None,
        duration: int | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
    ) -> Credentials:
        """Temporary credentials of a role, from STS, for the token in a file, which each refresh reads: a pod on EKS.

        What is not given is what EKS sets: ``AWS_ROLE_ARN``, ``AWS_WEB_IDENTITY_TOKEN_FILE``,
        ``AWS_ROLE_SESSION_NAME``. Raises ``ConfigurationError`` where that is not set either.
        """
        role_arn = role_arn or os.environ.get("AWS_ROLE_ARN", "")
        token_file = token_file or os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE", "")
        if not role_arn or not token_file:
            raise ConfigurationError(
                "a web identity needs a role and a token file: give them, or set AWS_ROLE_ARN and "
                "AWS_WEB_IDENTITY_TOKEN_FILE, as EKS does for pods whose service account has a role"
            )
        _check_role(role_arn)
        session_name = session_name or os.environ.get("AWS_ROLE_SESSION_NAME")
        request = {"RoleSessionName": session_name, "DurationSeconds": duration}
        settings = _role_settings(role_arn, request, region, endpoint_url)
        return cls("web_identity", {**settings, "token_file": os.fspath(token_file)})

    @classmethod
    def default(cls, *, profile: str | None = None) -> Credentials:
        """botocore's default chain: environment, files, web identity, container and instance metadata."""
        return cls("default", {"profile": profile})


def _role_settings(
    role_arn: str, request: Mapping[str, Any], region: str | None, endpoint_url: str | None
) -> dict[str, Any]:
    given = {name: value for name, value in request.items() if value is not None}
    return {"role_arn": role_arn, "request": given, "region": region, "endpoint_url": endpoint_url}


def _check_role(role_arn: str) -> None:
    if not role_arn.startswith("arn:") or ":role/" not in role_arn:
        raise ConfigurationError(f"a role's ARN looks like arn:aws:iam::123456789012:role/name, unlike {role_arn!r}")
