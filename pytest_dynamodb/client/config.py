"""What a client is made with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from pytest_dynamodb.client.core import Core
from pytest_dynamodb.client.policy.breaker import BreakerPolicy, CircuitBreaker
from pytest_dynamodb.client.policy.quota import RetryQuota
from pytest_dynamodb.client.policy.retry import RetryPolicy
from pytest_dynamodb.client.timing import MonotonicClock, Sleep, Timing
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Provider

if TYPE_CHECKING:
    from botocore.config import Config

ProviderName = Literal["live", "replay", "record", "mock"]
PROVIDER_NAMES: tuple[ProviderName, ...] = get_args(ProviderName)
PROVIDER_VARIABLE = "PYTEST_DYNAMODB_PROVIDER"


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """Settings of one client. What is ``None`` is left to botocore, with its environment variables and files.

    ``connect_timeout`` and ``read_timeout`` are in seconds. ``botocore`` is a ``botocore.config.Config`` with any other
    setting of botocore's; the fields here go before its own. ``floats`` lets items and updates hold ``float``, see
    ``values.to_wire``; conditions say so themselves: ``Attr("price", floats=True)``.
    """

    region: str | None = None
    regions: Sequence[str] = ()
    endpoint_url: str | None = None
    connect_timeout: float | None = None
    read_timeout: float | None = None
    max_pool_connections: int | None = None
    botocore: Config | None = None
    floats: bool = False
    retry: RetryPolicy | Literal["default"] | None = "default"
    breaker: BreakerPolicy | Literal["default"] | None = "default"
    call_timeout: float | None = None
    clock: Clock | None = None
    sleep: Sleep | None = None

    def client_arguments(self, region: int = 0, *, is_async: bool = False) -> dict[str, Any]:
        """The keyword arguments of ``create_client``, botocore's or aiobotocore's, in the region of this number."""
        if is_async:
            from aiobotocore.config import AioConfig as Config
        else:
            from botocore.config import Config

        names = ("connect_timeout", "read_timeout", "max_pool_connections")
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        policy = self.retry_policy
        # What is sent is built from DynamoDB's own types: its types need no second check.
        config = Config(
            **given,
            parameter_validation=False,
            # Our handler takes the place of this one; but the mode decides, for example, which headers are sent.
            retries={"mode": "standard", "total_max_attempts": 1 if policy is None else policy.max_attempts},
        )
        return {
            "region_name": self.regions[region] if self.regions else self.region,
            "endpoint_url": self.endpoint_url,
            "config": config if self.botocore is None else Config().merge(self.botocore).merge(config),
        }

    @property
    def retry_policy(self) -> RetryPolicy | None:
        """The policy; where none is set, the default one, with botocore's number of attempts if that is set."""
        if self.retry != "default":
            return self.retry
        asked = getattr(self.botocore, "retries", None) or {}
        attempts = asked.get("total_max_attempts") or (asked["max_attempts"] + 1 if "max_attempts" in asked else None)
        return RetryPolicy() if attempts is None else RetryPolicy(max_attempts=attempts)

    @property
    def breaker_policy(self) -> BreakerPolicy | None:
        """The policy, or the default one."""
        return BreakerPolicy() if self.breaker == "default" else self.breaker

    def core(self) -> Core:
        """What the calls of a client with these settings have in common."""
        timing = Timing(self.clock or MonotonicClock(), self.sleep)
        retry, breaker = self.retry_policy, self.breaker_policy
        return Core(
            timing=timing,
            regions=tuple(self.regions) or (self.region or "",),
            retry=retry,
            quota=None if retry is None or retry.quota is None else RetryQuota(retry.quota),
            breaker=None if breaker is None else CircuitBreaker(breaker, timing.clock),
            call_timeout=self.call_timeout,
        )


def chosen_provider(provider: ProviderName | Provider | None) -> ProviderName | Provider:
    """The given provider, or the one the environment names, or ``"live"``.

    Raises ``ConfigurationError`` for a name that there is none of.
    """
    source = "provider"
    if provider is None:
        value = os.environ.get(PROVIDER_VARIABLE) or "live"
        source = PROVIDER_VARIABLE
    elif isinstance(provider, str):
        value = provider
    elif isinstance(provider, type) or not callable(getattr(provider, "before", None)):
        raise ConfigurationError(
            f"provider must be one of {', '.join(PROVIDER_NAMES)}, or an object such as ReplayProvider(path), "
            f"not {provider!r:.80}"
        )
    else:
        return provider
    for name in PROVIDER_NAMES:
        if value == name:
            return name
    raise ConfigurationError(f"{source} must be one of {', '.join(PROVIDER_NAMES)}, not {value!r}")
