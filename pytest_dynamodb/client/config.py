"""What a client is made with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

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
    endpoint_url: str | None = None
    connect_timeout: float | None = None
    read_timeout: float | None = None
    max_pool_connections: int | None = None
    botocore: Config | None = None
    floats: bool = False

    def client_arguments(self) -> dict[str, Any]:
        """The keyword arguments of botocore's ``create_client``."""
        from botocore.config import Config

        names = ("connect_timeout", "read_timeout", "max_pool_connections")
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        config = Config(**given)
        return {
            "region_name": self.region,
            "endpoint_url": self.endpoint_url,
            "config": self.botocore.merge(config) if self.botocore is not None else config,
        }


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
