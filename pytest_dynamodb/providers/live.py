"""Live: the upstream answers and nothing is written."""

from __future__ import annotations

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.exchange import Outcome, Provider, Request
from pytest_dynamodb.providers.upstream import Upstreamed


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
