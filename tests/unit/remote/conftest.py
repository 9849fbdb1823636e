"""A server's address without a server: requests as the application hands them over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.clock import SystemClock
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.remote import Address, ServedTests
from pytest_dynamodb.remote.live import WatchedProvider
from pytest_dynamodb.remote.tests import MAIN, ServedTest
from pytest_dynamodb.server.authentication import Caller
from pytest_dynamodb.server.messages import Answer, Message

TOKEN = "a token of tests"
TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


class Desk:
    """Asks an address as programs would."""

    def __init__(self, folder: Path) -> None:
        mock = Mock(Engine(clock=SystemClock()), region="us-east-1")
        main = ServedTest(MAIN, "the server", Cassette("none"), MockProvider(mock), None, mock)
        self.tests, self.watched = ServedTests(main, folder=folder), WatchedProvider(main.line.provider)
        self.address = Address(self.tests, token=TOKEN, watched=self.watched)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer | None:
        given = {"host": "127.0.0.1:8000", "authorization": f"Bearer {TOKEN}", **headers}
        fields = {name.replace("_", "-").encode(): value.encode() for name, value in given.items()}
        return self.address.page(Message(method, path.encode(), b"", list(fields.items()), fields, body))

    def ask(self, method: str, path: str, *, status: int = 200, **members: Any) -> Any:
        answer = self.send(method, f"/_dynamodb{path}", json.dumps(members).encode() if members else b"")
        assert answer is not None
        assert answer.status == status, answer.body
        return json.loads(answer.body)

    def begin(self, name: str = "a test", **members: Any) -> dict[str, Any]:
        begun: dict[str, Any] = self.ask("POST", "/tests", name=name, **members)
        return begun

    def call(self, operation: str, test: dict[str, Any] | None = None, **params: Any) -> Any:
        """A call of DynamoDB: the body of its answer, with the status under ``status`` where that is no success."""
        message = Message("POST", b"/", b"", [], {}, b"")
        line = self.address.line(message, Caller("us-east-1", "", test["access_key_id"] if test else "any"))
        provider = self.watched if line is None else line.provider
        outcome = provider.before(Request(operation, params, "us-east-1"))
        assert outcome is not None
        return getattr(outcome, "body", outcome)

    def put(self, key: str, test: dict[str, Any] | None = None) -> Any:
        return self.call("PutItem", test, TableName="shop", Item={"pk": {"S": key}})

    def keys(self, test: dict[str, Any] | None = None) -> list[str]:
        return sorted(item["pk"]["S"] for item in self.call("Scan", test, TableName="shop")["Items"])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An address in front of a mock with a table ``shop``."""
    desk = Desk(tmp_path / "cassettes")
    desk.call("CreateTable", TableName="shop", **TABLE)
    return desk
