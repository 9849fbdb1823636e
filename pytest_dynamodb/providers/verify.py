"""Verify: the upstream answers, and the answer is compared with the recorded one. Nothing is written."""

from __future__ import annotations

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.exchange import Outcome, Provider, Request
from pytest_dynamodb.providers.upstream import Upstreamed


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

    def after(self, request: Request, outcome: Outcome) -> None:
        """Compare."""
        self.cassette.compare(request, outcome)
