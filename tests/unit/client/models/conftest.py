"""A single table in memory, with an index to be overloaded and one of several attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pytest_dynamodb import ClientConfig, DynamoDbClient, Mock, MockProvider

TEXTS = ("pk", "sk", "gsi1pk", "gsi1sk", "tenant", "region", "day")


def key(*attributes: str) -> list[dict[str, str]]:
    kinds = ["HASH"] + ["RANGE"] * (len(attributes) - 1)
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(attributes, kinds, strict=True)]


TABLE: dict[str, Any] = {
    "KeySchema": key("pk", "sk"),
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in TEXTS],
    "GlobalSecondaryIndexes": [
        {"IndexName": "gsi1", "KeySchema": key("gsi1pk", "gsi1sk"), "Projection": {"ProjectionType": "ALL"}},
        {
            "IndexName": "places",
            "KeySchema": [
                {"AttributeName": "tenant", "KeyType": "HASH"},
                {"AttributeName": "region", "KeyType": "HASH"},
                {"AttributeName": "day", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def mock() -> Mock:
    """A mock with an empty table ``app``."""
    mock = Mock()
    mock.load({"app": {"table": TABLE}})
    return mock


@pytest.fixture
def client(mock: Mock) -> Iterator[DynamoDbClient]:
    with DynamoDbClient(ClientConfig(region="us-east-1"), provider=MockProvider(mock)) as client:
        yield client
