"""The table and the shop that the tests use."""

from __future__ import annotations

from contextlib import suppress

import boto3
import pytest

import orders


@pytest.fixture(scope="session")
def table() -> str:
    """The table's name; the table is made if it is not there.

    A session's fixture runs once however many tests use it, so its calls are recorded once, into a cassette of its own.
    """
    client = boto3.client("dynamodb")
    with suppress(client.exceptions.ResourceInUseException):
        client.create_table(**orders.SCHEMA)
    client.get_waiter("table_exists").wait(TableName=orders.TABLE)
    return orders.TABLE


@pytest.fixture
def shop(table: str) -> orders.Shop:
    """The code under test. It knows nothing of cassettes."""
    return orders.Shop()
