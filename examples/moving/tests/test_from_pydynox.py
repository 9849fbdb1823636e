"""pydynox's model and a typed table on one table: over HTTP, as pydynox asks no botocore."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest

pydynox = pytest.importorskip("pydynox", reason="pydynox needs Python 3.11 or newer")

from from_pydynox import After, Before, Stale  # noqa: E402 - only where it is installed
from pytest_dynamodb import ClientConfig, Credentials, DynamoDbClient  # noqa: E402 - as above


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A mock that is served by a process of its own."""
    serve = [sys.executable, "-m", "pytest_dynamodb", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]
        server.terminate()


@pytest.fixture
def client(url: str) -> Iterator[DynamoDbClient]:
    config = ClientConfig(region="us-east-1", endpoint_url=url, credentials=Credentials.static("any", "any"))
    with DynamoDbClient(config, provider="live") as client:
        client.create_table("shop", partition_key="pk", sort_key="sk", wait=10)
        yield client
        client.delete_table("shop", wait=10)


@pytest.fixture
def shops(url: str, client: DynamoDbClient) -> dict[str, Any]:
    theirs = pydynox.DynamoDBClient(region="us-east-1", endpoint_url=url, access_key="any", secret_key="any")
    return {"before": Before(theirs), "after": After(client)}


@pytest.fixture(params=["before", "after", "in turn"])
def turns(request: pytest.FixtureRequest, shops: dict[str, Any]) -> Iterator[Any]:
    """The code for each step: always the same one, or now one and now the other."""
    return cycle(shops.values()) if request.param == "in turn" else cycle([shops[request.param]])


def test_both_leave_the_same_items(client: DynamoDbClient, shops: dict[str, Any]) -> None:
    for name, shop in shops.items():
        shop.place(name, "1", 5)
        shop.pay(name, "1")
    before, after = sorted(client.table("shop").scan(), key=lambda item: str(item["pk"]), reverse=True)
    assert after == {**before, "pk": "USER#after", "user_id": "after"}
    assert before == {
        "pk": "USER#before",
        "sk": "ORDER#1",
        "user_id": "before",
        "number": "1",
        "state": "paid",
        "total": 5,
        "version": 2,
    }


def test_orders_are_placed_paid_and_listed(turns: Iterator[Any]) -> None:
    assert next(turns).total("ada", "1") is None
    next(turns).place("ada", "1", 5)
    with pytest.raises(Stale):
        next(turns).place("ada", "1", 7)
    next(turns).pay("ada", "1")
    next(turns).place_two("ada", "2", "3")
    assert [next(turns).total("ada", "1") for _ in range(2)] == [5, 5]
    assert [next(turns).numbers("ada") for _ in range(2)] == [["1", "2", "3"]] * 2
