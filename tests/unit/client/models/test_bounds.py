"""Bounds of keys, where text does not sort as values do: answered as Python orders them, or refused with a format."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from pytest_dynamodb import DynamoDbClient, IndexKeys, InvalidKey, Mock, entity
from pytest_dynamodb.expressions import ExpressionMisuse


class Kind(Enum):
    BOOK = "book"
    BOOKLET = "booklet"


@entity(
    pk="SHOP#{shop}",
    sk="P#{category}#{sku}",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "SHOP#{shop}"}, {"gsi1sk": "K#{kind}#{number:04d}#{made}"})],
)
class Product(BaseModel):
    shop: str = "1"
    category: str
    sku: int = 1
    kind: Kind = Kind.BOOK
    number: int = 0
    made: datetime = datetime(2024, 1, 1, tzinfo=timezone.utc)


def test_a_longer_text_is_greater_whatever_it_goes_on_with(client: DynamoDbClient) -> None:
    products = client.table("app", model=Product)
    names = ["a", "a b", "a!", "a-b", "ab", "b"]
    for name in names:
        products.put(Product(category=name))
    of_shop = products.query(shop="1")
    for name in names:
        for query, expected in [
            (of_shop.sort_key_at_most(category=name), [one for one in names if one <= name]),
            (of_shop.sort_key_less_than(category=name), [one for one in names if one < name]),
            (of_shop.sort_key_greater_than(category=name), [one for one in names if one > name]),
            (of_shop.sort_key_at_least(category=name), [one for one in names if one >= name]),
            (of_shop.sort_key_begins_with(category=name), [one for one in names if one.startswith(name)]),
        ]:
            assert sorted(product.category for product in query) == sorted(expected)
            assert query.count() == len(expected)
    assert of_shop.sort_key_between({"category": "b"}, {"category": "a"}).execute().items == []


def test_a_member_of_an_enum_and_a_moment_are_begun_with_as_they_are_written(client: DynamoDbClient) -> None:
    products = client.table("app", model=Product)
    for number, kind in enumerate(Kind):
        products.put(Product(category=kind.name, kind=kind, number=number, made=datetime(2024, 1, 1 + number)))  # noqa: DTZ001
    by_kind = products.query(index="gsi1", shop="1")
    assert by_kind.sort_key_begins_with(kind=Kind.BOOK).count() == 2
    assert by_kind.sort_key_begins_with(kind=Kind.BOOKLET).count() == 1
    made = products.query(index="gsi1", shop="1", kind=Kind.BOOK, number=0)
    assert made.sort_key_begins_with(made=date(2024, 1, 1)).count() == 1
    assert made.sort_key_begins_with(made=datetime(2024, 1, 1)).count() == 1  # noqa: DTZ001
    assert made.sort_key_begins_with(made="2024-01-02").count() == 0


@entity(pk="X", sk="X#{value}")
class Plain(BaseModel):
    value: int


@entity(pk="X", sk="X#{value:04d}")
class Padded(BaseModel):
    value: int


@entity(pk="X", sk="X#{value}")
class Priced(BaseModel):
    value: Decimal


@entity(pk="X", sk="X#{value}")
class Mixed(BaseModel):
    value: int | str


@entity(pk="X", sk="X#{value:%Y-%m}#{n}")
class Monthly(BaseModel):
    value: date
    n: int = 1


@pytest.mark.parametrize(
    ("model", "value", "message"),
    [
        (Plain, 5, r"text has 10 before 9: write \{value:012d\}"),
        (Padded, -5, "numbers below 0 sort only where"),
        (Padded, 12345, "too long for the format 04d"),
        (Priced, Decimal(5), "does not sort as text"),
        (Mixed, 5, "value is int or str: in a key, these have no order"),
        (Monthly, date(2024, 1, 5), "leaves out day"),
    ],
)
def test_bounds_that_have_no_order_are_refused_with_a_format(
    client: DynamoDbClient, model: Any, value: object, message: str
) -> None:
    with pytest.raises(InvalidKey, match=message):
        client.table("app", model=model).query().sort_key_at_least(value=value)


def test_a_text_that_keeps_less_has_bounds_where_it_begins(client: DynamoDbClient) -> None:
    table = client.table("app", model=Monthly)
    for month in (1, 2, 3):
        table.put(Monthly(value=date(2024, month, 15), n=month))
    assert [one.n for one in table.query().sort_key_at_least(value=date(2024, 2, 1))] == [2, 3]
    assert [one.n for one in table.query().sort_key_less_than(value=date(2024, 2, 1))] == [1]
    with pytest.raises(InvalidKey, match="ask for those that are at_least"):
        table.query().sort_key_at_most(value=date(2024, 2, 1))


def test_a_number_too_long_for_its_format_is_not_written(client: DynamoDbClient, mock: Mock) -> None:
    with pytest.raises(InvalidKey, match="write 012d"):
        client.table("app", model=Padded).put(Padded(value=12345))
    assert mock.tables["app"].items == []


def test_a_second_bound_does_not_take_the_place_of_the_first(client: DynamoDbClient) -> None:
    query = client.table("app", model=Padded).query().sort_key_at_least(value=1)
    with pytest.raises(ExpressionMisuse, match="one bound"):
        query.sort_key_at_most(value=2)


def test_a_decimal_has_one_key_whatever_its_zeros(client: DynamoDbClient, mock: Mock) -> None:
    prices = client.table("app", model=Priced)
    prices.put(Priced(value=Decimal("1.10")))
    read = prices.get_or_raise(value=Decimal("1.1"))
    assert prices.key(read) == prices.key(value=Decimal("1.100")) == {"pk": "X", "sk": "X#1.1"}
    prices.put(read)
    assert len(mock.tables["app"].items) == 1
    assert prices.delete(read) == read
