"""Verify: the upstream answers, and the answer is compared with the recorded one. Nothing is written."""

from __future__ import annotations

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.exchange import Outcome, Request
from pytest_dynamodb.providers.upstream import endpoint_of


class VerifyingProvider:
    """Lets every request go to ``upstream`` and notes on the cassette where its answer has drifted."""

    offline = False

    def __init__(self, cassette: Cassette, *, upstream: str = "aws") -> None:
        self.cassette, self.endpoint = cassette, endpoint_of(upstream)
        cassette.open_for_verification()

    def before(self, request: Request) -> Outcome | None:
        """``None``: the upstream answers. Raises ``RecordingRefused`` for a table that may not be touched."""
        self.cassette.may_record(request)
        return None

    def after(self, request: Request, outcome: Outcome) -> None:
        """Compare."""
        self.cassette.compare(request, outcome)
