"""Settings of a client from environment variables: for what is not set in code."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from pytest_dynamodb.client.credentials import Credentials
from pytest_dynamodb.client.policy.breaker import BreakerPolicy
from pytest_dynamodb.client.policy.retry import RetryPolicy
from pytest_dynamodb.errors import ConfigurationError


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds >= 0:
        raise ValueError
    return seconds


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


#: The variable of each field of ``ClientConfig`` that has one, and how it is read.
FIELDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "regions": ("PYTEST_DYNAMODB_REGIONS", _names),
    "endpoint_url": ("PYTEST_DYNAMODB_ENDPOINT_URL", str),
    "connect_timeout": ("PYTEST_DYNAMODB_CONNECT_TIMEOUT", _seconds),
    "read_timeout": ("PYTEST_DYNAMODB_READ_TIMEOUT", _seconds),
    "call_timeout": ("PYTEST_DYNAMODB_CALL_TIMEOUT", _seconds),
    "max_pool_connections": ("PYTEST_DYNAMODB_MAX_POOL_CONNECTIONS", int),
}
RETRY: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "max_attempts": ("PYTEST_DYNAMODB_RETRY_MAX_ATTEMPTS", int),
    "throttling_base": ("PYTEST_DYNAMODB_RETRY_THROTTLING_BASE", _seconds),
    "base": ("PYTEST_DYNAMODB_RETRY_BASE", _seconds),
    "max_delay": ("PYTEST_DYNAMODB_RETRY_MAX_DELAY", _seconds),
    "quota": ("PYTEST_DYNAMODB_RETRY_QUOTA", int),
}
BREAKER: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "failures": ("PYTEST_DYNAMODB_BREAKER_FAILURES", int),
    "open_for": ("PYTEST_DYNAMODB_BREAKER_OPEN_FOR", _seconds),
    "probes": ("PYTEST_DYNAMODB_BREAKER_PROBES", int),
    "successes": ("PYTEST_DYNAMODB_BREAKER_SUCCESSES", int),
    "scope": ("PYTEST_DYNAMODB_BREAKER_SCOPE", str),
}
RETRY_SWITCH = "PYTEST_DYNAMODB_RETRY"
BREAKER_SWITCH = "PYTEST_DYNAMODB_BREAKER"

ROLE_ARN = "PYTEST_DYNAMODB_ROLE_ARN"
#: Arguments of ``Credentials.assume_role``. Several ARNs in the variable above are assumed one with the other.
ROLE: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "session_name": ("PYTEST_DYNAMODB_ROLE_SESSION_NAME", str),
    "external_id": ("PYTEST_DYNAMODB_ROLE_EXTERNAL_ID", str),
    "duration": ("PYTEST_DYNAMODB_ROLE_DURATION", int),
}
TOKEN_FILE = "PYTEST_DYNAMODB_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105 - the name of a variable
STS_ENDPOINT = "PYTEST_DYNAMODB_STS_ENDPOINT_URL"
PROFILE = "PYTEST_DYNAMODB_PROFILE"


def fields() -> dict[str, Any]:
    """The fields of ``ClientConfig`` that the environment sets. Raises ``ConfigurationError`` that names a variable."""
    return _given(FIELDS)


def retry_policy(default: RetryPolicy) -> RetryPolicy | None:
    """The policy that the environment describes, over a default one; ``None`` if it is switched off there."""
    if _is_off(RETRY_SWITCH):
        return None
    given = _given(RETRY)
    kept = {name: getattr(default, name) for name in RETRY}
    return RetryPolicy(**{**kept, **given}) if given else default


def breaker_policy() -> BreakerPolicy | None:
    """As ``retry_policy``, for the breaker."""
    return None if _is_off(BREAKER_SWITCH) else BreakerPolicy(**_given(BREAKER))


def credentials() -> Credentials | None:
    """The credentials that our own variables describe, which botocore does not read; ``None`` without any."""
    arns, token_file = _names(os.environ.get(ROLE_ARN, "")), os.environ.get(TOKEN_FILE)
    endpoint, profile = os.environ.get(STS_ENDPOINT) or None, os.environ.get(PROFILE) or None
    made = Credentials.default(profile=profile) if profile else None
    if token_file:
        session_name = _given(ROLE).get("session_name")
        first = arns[0] if arns else None
        made = Credentials.web_identity(first, token_file, session_name=session_name, endpoint_url=endpoint)
        arns = arns[1:]
    for number, arn in enumerate(arns, start=1):
        # The external id and the duration are agreed upon with the owner of the last role.
        arguments = _given(ROLE) if number == len(arns) else {}
        made = Credentials.assume_role(arn, base=made, endpoint_url=endpoint, **arguments)
    return made


def _is_off(name: str) -> bool:
    value = os.environ.get(name, "")
    if value not in ("", "on", "off"):
        raise ConfigurationError(f"{name} must be on or off, not {value!r}")
    return value == "off"


def _given(table: Mapping[str, tuple[str, Callable[[str], Any]]]) -> dict[str, Any]:
    given = {}
    for name, (variable, read) in table.items():
        text = os.environ.get(variable)
        if text:  # an empty variable is how CI systems pass one that is not set
            try:
                given[name] = read(text)
            except ValueError:
                raise ConfigurationError(f"{variable} cannot be {text!r}") from None
    return given
