"""Live: the upstream answers and nothing is written."""

from __future__ import annotations

from pytest_dynamodb.exchange import Outcome, Request
from pytest_dynamodb.providers.upstream import endpoint_of


class LiveProvider:
    """Lets every request go to ``upstream``: ``"aws"`` (wherever botocore resolves) or a URL."""

    offline = False

    def __init__(self, upstream: str = "aws") -> None:
        self.endpoint = endpoint_of(upstream)
        self.calls = 0

    def before(self, request: Request) -> Outcome | None:
        """Always ``None``: the network answers."""
        return None

    def after(self, request: Request, outcome: Outcome) -> None:
        """Count it."""
        self.calls += 1
