"""Upstreams: where live, recorded and verified requests go."""

from __future__ import annotations

from abc import abstractmethod
from urllib.parse import urlsplit

from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Outcome, Provider, Request


def endpoint_of(upstream: str) -> str | None:
    """The URL of ``upstream``; ``None`` for ``"aws"`` and ``"mock"``. Raises ``ConfigurationError`` for others."""
    if upstream in ("aws", "mock"):
        return None
    parts = urlsplit(str(upstream))
    if parts.scheme in ("http", "https") and parts.hostname:
        return upstream
    raise ConfigurationError(
        f'upstream must be "aws", "mock", a URL such as http://127.0.0.1:8000 or a Provider, not {upstream!r:.80}'
    )


def provider_of(upstream: str | Provider) -> Provider:
    """Who answers for ``upstream``: the network, an in-memory engine of its own for ``"mock"``, or the one given.

    Raises ``ConfigurationError`` for anything else.
    """
    if isinstance(upstream, Provider):
        return upstream
    if upstream == "mock":
        from pytest_dynamodb.providers.mock import MockProvider  # an engine, which few recordings need

        return MockProvider()
    return Network(endpoint_of(upstream))


def name_of(upstream: str | Provider) -> str:
    """What a cassette's header says of an upstream."""
    if isinstance(upstream, str):
        return upstream
    return "mock" if upstream.offline else upstream.endpoint or "aws"


class Network(Provider):
    """Lets every request go, to ``endpoint`` or to wherever botocore resolves."""

    endpoint: str | None = None

    def __init__(self, endpoint: str | None = None) -> None:
        self.endpoint = endpoint

    def before(self, request: Request) -> Outcome | None:
        """Always ``None``: the network answers."""
        return None


class Upstreamed(Provider):
    """What the providers have in common that stand before an upstream and hear what it answers.

    An upstream that answers by itself, as the mock does, is asked in ``before``, and ``after`` told of it at once.
    """

    def __init__(self, upstream: str | Provider) -> None:
        self._upstream = provider_of(upstream)

    @property
    def upstream(self) -> Provider:
        """The one it stands before, or whom that one stands before."""
        return self._upstream.upstream

    @property
    def offline(self) -> bool:
        """Whether the upstream answers everything itself."""
        return self._upstream.offline

    @property
    def endpoint(self) -> str | None:
        """The upstream's URL, where it has one."""
        return self._upstream.endpoint

    def before(self, request: Request) -> Outcome | None:
        """The upstream's outcome, or ``None``: the network answers."""
        outcome = self._upstream.before(request)
        if outcome is not None:
            self.after(request, outcome)
        return outcome

    @abstractmethod
    def after(self, request: Request, outcome: Outcome) -> None:
        """What a provider does about an outcome."""
