"""Live, record and verify: providers that stand before an upstream."""

from __future__ import annotations

import os
from abc import abstractmethod
from urllib.parse import urlsplit

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Outcome, Provider, Request

# --- upstreams: where live, recorded and verified requests go ---


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


# --- live: the upstream answers and nothing is written ---


class LiveProvider(Upstreamed):
    """Lets every request go to ``upstream``: ``"aws"`` (wherever botocore resolves), ``"mock"``, a URL or a provider.

    ``witness`` is told of the traffic, so that assertions about it hold here as they do in replays.
    """

    def __init__(self, upstream: str | Provider = "aws", *, witness: Cassette | None = None) -> None:
        super().__init__(upstream)
        self._witness = witness
        self.calls = 0

    def after(self, request: Request, outcome: Outcome) -> None:
        """Count it."""
        self.calls += 1
        if self._witness is not None:
            self._witness.see(request, outcome)


# --- record: the upstream answers, and the cassette keeps the exchange ---


class RecordingProvider(Upstreamed):
    """Records into a cassette, given open or by its path, what ``upstream`` answers.

    ``upstream`` is ``"aws"``, ``"mock"``, a URL, or a provider that answers. A cassette given by its path is written
    by ``close``; one given open belongs to whoever opened it.
    """

    def __init__(
        self, cassette: Cassette | str | os.PathLike[str], *, upstream: str | Provider = "aws", keep: bool = False
    ) -> None:
        super().__init__(upstream)
        if not isinstance(cassette, Cassette):
            cassette = Cassette(cassette, options=CassetteOptions(mode="rewrite", upstream=name_of(upstream)))
        self.cassette = cassette
        cassette.open_for_recording(keep=keep)

    def before(self, request: Request) -> Outcome | None:
        """The upstream's outcome, or ``None``. Raises ``RecordingRefused`` for a table that may not be recorded."""
        self.cassette.may_record(request)
        return super().before(request)

    def foreign(self, request: Request, source: str) -> PytestDynamoDbError:
        """What another tool has recorded is not what the upstream answers."""
        return self.cassette.refuse(request, source)

    def after(self, request: Request, outcome: Outcome) -> None:
        """Keep the exchange. Raises ``CassetteError`` if it cannot be written down."""
        self.cassette.record(request, outcome)

    def close(self, *, passed: bool = True) -> None:
        """Write the cassette, or set the attempt aside as ``*.failed``."""
        refusal = self.cassette.refusal
        if passed and refusal is None:
            self.cassette.commit()
        else:
            self.cassette.abandon()
        if passed and refusal is not None:
            raise refusal


# --- verify: the upstream answers, and the answer is compared with the recorded one ---
# Nothing is written.


class VerifyingProvider(Upstreamed):
    """Lets every request go to ``upstream`` and notes on the cassette where its answer has drifted."""

    def __init__(self, cassette: Cassette, *, upstream: str | Provider = "aws") -> None:
        super().__init__(upstream)
        self.cassette = cassette
        cassette.open_for_verification()

    def before(self, request: Request) -> Outcome | None:
        """The upstream's outcome, or ``None``. Raises ``RecordingRefused`` for a table that may not be touched."""
        self.cassette.may_record(request)
        return super().before(request)

    def foreign(self, request: Request, source: str) -> PytestDynamoDbError:
        """What another tool has recorded is not what the upstream answers."""
        return self.cassette.refuse(request, source)

    def after(self, request: Request, outcome: Outcome) -> None:
        """Compare."""
        self.cassette.compare(request, outcome)
