"""The configuration of a client."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.connection.credentials import Credentials, new_session
from pytest_dynamodb.client.core import Core
from pytest_dynamodb.client.effort import MonotonicClock, Sleep, Timing
from pytest_dynamodb.client.numbers import NumberType
from pytest_dynamodb.client.observer import Observer
from pytest_dynamodb.client.page import Cursors, CursorSecret
from pytest_dynamodb.client.policy import BreakerPolicy, CircuitBreaker, RetryPolicy, RetryQuota
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.dialects import VARIABLE, Dialect, dialect_of
from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.exchange import PROVIDERS, Provider, ProviderName

if TYPE_CHECKING:
    from botocore.config import Config


AWS_REGION = "AWS_REGION"
"""Where AWS's SDKs take the region from first; botocore reads ``AWS_DEFAULT_REGION`` alone.

(AWS SDKs and Tools Reference Guide, "AWS Region", and the table of compatibility there.)
"""
PROVIDER_VARIABLE = "PYTEST_DYNAMODB_PROVIDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """Settings of one client. What is left out is taken from the environment, then from botocore or the defaults here.

    ``region``                 without one, ``AWS_REGION``, which botocore does not read; then botocore's own:
                               ``AWS_DEFAULT_REGION``, a profile
    ``regions``                instead of it: several, in order of preference. Writes and consistent reads go to the
                               first one alone, other reads to the next where one is in trouble
    ``endpoint_url``           a URL, in which ``{region}`` stands for the region; or a URL for each region by its name
    ``credentials``            see ``Credentials``
    ``connect_timeout``        in seconds, of one attempt; 5 unless ``botocore`` says otherwise
    ``read_timeout``           in seconds, of one attempt; 30 unless ``botocore`` says otherwise
    ``call_timeout``           in seconds, of a call with all its attempts and waits; no attempt begins after it
    ``max_pool_connections``   open sockets; 50 unless ``botocore`` says otherwise
    ``retry``, ``breaker``     policies; ``None`` switches them off
    ``rate``                   a ``RateLimit``: units a second; none
    ``botocore``               a ``botocore.config.Config`` with any other setting; the fields here take precedence
    ``floats``                 lets items and updates hold ``float``, see ``values.to_wire``; conditions say so
                               themselves: ``Attr("price", floats=True)``
    ``numbers``                what is made of the numbers of items that are read, such as ``int_or_float``; without
                               it they are ``Decimal``, which alone keeps all digits. Not of typed tables
    ``clock``, ``sleep``       for tests: ``ClientConfig(clock=clock, sleep=clock.advance)`` with a ``VirtualClock``
                               waits no time; an asynchronous client awaits what ``sleep`` returns, if it can be
    ``dialect``                whose answers the mock gives that the client makes for ``provider="mock"``: ``"today"``,
                               ``"classic"``, a day or a region's name; ``PYTEST_DYNAMODB_DIALECT`` unless given
    ``observer``               is told of every call
    ``cursor_secret``          signs cursors, so that a changed one is refused; not empty. Of several, the first one
                               signs and all are accepted, so that a secret can be replaced; see ``client.page``
    """

    region: str | None = None
    regions: Sequence[str] | None = None
    endpoint_url: str | Mapping[str, str] | None = None
    credentials: Credentials | None = None
    connect_timeout: float | None = None
    read_timeout: float | None = None
    call_timeout: float | None = None
    max_pool_connections: int | None = None
    retry: RetryPolicy | Literal["default"] | None = "default"
    breaker: BreakerPolicy | Literal["default"] | None = "default"
    rate: RateLimit | None = None
    botocore: Config | None = None
    floats: bool = False
    numbers: NumberType | None = None
    clock: Clock | None = None
    sleep: Sleep | None = None
    dialect: str | date | Dialect | None = None
    observer: Observer | None = None
    cursor_secret: CursorSecret | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raise ``ConfigurationError`` for a dialect that there is none of, and for an empty ``cursor_secret``."""
        Cursors(self.cursor_secret)
        if self.dialect is not None:
            dialect_of(self.dialect)


def environment_region() -> str | None:
    """The region that AWS's own variable names; ``None`` leaves it to botocore."""
    return os.environ.get(AWS_REGION) or None


def chosen_provider(provider: ProviderName | Provider | None) -> ProviderName | Provider:
    """The given provider, or the one the environment names, or ``"live"``.

    Raises ``ConfigurationError`` for an unknown name.
    """
    source = "provider"
    if provider is None:
        value = os.environ.get(PROVIDER_VARIABLE) or "live"
        source = PROVIDER_VARIABLE
    elif isinstance(provider, str):
        value = provider
    elif isinstance(provider, Provider):
        return provider
    else:
        raise ConfigurationError(
            f"provider must be one of {', '.join(PROVIDERS)}, or a Provider such as ReplayProvider(path), "
            f"not {quoted(provider)}"
        )
    for name in PROVIDERS:
        if value == name:
            return name
    raise ConfigurationError(f"{source} must be one of {', '.join(PROVIDERS)}, not {value!r}")


# --- environment variables ---
# For what is not set in code.


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds >= 0:
        raise ValueError
    return seconds


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


FIELDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "regions": ("PYTEST_DYNAMODB_REGIONS", _names),
    "endpoint_url": ("PYTEST_DYNAMODB_ENDPOINT_URL", str),
    "connect_timeout": ("PYTEST_DYNAMODB_CONNECT_TIMEOUT", _seconds),
    "read_timeout": ("PYTEST_DYNAMODB_READ_TIMEOUT", _seconds),
    "call_timeout": ("PYTEST_DYNAMODB_CALL_TIMEOUT", _seconds),
    "dialect": (VARIABLE, dialect_of),
    "max_pool_connections": ("PYTEST_DYNAMODB_MAX_POOL_CONNECTIONS", int),
}
"""The variable of each field of ``ClientConfig`` that has one, and how it is read."""
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
ROLE: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "session_name": ("PYTEST_DYNAMODB_ROLE_SESSION_NAME", str),
    "external_id": ("PYTEST_DYNAMODB_ROLE_EXTERNAL_ID", str),
    "duration": ("PYTEST_DYNAMODB_ROLE_DURATION", int),
}
"""Arguments of ``Credentials.assume_role``. Several ARNs in the variable above are assumed one with the other."""
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


# --- settings ---
# A client's, those of the environment included: for botocore and for the client's core.

DEFAULTS: Mapping[str, Any] = {"connect_timeout": 5.0, "read_timeout": 30.0, "max_pool_connections": 50}
"""What botocore is given where neither code nor environment say otherwise: seconds, of one attempt, which botocore has
at a minute each, longer than most callers wait for anything; and open sockets, of which ten are few for threads."""


class Settings:
    """``config`` with what the environment adds. Raises ``ConfigurationError`` for a setting out of range."""

    config: ClientConfig

    def __init__(self, config: ClientConfig) -> None:
        given = fields()
        if config.region is not None:
            given.pop("regions", None)
        unset = {name: value for name, value in given.items() if getattr(config, name) is None}
        self.config = config = replace(config, **unset)
        if config.region is not None and config.regions:
            raise ConfigurationError("give region, or regions in order of preference, not both")
        if isinstance(config.regions, str):
            raise ConfigurationError(f"regions is a list of regions; for the one there is region={config.regions!r}")
        _check_seconds(config)
        self.regions: Sequence[str | None] = tuple(config.regions or ()) or (config.region or environment_region(),)
        self._check_endpoints()
        self.credentials: Credentials | None = config.credentials or credentials()
        self.retry: RetryPolicy | None = self._retry()
        self.breaker: BreakerPolicy | None = breaker_policy() if config.breaker == "default" else config.breaker

    def session(self, *, is_async: bool = False) -> Any:
        """A session of botocore's, or aiobotocore's, with the credentials."""
        return new_session(self.credentials, self.regions[0], is_async=is_async)

    def client_arguments(self, region: int, *, is_async: bool = False) -> dict[str, Any]:
        """The keyword arguments of ``create_client``, botocore's or aiobotocore's, in the region of this number."""
        if is_async:
            from aiobotocore.config import AioConfig as Config
        else:
            from botocore.config import Config
        config, attempts = self.config, 1 if self.retry is None else self.retry.max_attempts
        names = ("connect_timeout", "read_timeout", "max_pool_connections")
        given = {name: value for name in names if (value := getattr(config, name)) is not None}
        chosen = Config(
            **given,
            # What is sent is built from DynamoDB's own types, which need no second check.
            parameter_validation=False,
            # Our handler takes the place of this mode's; but the mode decides, for example, which headers are sent.
            retries={"mode": "standard", "total_max_attempts": attempts},
        )
        base = Config(**DEFAULTS) if config.botocore is None else Config(**DEFAULTS).merge(config.botocore)
        name = self.regions[region]
        return {"region_name": name, "endpoint_url": self._endpoint(name), "config": base.merge(chosen)}

    def core(self, session: Any) -> Core:
        """What the calls of a client with these settings have in common."""
        config = self.config
        timing = Timing(config.clock or MonotonicClock(), config.sleep)
        return Core(
            timing=timing,
            regions=[name or session.get_config_variable("region") or "" for name in self.regions],
            retry=self.retry,
            quota=quota_of(self.retry),
            breaker=self._circuits(self.breaker, timing),
            observer=config.observer,
            call_timeout=config.call_timeout,
            rate=config.rate,
        )

    def _circuits(self, policy: BreakerPolicy | None, timing: Timing) -> CircuitBreaker | None:
        observer = self.config.observer
        told = None if observer is None else observer.breaker_changed
        return None if policy is None else CircuitBreaker(policy, timing.clock, on_change=told)

    def _retry(self) -> RetryPolicy | None:
        """The policy; where none is set, the default one, with botocore's number of attempts if that is set in code."""
        if self.config.retry != "default":
            return self.config.retry
        asked = getattr(self.config.botocore, "retries", None) or {}
        attempts = asked.get("total_max_attempts") or (asked["max_attempts"] + 1 if "max_attempts" in asked else None)
        return retry_policy(RetryPolicy() if attempts is None else RetryPolicy(max_attempts=attempts))

    def _endpoint(self, region: str | None) -> str | None:
        url = self.config.endpoint_url
        if url is None or isinstance(url, str):
            return url and url.replace("{region}", region or "")
        return url.get(region or "")

    def _check_endpoints(self) -> None:
        url = self.config.endpoint_url
        if isinstance(url, str) and len(self.regions) > 1 and "{region}" not in url:
            raise ConfigurationError(
                f"endpoint_url={url!r} is one place for {len(self.regions)} regions: write {{region}} into it, or give "
                "a mapping of regions to URLs"
            )


def _check_seconds(config: ClientConfig) -> None:
    for name in ("connect_timeout", "read_timeout", "call_timeout"):
        seconds = getattr(config, name)
        if seconds is not None:
            arguments.seconds(name, seconds, above=True)


def quota_of(policy: RetryPolicy | None) -> RetryQuota | None:
    """The retry quota of a client with this policy; ``None`` without one."""
    return None if policy is None or policy.quota is None else RetryQuota(policy.quota)
