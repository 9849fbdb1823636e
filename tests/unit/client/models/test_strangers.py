"""What queries and scans do with items that say nothing of what they are; and a model that is called otherwise now."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from pytest_dynamodb import Attr, ConfigurationError, DynamoDbClient, InvalidItem, TypedTable, entity


@entity(pk="USER#{user_id}", sk="ORDER#{number:03d}")
class Order(BaseModel):
    user_id: str
    number: int


STRANGER = {"pk": "USER#1", "sk": "NOTE#1", "text": "from before"}
OLDER = {"pk": "USER#1", "sk": "ORDER#002", "user_id": "1", "number": 2}
ANOTHER = {"pk": "USER#1", "sk": "CART", "entity": "Cart"}


def orders(client: DynamoDbClient, alien: Literal["skip", "raise", "raw"] = "skip") -> TypedTable[Order]:
    table = client.table("app", model=Order, alien=alien)
    table.put(Order(user_id="1", number=1))
    for item in (STRANGER, OLDER, ANOTHER):
        client.table("app").put(item)
    return table


def test_strangers_are_passed_over_and_not_counted(client: DynamoDbClient) -> None:
    table = orders(client)
    shown = [Order(user_id="1", number=1), Order(user_id="1", number=2)]
    for reading in (table.scan(), table.query(user_id="1")):
        assert list(reading) == shown
        assert reading.count() == len(reading.project("text").execute()) == 2
        assert reading.limit(1).count() == 1
    assert [item["sk"] for item in table.scan().raw()] == ["ORDER#001", "ORDER#002"]
    assert table.scan().project("number").execute().items == [{"number": 1}, {"number": 2}]


def test_strangers_are_handed_over_as_they_are(client: DynamoDbClient) -> None:
    table = orders(client, "raw")
    found: list[Any] = list(table.scan())
    assert found == [STRANGER, Order(user_id="1", number=1), Order(user_id="1", number=2)]
    assert table.scan().count() == 3
    assert table.scan().filter(Attr("number") == 2).count() == 1


def test_strangers_are_refused(client: DynamoDbClient) -> None:
    table = orders(client, "raise")
    for ask in (table.scan().execute, table.scan().count, lambda: list(table.scan())):
        with pytest.raises(InvalidItem, match="neither a discriminator nor its key") as caught:
            ask()
        assert caught.value.item["pk"] == "USER#1"
    assert len(table.scan().raw().execute()) == 3
    assert table.query(user_id="1").sort_key_at_least(number=0).count() == 2


def test_another_choice_is_refused(client: DynamoDbClient) -> None:
    with pytest.raises(ConfigurationError, match="alien is one of skip, raise, raw"):
        client.table("app", model=Order, alien="hide")  # type: ignore[call-overload]


def test_a_model_that_was_called_otherwise_keeps_its_items(client: DynamoDbClient) -> None:
    @entity(pk="USER#{user_id}", sk="ORDER#{number:03d}")
    class Purchase(BaseModel):
        user_id: str
        number: int

    orders(client)
    renamed = client.table("app", model=Purchase)
    with pytest.raises(
        InvalidItem, match=r"it is a Order; if that is what Purchase was called, say former=\['Order'\]"
    ):
        renamed.get(user_id="1", number=1)

    entity(pk="USER#{user_id}", sk="ORDER#{number:03d}", former=["Order"])(Purchase)
    renamed = client.table("app", model=Purchase)
    assert renamed.get(user_id="1", number=1) == Purchase(user_id="1", number=1)
    assert [one.number for one in renamed.scan()] == [1, 2]
    renamed.put(Purchase(user_id="1", number=1))
    assert renamed.get_or_raise(user_id="1", number=1) == Purchase(user_id="1", number=1)
    assert client.table("app").get({"pk": "USER#1", "sk": "ORDER#001"}) == {
        "pk": "USER#1",
        "sk": "ORDER#001",
        "user_id": "1",
        "number": 1,
        "entity": "Purchase",
    }

    entity(pk="USER#{user_id}", sk="ORDER#{number:03d}", name="Order")(Purchase)
    assert client.table("app", model=Purchase).scan().count() == 1


def test_two_models_do_not_share_a_former_name(client: DynamoDbClient) -> None:
    @entity(pk="X#{x}", sk="X", former="Order")
    class Other(BaseModel):
        x: str

    with pytest.raises(ConfigurationError, match="two models of one table are called Order"):
        client.table("app", models=(Order, Other))
