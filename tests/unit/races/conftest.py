"""A mock with a table of accounts, in charge of every client, and a table resource for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pytest_dynamodb import Mock, mock_dynamodb


@pytest.fixture
def table() -> dict[str, Any]:
    """CreateTable's parameters, but for the name."""
    return {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


@pytest.fixture(scope="session")
def accounts() -> Any:
    """boto3's resource of the table ``accounts``: one for all tests, as making one takes a while."""
    import boto3

    return boto3.resource("dynamodb", region_name="us-east-1").Table("accounts")


@pytest.fixture
def mock(table: dict[str, Any]) -> Iterator[Mock]:
    """A mock in which account ``x`` has a balance of 100."""
    with mock_dynamodb(load={"accounts": {"table": table, "items": [{"id": "x", "balance": 100}]}}) as mock:
        yield mock
