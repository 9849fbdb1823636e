"""Which numbers items have."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import Attr, ClientConfig, MockProvider, int_or_float

ITEM: dict[str, Any] = {
    "pk": "a",
    "n": Decimal(3),
    "m": {"x": [Decimal("1.5"), "text", None]},
    "s": {Decimal(1), Decimal(2)},
}
PLAIN: dict[str, Any] = {"pk": "a", "n": 3, "m": {"x": [1.5, "text", None]}, "s": {1, 2}}
KEY = {"pk": "a"}
SELECT = "SELECT * FROM app WHERE pk = 'a'"


def types_in(value: Any) -> set[type]:
    if isinstance(value, dict):
        return set().union(*map(types_in, value.values()))
    if isinstance(value, (list, set)):
        return set().union(*map(types_in, value))
    return {type(value)}


Read = Callable[[Any, Any], Any]

READS: dict[str, Read] = {
    "get": lambda table, client: table.get(KEY),
    "get_or_raise": lambda table, client: table.get_or_raise(KEY),
    "batch_get": lambda table, client: table.batch_get([KEY])[0],
    "batches": lambda table, client: client.batch_get({"app": [KEY]})["app"][0],
    "query": lambda table, client: table.query().partition_key("a").execute()[0],
    "page": lambda table, client: table.query().partition_key("a").page()[0],
    "one": lambda table, client: table.query().partition_key("a").one(),
    "first": lambda table, client: table.query().partition_key("a").first(),
    "iteration": lambda table, client: next(iter(table.scan())),
    "segments": lambda table, client: table.scan().parallel(2).execute()[0],
    "put": lambda table, client: table.put(ITEM, return_old=True),
    "update": lambda table, client: table.update(KEY).set("n", 3).returning("all_new").execute(),
    "delete": lambda table, client: table.delete(KEY, return_old=True),
    "transaction": lambda table, client: client.transact_get().get("app", KEY).execute()[0],
    "statement": lambda table, client: client.execute_statement(SELECT)[0],
    "statements": lambda table, client: client.batch_execute_statement([SELECT])[0].item,
    "transaction of statements": lambda table, client: client.execute_transaction([SELECT])[0],
    "other limits": lambda table, client: table.with_options(retry=None).get(KEY),
}


@pytest.mark.parametrize("kind", ["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_every_way_to_read_gives_the_numbers_that_were_chosen(kind: str, read: Read) -> None:
    for numbers, expected, types in (
        (None, ITEM, {str, Decimal, type(None)}),
        (int_or_float, PLAIN, {str, int, float, type(None)}),
        (float, PLAIN, {str, float, type(None)}),
    ):
        config = ClientConfig(region="us-east-1", numbers=numbers)
        with client_of(kind, config, provider=MockProvider()) as client:
            table = client.create_table("app", partition_key="pk")
            table.put(ITEM)
            found = read(table, client)
            assert found == expected
            assert types_in(found) == types


def test_conditions_and_cursors_keep_every_digit() -> None:
    large = Decimal("12345678901234567890.125")
    with client_of("sync", ClientConfig(region="us-east-1", numbers=float), provider=MockProvider()) as client:
        table = client.create_table("app", partition_key="pk", sort_key={"n": "N"})
        for more in (0, 1, 2):
            table.put({"pk": "a", "n": large + more})
        query = table.query().partition_key("a").filter(Attr("x").not_exists()).limit(1)
        cursor, found = None, list[Any]()
        for _ in range(3):
            page = query.execute(cursor)
            found += page
            cursor = page.cursor
        assert len(found) == 3
        assert table.exists({"pk": "a", "n": large + 2})


@pytest.mark.parametrize(("number", "plain"), [("3", 3), ("3.0", 3), ("-2.5", -2.5), ("1E+20", 10**20), ("0.1", 0.1)])
def test_whole_numbers_are_integers(number: str, plain: float) -> None:
    found = int_or_float(Decimal(number))
    assert (found, type(found)) == (plain, type(plain))
