"""Where a client's credentials come from: a description, from which botocore's own providers are made."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_dynamodb import forks
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


# --- refresh ---
# Temporary credentials are refreshed before they expire, beside the calls that use them. botocore refreshes its own
# ahead of expiry too, but within a request, which then takes seconds longer (boto3#2345). Here the request goes on with
# what it has, which is still valid, while a thread or a task fetches the next.

AHEAD = 15 * 60
"""Seconds before expiry from which on they are refreshed in the background, and from which on a call waits for that."""
AT_LAST = 60

BETWEEN = 30.0
"""Seconds between two attempts in the background: a role's session may be no longer than `AHEAD`, and STS may fail."""


class RefreshedAhead:
    """Stands before botocore's refreshable credentials, and is asked by its signer in their place."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._frozen: Any = None
        self._next = 0.0
        self._starting = forks.lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._credentials, name)

    def get_frozen_credentials(self) -> Any:
        """Credentials to sign with. Waits for STS only where there are none that are valid for another minute."""
        credentials = self._credentials
        if self._frozen is None or credentials.refresh_needed(refresh_in=AT_LAST):
            self._frozen = credentials.get_frozen_credentials()
        elif credentials.refresh_needed(refresh_in=AHEAD):
            self._refresh_aside()
        return self._frozen

    def get_deferred_property(self, property_name: str) -> Callable[[], Any]:
        """As botocore's, for the account id in an endpoint."""
        return lambda: getattr(self.get_frozen_credentials(), property_name, None)

    @property
    def account_id(self) -> str | None:
        """The account, where STS or the chain knows it."""
        account_id: str | None = getattr(self.get_frozen_credentials(), "account_id", None)
        return account_id

    def _refresh_aside(self) -> None:
        with self._starting:
            if time.monotonic() < self._next:
                return
            self._next = time.monotonic() + BETWEEN
        threading.Thread(target=self._refresh, name="pytest-dynamodb-credentials", daemon=True).start()

    def _refresh(self) -> None:
        # botocore logs what goes wrong. What there is is valid still; and a call that needs another will say more.
        with suppress(Exception):
            self._frozen = self._credentials.get_frozen_credentials()


class AsyncRefreshedAhead:
    """As ``RefreshedAhead``, for aiobotocore's."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials
        self._frozen: Any = None
        self._next = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._credentials, name)

    async def get_frozen_credentials(self) -> Any:
        credentials = self._credentials
        if self._frozen is None or credentials.refresh_needed(refresh_in=AT_LAST):
            self._frozen = await credentials.get_frozen_credentials()
        elif credentials.refresh_needed(refresh_in=AHEAD) and time.monotonic() >= self._next:
            self._next = time.monotonic() + BETWEEN
            self._refreshing = asyncio.get_running_loop().create_task(self._refresh())
        return self._frozen

    async def get_account_id(self) -> str | None:
        """The account, where STS or the chain knows it."""
        account_id: str | None = getattr(await self.get_frozen_credentials(), "account_id", None)
        return account_id

    def get_deferred_property(self, property_name: str) -> Callable[[], Any]:
        """As aiobotocore's."""
        if property_name == "account_id":
            return self.get_account_id
        deferred: Callable[[], Any] = self._credentials.get_deferred_property(property_name)
        return deferred

    async def _refresh(self) -> None:
        with suppress(Exception):
            self._frozen = await self._credentials.get_frozen_credentials()


# --- sessions ---
# A session of botocore's, or aiobotocore's, gets the credentials that are described. They are botocore's own: its
# fetchers ask STS, its refreshable credentials know when they expire. Written here is only which of them stand in which
# order.


def new_session(credentials: Credentials | None, region: str | None, *, is_async: bool = False) -> Any:
    """A session of a client's own: making clients of a shared one is not thread-safe. Fetches nothing.

    ``region`` is where STS is asked. Raises botocore's ``ProfileNotFound``.
    """
    described = credentials or Credentials.default()
    kinds = _async_kinds() if is_async else _kinds()
    session = kinds.session(profile=described.settings.get("profile"))
    chain = session.get_component("credential_provider")
    make = chain.load_credentials if described.source == "default" else _Maker(kinds, region).later(described)
    session.register_component("credential_provider", kinds.resolver(chain, make))
    return session


@dataclass(frozen=True, slots=True)
class _Kinds:
    """botocore's classes, or aiobotocore's, and ours over them."""

    session: Callable[..., Any]
    static: Callable[..., Any]
    refreshable: Callable[..., Any]
    assume_role: Callable[..., Any]
    web_identity: Callable[..., Any]
    chain: Callable[..., Any]
    resolver: Callable[..., Any]


def _kinds() -> _Kinds:
    from botocore import credentials
    from botocore.session import Session

    return _Kinds(
        session=Session,
        static=credentials.Credentials,
        refreshable=credentials.DeferredRefreshableCredentials,
        assume_role=credentials.AssumeRoleCredentialFetcher,
        web_identity=credentials.AssumeRoleWithWebIdentityCredentialFetcher,
        chain=_Chain,
        resolver=_Resolver,
    )


def _async_kinds() -> _Kinds:
    from aiobotocore import credentials
    from aiobotocore.session import AioSession

    return _Kinds(
        session=AioSession,
        static=credentials.AioCredentials,
        refreshable=credentials.AioDeferredRefreshableCredentials,
        assume_role=credentials.AioAssumeRoleCredentialFetcher,
        web_identity=credentials.AioAssumeRoleWithWebIdentityCredentialFetcher,
        chain=_AsyncChain,
        resolver=_AsyncResolver,
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes what is described, the bases of roles first."""

    kinds: _Kinds
    region: str | None

    def later(self, described: Credentials) -> Callable[[], Any]:
        return lambda: self.made(described)

    def made(self, described: Credentials) -> Any:
        settings, kinds = described.settings, self.kinds
        if described.source == "static":
            return kinds.static(settings["access_key"], settings["secret_key"], settings["token"])
        if described.source == "default":
            return kinds.chain(kinds.session(profile=settings.get("profile")))
        fetcher = self._web_identity(described) if described.source == "web_identity" else self._assume_role(described)
        method = described.source.replace("_", "-")
        return kinds.refreshable(method=method, refresh_using=fetcher.fetch_credentials)

    def _assume_role(self, described: Credentials) -> Any:
        base = self.made(described.base or Credentials.default())
        settings = described.settings
        return self.kinds.assume_role(self._sts(settings), base, settings["role_arn"], settings["request"])

    def _web_identity(self, described: Credentials) -> Any:
        from botocore.utils import FileWebIdentityTokenLoader  # reads the file whenever it is asked

        settings = described.settings
        read_token = FileWebIdentityTokenLoader(settings["token_file"])
        return self.kinds.web_identity(self._sts(settings), read_token, settings["role_arn"], settings["request"])

    def _sts(self, settings: Any) -> Callable[..., Any]:
        """What makes a client of STS, in a session of its own: it may be in a thread of its own."""

        def create_client(service_name: str, **arguments: Any) -> Any:
            region = settings["region"] or self.region
            return self.kinds.session().create_client(
                service_name, region_name=region, endpoint_url=settings["endpoint_url"], **arguments
            )

        return create_client


class _Chain:
    """The default chain as the base of a role: asked when the role is first assumed."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def get_frozen_credentials(self) -> Any:
        from botocore.exceptions import NoCredentialsError

        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return credentials.get_frozen_credentials()


class _AsyncChain:
    """As ``_Chain``, for aiobotocore."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def get_frozen_credentials(self) -> Any:
        from botocore.exceptions import NoCredentialsError

        credentials = await self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return await credentials.get_frozen_credentials()


class _Resolver:
    """Stands in for botocore's ``CredentialResolver``: what a session asks when it makes its first client."""

    def __init__(self, chain: Any, make: Callable[[], Any]) -> None:
        self._chain, self._make = chain, make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def load_credentials(self) -> Any:
        """botocore's credentials; ``None`` if the default chain finds none."""
        credentials = self._make()
        return RefreshedAhead(credentials) if hasattr(credentials, "refresh_needed") else credentials


class _AsyncResolver(_Resolver):
    """As ``_Resolver``, for aiobotocore, whose chain is awaited."""

    async def load_credentials(self) -> Any:
        from inspect import isawaitable

        credentials = self._make()
        if isawaitable(credentials):
            credentials = await credentials
        return AsyncRefreshedAhead(credentials) if hasattr(credentials, "refresh_needed") else credentials
