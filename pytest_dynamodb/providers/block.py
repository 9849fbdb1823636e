"""Block: no DynamoDB call gets through, for tests that should make none."""

from __future__ import annotations

from pytest_dynamodb.errors import UnexpectedRequest
from pytest_dynamodb.exchange import Outcome, Provider, Request


class BlockingProvider(Provider):
    """Raises ``UnexpectedRequest`` for every call, saying ``why`` and what to do."""

    offline = True

    def __init__(self, why: str) -> None:
        self._why = why

    def before(self, request: Request) -> Outcome | None:
        """Never returns."""
        raise UnexpectedRequest(f"{request.operation} on {request.params.get('TableName', '(no table)')}: {self._why}")
