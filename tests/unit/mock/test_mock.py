"""A mock in hand: to look into, to set back, to copy, to move in time, to write down and read back."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import ConfigurationError, Engine, LoadError, Mock, Request, SystemClock
from pytest_dynamodb.errors import ResourceNotFoundException

SCHEMA: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def mock() -> Mock:
    """With three items in the table ``shop``."""
    mock = Mock()
    mock.load({"shop": {"table": SCHEMA, "items": [{"pk": "b", "sk": 10}, {"pk": "b", "sk": 9}, {"pk": "a", "sk": 1}]}})
    return mock


def delete(mock: Mock, table: str = "shop") -> None:
    assert mock.answer(Request("DeleteTable", {"TableName": table}, mock.region)).status == 200


def test_tables_by_name_and_items_in_the_order_of_their_keys(mock: Mock) -> None:
    shop = mock.tables["shop"]
    assert [(item["pk"], int(item["sk"])) for item in shop.items] == [("a", 1), ("b", 9), ("b", 10)]
    assert shop.wire_items[0] == {"pk": {"S": "a"}, "sk": {"N": "1"}}
    assert (shop.count, len(shop), shop.describe()["TableName"], shop.name) == (3, 3, "shop", "shop")
    assert ("shop" in mock.tables, "nope" in mock.tables, len(mock.tables)) == (True, False, 1)
    assert repr(mock) == "<Mock: shop in us-east-1>"
    with pytest.raises(KeyError, match="the tables in us-east-1 are shop"):
        mock.tables["nope"]


def test_what_was_looked_at_does_not_change_the_mock(mock: Mock) -> None:
    mock.tables["shop"].wire_items[0]["pk"] = {"S": "other"}
    mock.tables["shop"].items.clear()
    assert mock.tables["shop"].items[0]["pk"] == "a"


def test_a_table_that_is_gone_says_so(mock: Mock) -> None:
    shop = mock.tables["shop"]
    delete(mock)
    for look in (lambda: shop.items, lambda: shop.count, shop.describe):
        with pytest.raises(ResourceNotFoundException):
            look()


def test_the_region_is_the_one_that_clients_have(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Mock().region == "us-east-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert Mock().region == "eu-central-1"
    assert Mock(region="eu-north-1").region == "eu-north-1"


def test_a_snapshot_is_restored_any_number_of_times(mock: Mock) -> None:
    before, dumped = mock.snapshot(), mock.dump()
    for _ in range(2):
        mock.load({"shop": [{"pk": "new", "sk": 1}]})
        delete(mock)
        mock.restore(before)
        assert mock.dump() == dumped


def test_a_fork_goes_its_own_way_in_content_and_in_time(mock: Mock) -> None:
    twin, now = mock.fork(), mock.clock.now()
    twin.load({"shop": [{"pk": "twin", "sk": 1}]})
    twin.clock.advance(60)
    mock.load({"shop": [{"pk": "x", "sk": 1}, {"pk": "y", "sk": 1}]})
    assert (mock.tables["shop"].count, twin.tables["shop"].count) == (5, 4)
    assert (mock.clock.now(), twin.clock.now()) == (now, now + 60)


def test_a_clock_that_cannot_be_moved_says_so() -> None:
    with pytest.raises(ConfigurationError, match="cannot be moved"):
        Mock(Engine(clock=SystemClock())).clock.advance(1)


def test_a_load_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(LoadError("x.json", "it is no JSON", remedy="mend it")))
    assert (str(error), error.where) == ("x.json: it is no JSON (mend it)", "x.json")


# -- dump and load ---------------------------------------------------------------------------------------------------

SCALARS = {
    "S": st.text(min_size=1, max_size=8),
    "N": st.integers(-(10**6), 10**6),
    "B": st.binary(min_size=1, max_size=8),
}
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.text(max_size=8), st.integers(-(10**9), 10**9), st.binary(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """A table of any keys, with or without an index and a time to live, and its items."""
    parts = {"k": draw(st.sampled_from("SNB"))}
    if draw(st.booleans()):
        parts["r"] = draw(st.sampled_from("SNB"))
    defined = dict(parts)
    table: dict[str, Any] = {
        "KeySchema": [
            {"AttributeName": name, "KeyType": kind} for name, kind in zip(parts, ("HASH", "RANGE"), strict=False)
        ]
    }
    if draw(st.booleans()):
        table["BillingMode"] = "PAY_PER_REQUEST"
    else:
        table["ProvisionedThroughput"] = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
    if draw(st.booleans()):
        defined["g"] = "S"
        index: dict[str, Any] = {
            "IndexName": "by-g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        if "ProvisionedThroughput" in table:
            index["ProvisionedThroughput"] = table["ProvisionedThroughput"]
        table["GlobalSecondaryIndexes"] = [index]
    if "r" in parts and draw(st.booleans()):
        defined["l"] = "N"
        keys = [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "l", "KeyType": "RANGE"}]
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}
        table["LocalSecondaryIndexes"] = [{"IndexName": "by-l", "KeySchema": keys, "Projection": projection}]
    if draw(st.booleans()):
        table["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    if draw(st.booleans()):
        table["TimeToLiveSpecification"] = {"AttributeName": "ends", "Enabled": True}
    if draw(st.booleans()):
        table["Tags"] = [{"Key": "team", "Value": "blue"}]
    table["AttributeDefinitions"] = [{"AttributeName": name, "AttributeType": tag} for name, tag in defined.items()]
    items = st.builds(
        lambda rest, key: {**{name: value for name, value in rest.items() if name not in ("g", "l")}, **key},
        st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4),
        st.fixed_dictionaries({name: SCALARS[tag] for name, tag in parts.items()}),
    )
    return {"table": table, "items": draw(st.lists(items, max_size=4))}


@given(st.dictionaries(st.sampled_from(["one", "two", "three"]), contents(), max_size=2))
def test_what_is_dumped_is_loaded_the_same_again(tables: dict[str, Any]) -> None:
    mock = Mock()
    mock.load(tables)
    dumped = mock.dump()
    text = json.dumps(dumped)
    again = Mock()
    again.load(json.loads(text))
    assert json.dumps(again.dump()) == text, "the order of tables and items too"
    assert [again.tables[name].items for name in again.tables] == [mock.tables[name].items for name in mock.tables]
