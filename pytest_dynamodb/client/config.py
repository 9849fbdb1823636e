"""The configuration of a client."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from pytest_dynamodb.client.credentials import Credentials
from pytest_dynamodb.client.observer import Observer
from pytest_dynamodb.client.policy.breaker import BreakerPolicy
from pytest_dynamodb.client.policy.retry import RetryPolicy
from pytest_dynamodb.client.timing import Sleep
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Provider

if TYPE_CHECKING:
    from botocore.config import Config

ProviderName = Literal["live", "replay", "record", "mock"]
PROVIDER_NAMES: tuple[ProviderName, ...] = get_args(ProviderName)
PROVIDER_VARIABLE = "PYTEST_DYNAMODB_PROVIDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """Settings of one client. What is left out is taken from the environment, then from botocore or the defaults here.

    ``region``                 without one, botocore's: ``AWS_REGION``, a profile
    ``regions``                instead of it: several, in order of preference. Writes and consistent reads go to the
                               first one alone, other reads to the next where one is in trouble
    ``endpoint_url``           a URL, in which ``{region}`` stands for the region; or a URL for each region by its name
    ``credentials``            see ``Credentials``
    ``connect_timeout``        in seconds, of one attempt; 5 unless ``botocore`` says otherwise
    ``read_timeout``           in seconds, of one attempt; 30 unless ``botocore`` says otherwise
    ``call_timeout``           in seconds, of a call with all its attempts and waits; no attempt begins after it
    ``max_pool_connections``   open sockets; 50 unless ``botocore`` says otherwise
    ``retry``, ``breaker``     policies; ``None`` switches them off
    ``botocore``               a ``botocore.config.Config`` with any other setting; the fields here take precedence
    ``floats``                 lets items and updates hold ``float``, see ``values.to_wire``; conditions say so
                               themselves: ``Attr("price", floats=True)``
    ``clock``, ``sleep``       for tests: ``ClientConfig(clock=clock, sleep=clock.advance)`` with a ``VirtualClock``
                               waits no time; an asynchronous client awaits what ``sleep`` returns, if it is awaitable
    ``observer``               is told of every call
    ``cursor_secret``          signs cursors, so that a changed one is refused; see ``client.cursor``
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
    botocore: Config | None = None
    floats: bool = False
    clock: Clock | None = None
    sleep: Sleep | None = None
    observer: Observer | None = None
    cursor_secret: bytes | str | None = field(default=None, repr=False)


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
            f"provider must be one of {', '.join(PROVIDER_NAMES)}, or a Provider such as ReplayProvider(path), "
            f"not {provider!r:.80}"
        )
    for name in PROVIDER_NAMES:
        if value == name:
            return name
    raise ConfigurationError(f"{source} must be one of {', '.join(PROVIDER_NAMES)}, not {value!r}")
