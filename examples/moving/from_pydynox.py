"""Orders with key templates and a version: as pydynox's model, and as a pydantic model in a typed table."""

from __future__ import annotations

from pydantic import BaseModel
from pydynox import DynamoDBClient, Model, ModelConfig, SyncTransaction
from pydynox.attributes import NumberAttribute, StringAttribute, VersionAttribute
from pydynox.exceptions import ConditionalCheckFailedException

from pytest_dynamodb import DynamoDbClient, TypedTable, VersionConflict, entity


class Stale(Exception):
    """Somebody else has written the order in between, or it is there already."""


class OrderModel(Model):
    model_config = ModelConfig(table="shop")

    pk = StringAttribute(partition_key=True, template="USER#{user_id}")
    sk = StringAttribute(sort_key=True, template="ORDER#{number}")
    user_id = StringAttribute()
    number = StringAttribute()
    state = StringAttribute()
    total = NumberAttribute()
    version = VersionAttribute()


@entity(pk="USER#{user_id}", sk="ORDER#{number}", discriminator=None, version="version")
class Order(BaseModel):
    user_id: str
    number: str
    state: str
    total: int
    version: int = 0


class Before:
    """With pydynox, whose methods wait where their names begin with ``sync_``."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.client = client
        OrderModel.model_config.client = client

    def place(self, user_id: str, number: str, total: int) -> None:
        try:
            OrderModel(user_id=user_id, number=number, state="open", total=total).sync_save()
        except ConditionalCheckFailedException as problem:
            raise Stale(number) from problem

    def total(self, user_id: str, number: str) -> int | None:
        order = OrderModel.sync_get(pk=f"USER#{user_id}", sk=f"ORDER#{number}")
        return None if order is None else int(order.total or 0)

    def pay(self, user_id: str, number: str) -> None:
        order = OrderModel.sync_get(pk=f"USER#{user_id}", sk=f"ORDER#{number}")
        if order is None:
            raise KeyError(number)
        order.state = "paid"
        try:
            order.sync_save()
        except ConditionalCheckFailedException as problem:
            raise Stale(number) from problem

    def numbers(self, user_id: str) -> list[str]:
        found = OrderModel.sync_query(partition_key=f"USER#{user_id}")
        return [str(order.number) for order in found]

    def place_two(self, user_id: str, one: str, other: str) -> None:
        with SyncTransaction(self.client) as transaction:
            for number in (one, other):
                transaction.save_model(OrderModel(user_id=user_id, number=number, state="open", total=0))


class After:
    """With a typed table."""

    def __init__(self, client: DynamoDbClient) -> None:
        self.client = client
        self.orders: TypedTable[Order] = client.table("shop", model=Order)

    def place(self, user_id: str, number: str, total: int) -> None:
        try:
            self.orders.put(Order(user_id=user_id, number=number, state="open", total=total))
        except VersionConflict as problem:
            raise Stale(number) from problem

    def total(self, user_id: str, number: str) -> int | None:
        order = self.orders.get(user_id=user_id, number=number)
        return None if order is None else order.total

    def pay(self, user_id: str, number: str) -> None:
        order = self.orders.get(user_id=user_id, number=number)
        if order is None:
            raise KeyError(number)
        try:
            self.orders.update(order).set("state", "paid").execute()
        except VersionConflict as problem:
            raise Stale(number) from problem

    def numbers(self, user_id: str) -> list[str]:
        return [order.number for order in self.orders.query(user_id=user_id)]

    def place_two(self, user_id: str, one: str, other: str) -> None:
        with self.client.transaction() as tx:
            for number in (one, other):
                self.orders.within(tx).put(Order(user_id=user_id, number=number, state="open", total=0))
