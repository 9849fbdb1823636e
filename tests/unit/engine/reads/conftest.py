"""An engine with the tables of dynalite's suite, so that its cases read alike here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_dynamodb.engine import Engine
from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.exchange import Request

Keys = list[tuple[str, str]]


class Service:
    """Calls on an engine: what they answer, or with what they are refused."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __call__(self, operation: str, **params: Any) -> Any:
        return self.engine.run(Request(operation, params))

    def refusal(self, operation: str, *, code: str = "ValidationException", **params: Any) -> str:
        """The message of the error that a call answers with."""
        with pytest.raises(DynamoDbError) as caught:
            self(operation, **params)
        assert caught.value.code == code
        return caught.value.message

    def put(self, table: str, *items: dict[str, Any]) -> None:
        for item in items:
            self("PutItem", TableName=table, Item=item)

    def create(self, name: str, keys: str, types: dict[str, str], **indexes: Any) -> None:
        """``keys`` names the HASH attribute and perhaps the RANGE attribute."""
        self(
            "CreateTable",
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": tag} for key, tag in types.items()],
            KeySchema=schema(keys[0], *keys[1:]),
            **indexes,
        )


def schema(hash_key: str, *ranges: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        *({"AttributeName": name, "KeyType": "RANGE"} for name in ranges),
    ]


def index(name: str, keys: str, *included: str, kind: str = "ALL") -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": "INCLUDE" if included else kind}
    if included:
        projection["NonKeyAttributes"] = list(included)
    return {"IndexName": name, "KeySchema": schema(keys[0], *keys[1:]), "Projection": projection}


def make(engine: Engine | None = None) -> Service:
    """Tables "hash" (a), "range" (a, b, and four indexes), "numbers" and "bytes" (a, b)."""
    service = Service(engine or Engine())
    service.create("hash", "a", {"a": "S"})
    service.create(
        "range",
        "ab",
        dict.fromkeys("abcd", "S"),
        LocalSecondaryIndexes=[index("index1", "ac"), index("index2", "ad", "c")],
        GlobalSecondaryIndexes=[index("index3", "c"), index("index4", "cd", "e")],
    )
    service.create("numbers", "ab", {"a": "S", "b": "N"})
    service.create("bytes", "ab", {"a": "S", "b": "B"})
    return service


@pytest.fixture
def service() -> Service:
    """An engine with the tables, all of them empty."""
    return make()


@pytest.fixture(scope="session")
def new_service() -> Callable[..., Service]:
    """What makes one, for tests that need more than one."""
    return make
