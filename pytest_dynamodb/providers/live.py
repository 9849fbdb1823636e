"""Live: the upstream answers and nothing is written."""

from __future__ import annotations

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.exchange import Outcome, Request
from pytest_dynamodb.providers.upstream import endpoint_of


class LiveProvider:
    """Lets every request go to ``upstream``: ``"aws"`` (wherever botocore resolves) or a URL.

    ``witness`` is told of the traffic, so that assertions about it hold here as they do in replays.
    """

    offline = False

    def __init__(self, upstream: str = "aws", *, witness: Cassette | None = None) -> None:
        self.endpoint, self._witness = endpoint_of(upstream), witness
        self.calls = 0

    def before(self, request: Request) -> Outcome | None:
        """Always ``None``: the network answers."""
        return None

    def after(self, request: Request, outcome: Outcome) -> None:
        """Count it."""
        self.calls += 1
        if self._witness is not None:
            self._witness.see(request, outcome)
