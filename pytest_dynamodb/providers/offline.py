"""Replay and block: providers that let nothing through to the network."""

from __future__ import annotations

import os

from pytest_dynamodb.cassette.cassette import Cassette, load_cassette
from pytest_dynamodb.errors import PytestDynamoDbError, UnexpectedRequest
from pytest_dynamodb.exchange import Outcome, Provider, Request

# --- replay ---


class ReplayProvider(Provider):
    """Answers from a cassette, given open or by its path.

    A request without a recording goes to ``otherwise``, if given. Otherwise it raises ``UnexpectedRequest``, and the
    cassette remembers the miss.
    """

    def __init__(self, cassette: Cassette | str | os.PathLike[str], *, otherwise: Provider | None = None) -> None:
        self.cassette: Cassette = cassette if isinstance(cassette, Cassette) else load_cassette(cassette)
        self.cassette.open_for_replay()
        self._otherwise = otherwise

    @property
    def upstream(self) -> Provider:
        """The provider for requests without a recording; itself, if there is none."""
        return self._otherwise.upstream if self._otherwise else self

    @property
    def offline(self) -> bool:
        """Whether everything is answered without the network."""
        return self._otherwise is None or self._otherwise.offline

    @property
    def endpoint(self) -> str | None:
        """The URL for requests without a recording."""
        return self._otherwise.endpoint if self._otherwise else None

    def before(self, request: Request) -> Outcome | None:
        """The recorded outcome. Raises ``UnexpectedRequest`` if there is none and no ``otherwise``."""
        outcome, reason = self.cassette.answer(request)
        if outcome is not None:
            return outcome
        if self._otherwise is None:
            raise self.cassette.miss(request, reason)
        return self._otherwise.before(request)

    def after(self, request: Request, outcome: Outcome) -> None:
        """Pass on to ``otherwise``, which let the request go."""
        if self._otherwise is not None:
            self._otherwise.after(request, outcome)

    def foreign(self, request: Request, source: str) -> PytestDynamoDbError | None:
        """As whoever let it go."""
        return None if self._otherwise is None else self._otherwise.foreign(request, source)

    def close(self, *, passed: bool = True) -> None:
        """Close ``otherwise`` and, if ``passed``, raise ``UnexpectedRequest`` for any miss, even one that was
        caught.
        """
        missed = self.cassette.misses
        if self._otherwise is not None:
            self._otherwise.close(passed=passed and not missed)
        if passed and missed:
            raise self.cassette.missed()


# --- block ---


class BlockingProvider(Provider):
    """Raises ``UnexpectedRequest`` for every call; ``why`` is part of the message."""

    offline = True

    def __init__(self, why: str) -> None:
        self._why = why

    def before(self, request: Request) -> Outcome | None:
        """Always raises ``UnexpectedRequest``."""
        raise UnexpectedRequest(f"{request.operation} on {request.params.get('TableName', '(no table)')}: {self._why}")
