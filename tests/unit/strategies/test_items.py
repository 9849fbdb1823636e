"""Generated keys, items and models are what DynamoDB stores, and meet where tests should look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, field_validator

from pytest_dynamodb import ConfigurationError, DynamoDbClient, IndexKeys, Mock, MockProvider, Request, entity
from pytest_dynamodb.strategies import attribute_values, items, keys, numbers, texts
from pytest_dynamodb.values import canonical_item, from_wire, item_size, to_wire, to_wire_item

TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "mail", "AttributeType": "S"},
        {"AttributeName": "raw", "AttributeType": "B"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-mail",
            "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}, {"AttributeName": "raw", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


def stored(mock: Mock, item: dict[str, Any]) -> dict[str, Any]:
    """An item as it comes back. Raises what DynamoDB would."""
    wire = to_wire_item(item)
    mock.engine.run(Request("PutItem", {"TableName": "t", "Item": wire}, "us-east-1"))
    key = {name: wire[name] for name in ("pk", "sk")}
    found: Any = mock.engine.run(Request("GetItem", {"TableName": "t", "Key": key}, "us-east-1"))["Item"]
    return dict(found)


@pytest.fixture(scope="module")
def table() -> Mock:
    mock = Mock(region="us-east-1")
    mock.load({"t": {"table": TABLE}})
    return mock


@given(item=items(TABLE))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
def test_every_item_is_stored_as_it_is(table: Mock, item: dict[str, Any]) -> None:
    assert canonical_item(stored(table, item)) == canonical_item(to_wire_item(item))


@given(key=keys(TABLE))
def test_every_key_is_one(table: Mock, key: dict[str, Any]) -> None:
    assert set(key) == {"pk", "sk"}
    stored(table, key)


@given(value=attribute_values())
def test_every_value_survives_the_way_to_the_wire_and_back(value: Any) -> None:
    assert from_wire(to_wire(value)) == value


@given(number=numbers(), text=texts(min_size=2, max_size=3))
def test_numbers_and_texts_keep_to_their_limits(number: Decimal, text: str) -> None:
    assert from_wire(to_wire(number)) == number
    assert 2 <= len(text) <= 3


def example(strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool]) -> Any:
    """One of the first values of a strategy that are as wanted."""
    seen: list[Any] = []

    @settings(max_examples=100, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def look(value: Any) -> None:
        if not seen and wanted(value):
            seen.append(value)

    look()
    assert seen, "there is none among 100"
    return seen[0]


def test_keys_collide_and_are_as_long_as_can_be() -> None:
    pairs = st.tuples(keys(TABLE), keys(TABLE))
    assert example(pairs, lambda pair: pair[0] == pair[1])
    assert example(pairs, lambda pair: pair[0]["pk"] == pair[1]["pk"] and pair[0]["sk"] != pair[1]["sk"])
    assert example(keys(TABLE), lambda key: len(key["pk"].encode()) == 2048)


@pytest.mark.parametrize("size", [1024, 4097, 400 * 1024])
def test_items_have_sizes_at_which_something_changes(size: int) -> None:
    found = example(items(TABLE, sizes=[size]), lambda item: item_size(to_wire_item(item)) == size)
    assert "filler" in found
    assert "filler" not in example(items(TABLE, sizes=[]), lambda item: True)


def test_items_are_in_the_index_or_not() -> None:
    assert example(items(TABLE), lambda item: {"mail", "raw"} <= item.keys())
    assert example(items(TABLE), lambda item: "mail" not in item)


# --- sources ---


def test_a_table_is_described_in_any_form_that_load_takes(table: Mock, tmp_path: Path) -> None:
    described = table.tables["t"].describe()
    template = {
        "Resources": {
            "A": {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE, "TableName": {"Ref": "Name"}}},
            "B": {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE, "TableName": "b"}},
        },
        "Parameters": {"Name": {"Type": "String"}},
    }
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    for source, named in (
        (described, {}),
        ({"Table": described}, {}),
        ({"t": {"table": TABLE}}, {}),
        (path, {"table": "a", "parameters": {"Name": "a"}}),
    ):
        assert set(example(keys(source, **named), lambda _: True)) == {"pk", "sk"}  # type: ignore[arg-type]  # of all kinds
    with pytest.raises(ConfigurationError, match=r"name it with table=\.\.\.; there are a, b"):
        items(path, parameters={"Name": "a"})
    with pytest.raises(ConfigurationError, match="there are a, b"):
        items(path, table="c", parameters={"Name": "a"})
    with pytest.raises(ConfigurationError, match="dict is no pydantic model"):
        items(dict)


# --- models ---


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: str = Field(min_length=1, max_length=5)


@entity(
    pk="USER#{user_id}",
    sk="ORDER#{number:04d}",
    indexes=[IndexKeys("by-mail", partition={"mail": "{mail}"})],
    version="version",
)
class Order(BaseModel):
    user_id: str
    number: Annotated[int, Field(ge=0, le=9999)]
    mail: str
    price: Decimal = Field(gt=0, le=100)
    weight: float
    colour: Colour
    kind: Literal["gift", "plain"]
    address: Address
    tags: set[str] = Field(min_length=1)
    lines: list[Annotated[int, Field(gt=3)]]
    counts: dict[str, int]
    note: Optional[str] = None  # noqa: UP045 - as many write it
    code: str = Field(default="A1", pattern=r"^[A-Z][0-9]$")
    data: bytes = b""
    frozen: frozenset[int] | None = None
    version: int = 0

    @field_validator("weight")
    @classmethod
    def not_too_heavy(cls, value: float) -> float:
        if value > 1e6:
            raise ValueError("too heavy")
        return value


@pytest.fixture(scope="module")
def orders() -> Iterator[Any]:
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    mock = Mock(region="us-east-1")
    mock.load({"t": {"table": {"KeySchema": schema, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"}}})
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        yield client.table("t", model=Order)


@given(order=items(Order))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_models_are_valid_and_come_back_from_their_table(orders: Any, order: Order) -> None:
    orders.delete(user_id=order.user_id, number=order.number)
    orders.put(order)
    found = orders.get(user_id=order.user_id, number=order.number)
    assert found.model_dump(exclude={"version"}) == order.model_dump(exclude={"version"})


def test_models_have_few_keys_and_leave_out_what_is_stamped() -> None:
    pairs = st.tuples(items(Order), items(Order))
    assert example(pairs, lambda pair: pair[0].user_id == pair[1].user_id and pair[0].number == pair[1].number)
    assert example(items(Order), lambda order: order.note is not None and "version" not in order.model_fields_set)


def test_a_model_that_is_not_declared_has_no_keys() -> None:
    assert isinstance(example(items(Address), lambda address: len(address.street) == 5), Address)
