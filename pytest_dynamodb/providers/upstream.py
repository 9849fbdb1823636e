"""Live, record and verify: the providers that pass requests on to an upstream."""

from __future__ import annotations

import os
from abc import abstractmethod
from typing import Final
from urllib.parse import urlsplit

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Outcome, Provider, Request

# --- upstreams ---

SCHEME: Final = "placebo:"
"""What the name of an upstream begins with that is a folder of placebo's."""


def endpoint_of(upstream: str) -> str | None:
    """The URL of ``upstream``; ``None`` for ``"aws"``, ``"mock"`` and a folder of placebo's. Raises
    ``ConfigurationError`` for anything else.
    """
    if upstream in ("aws", "mock") or str(upstream).startswith(SCHEME):
        return None
    parts = urlsplit(str(upstream))
    if parts.scheme in ("http", "https") and parts.hostname:
        return upstream
    raise ConfigurationError(
        'upstream must be "aws", "mock", a URL such as http://127.0.0.1:8000, "placebo:" and a folder, or a Provider, '
        f"not {upstream!r:.80}"
    )


def provider_of(upstream: str | Provider) -> Provider:
    """The provider for ``upstream``: the network, an in-memory engine for ``"mock"``, what placebo recorded for
    ``"placebo:"`` and its folder, or the provider given.

    Raises ``ConfigurationError`` for anything else.
    """
    if isinstance(upstream, Provider):
        return upstream
    if upstream == "mock":
        from pytest_dynamodb.providers.mock import MockProvider  # an engine, which few recordings need

        return MockProvider()
    if str(upstream).startswith(SCHEME):  # whatever else it is, endpoint_of refuses
        from pytest_dynamodb.providers.placebo import PlaceboProvider  # for those who come from there

        return PlaceboProvider(upstream.removeprefix(SCHEME))
    return Network(endpoint_of(upstream))


def name_of(upstream: str | Provider) -> str:
    """How a cassette's header names an upstream."""
    if isinstance(upstream, str):
        return upstream
    return "mock" if upstream.offline else upstream.endpoint or "aws"


class Network(Provider):
    """Lets every request go to the network: to ``endpoint``, or to wherever botocore sends it."""

    endpoint: str | None = None

    def __init__(self, endpoint: str | None = None) -> None:
        self.endpoint = endpoint

    def before(self, request: Request) -> Outcome | None:
        """Always ``None``: the network answers."""
        return None


class Upstreamed(Provider):
    """What the providers share that pass requests on to an upstream and see its answers.

    An upstream that answers by itself, such as the mock, is asked in ``before``; ``after`` is then called at once.
    """

    def __init__(self, upstream: str | Provider) -> None:
        self._upstream = provider_of(upstream)

    @property
    def upstream(self) -> Provider:
        """The upstream of the upstream, which is the one that answers."""
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
        """What the provider does with an answer."""


# --- live ---


class LiveProvider(Upstreamed):
    """Passes every request on to ``upstream``: ``"aws"`` (wherever botocore sends it), ``"mock"``, a URL or a provider.

    ``witness`` is shown every exchange, so that assertions about traffic work as in replays.
    """

    calls: int

    def __init__(self, upstream: str | Provider = "aws", *, witness: Cassette | None = None) -> None:
        super().__init__(upstream)
        self._witness = witness
        self.calls = 0

    def after(self, request: Request, outcome: Outcome) -> None:
        """Count the call and show it to ``witness``."""
        self.calls += 1
        if self._witness is not None:
            self._witness.see(request, outcome)


# --- record ---


class RecordingProvider(Upstreamed):
    """Records what ``upstream`` answers into a cassette, given open or by its path.

    ``upstream`` is ``"aws"``, ``"mock"``, a URL, or a provider that answers. ``close`` writes a cassette that was given
    by its path; one that was given open belongs to whoever opened it.
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
        """The upstream's outcome, or ``None``. Raises ``RecordingRefused`` for a table that must not be recorded."""
        self.cassette.may_record(request)
        return super().before(request)

    def foreign(self, request: Request, source: str) -> PytestDynamoDbError:
        """What another tool has recorded is not what the upstream answers."""
        return self.cassette.refuse(request, source)

    def after(self, request: Request, outcome: Outcome) -> None:
        """Record the exchange. Raises ``CassetteError`` if it cannot be written down."""
        self.cassette.record(request, outcome)

    def close(self, *, passed: bool = True) -> None:
        """Write the cassette; if not ``passed``, write the attempt beside it as ``*.failed``."""
        refusal = self.cassette.refusal
        if passed and refusal is None:
            self.cassette.commit()
        else:
            self.cassette.abandon()
        if passed and refusal is not None:
            raise refusal


# --- verify ---
# Nothing is written.


class VerifyingProvider(Upstreamed):
    """Passes every request on to ``upstream`` and notes on the cassette where the answer differs from the recorded one.

    Nothing is written.
    """

    def __init__(self, cassette: Cassette, *, upstream: str | Provider = "aws") -> None:
        super().__init__(upstream)
        self.cassette = cassette
        cassette.open_for_verification()

    def before(self, request: Request) -> Outcome | None:
        """The upstream's outcome, or ``None``. Raises ``RecordingRefused`` for a table that must not be touched."""
        self.cassette.may_record(request)
        return super().before(request)

    def foreign(self, request: Request, source: str) -> PytestDynamoDbError:
        """What another tool has recorded is not what the upstream answers."""
        return self.cassette.refuse(request, source)

    def after(self, request: Request, outcome: Outcome) -> None:
        """Compare the answer with the recorded one."""
        self.cassette.compare(request, outcome)
