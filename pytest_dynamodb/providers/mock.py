"""The mock as a provider: an in-memory engine answers, never the network."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.dialects import TODAY, Dialect
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Outcome, Provider, Request, Response


class Answering(Protocol):
    """What ``MockProvider`` answers from: an ``Engine`` or a ``Mock``."""

    def answer(self, request: Request) -> Response:
        """The answer to a request; errors are answers too."""


class MockProvider(Provider):
    """Answers from ``engine``, an ``Engine`` or a ``Mock``; without one, from an empty engine of its own.

    ``dialect`` is that of its own engine (see ``Engine``), and cannot be given together with ``engine``.

    Needs no credentials and no region. ``witness`` is shown every exchange, so that assertions about traffic work as in
    replays. ``calls`` counts the answers.
    """

    calls: int

    offline = True

    def __init__(
        self,
        engine: Answering | None = None,
        *,
        dialect: str | date | Dialect | None = None,
        witness: Cassette | None = None,
    ) -> None:
        if engine is not None and dialect is not None:
            raise ConfigurationError("dialect goes with no engine, which has one of its own: give one of the two")
        self.engine: Answering = Engine(dialect=dialect or TODAY) if engine is None else engine
        self._witness = witness
        self.calls = 0

    def before(self, request: Request) -> Outcome | None:
        """The engine's answer."""
        self.calls += 1
        answer = self.engine.answer(request)
        if self._witness is not None:
            self._witness.see(request, answer)
        return answer
