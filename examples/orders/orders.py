"""A small shop in one DynamoDB table.

    PK          SK          GSI1PK        GSI1SK             what it is
    ----------  ----------  ------------  -----------------  --------------------------------
    USER#1      PROFILE     EMAIL#a@x     USER#1             a customer
    USER#1      ORDER#001   STATUS#NEW    TS#2026-01-31T...  an order, beside its customer
    ORDER#001   ITEM#A                                       a line of an order
    PRODUCT#A   METADATA                                     a product, its stock and its price

One index answers two questions, because both kinds of item put their own meaning into GSI1PK and GSI1SK: who has this
e-mail address, and which orders have this status, oldest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

TABLE = "AppData"
INDEX = "GSI1"
REFUSED = "ConditionalCheckFailed"

SCHEMA: dict[str, Any] = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK", "GSI1PK", "GSI1SK")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": INDEX,
            "KeySchema": [
                {"AttributeName": "GSI1PK", "KeyType": "HASH"},
                {"AttributeName": "GSI1SK", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


class AlreadyRegistered(Exception):
    """A customer with this id exists."""


class UnknownProduct(Exception):
    """There is no such product."""


class OutOfStock(Exception):
    """Less of a product is there than was ordered. Nothing of the order was written."""


@dataclass(frozen=True)
class User:
    """A customer."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Product:
    """Something to buy; `price` is for one."""

    id: str
    name: str
    price: Decimal
    stock: int


@dataclass(frozen=True)
class Order:
    """An order as its customer sees it; `lines` maps product ids to quantities."""

    id: str
    user_id: str
    placed_at: datetime
    lines: dict[str, int]
    status: str = "NEW"
    total: Decimal = Decimal(0)


class Shop:
    """What the shop does; each method says in its first words which request it makes."""

    def __init__(self) -> None:
        # The resource takes and returns Python values. Only transactions need its client, which does the same.
        dynamodb = boto3.resource("dynamodb")
        self.table = dynamodb.Table(TABLE)
        self.client = dynamodb.meta.client

    # customers

    def register(self, user: User) -> None:
        """PutItem on a condition: the id must be free, or `AlreadyRegistered` is raised."""
        item = {
            "PK": f"USER#{user.id}",
            "SK": "PROFILE",
            "GSI1PK": f"EMAIL#{user.email}",
            "GSI1SK": f"USER#{user.id}",
            "name": user.name,
            "email": user.email,
            "registered_at": datetime.now(timezone.utc).isoformat(),
        }
        try:
            self.table.put_item(Item=item, ConditionExpression=Attr("PK").not_exists())
        except self.client.exceptions.ConditionalCheckFailedException:
            raise AlreadyRegistered(user.id) from None

    def profile(self, user_id: str) -> User | None:
        """GetItem: a customer by id."""
        item = self.table.get_item(Key={"PK": f"USER#{user_id}", "SK": "PROFILE"}).get("Item")
        return _user(item) if item else None

    def user_by_email(self, email: str) -> User | None:
        """Query the index: a customer by e-mail address."""
        key = Key("GSI1PK").eq(f"EMAIL#{email}")
        items = self.table.query(IndexName=INDEX, KeyConditionExpression=key)["Items"]
        return _user(items[0]) if items else None

    def unregister(self, user_id: str) -> None:
        """DeleteItem: forget a customer, known or not."""
        self.table.delete_item(Key={"PK": f"USER#{user_id}", "SK": "PROFILE"})

    # products

    def stock(self, products: Iterable[Product]) -> None:
        """BatchWriteItem, 25 at a time: add products, or replace them."""
        with self.table.batch_writer() as batch:
            for product in products:
                batch.put_item(
                    Item={
                        "PK": f"PRODUCT#{product.id}",
                        "SK": "METADATA",
                        "name": product.name,
                        "price": product.price,
                        "stock": product.stock,
                        "views": 0,
                    }
                )

    def product(self, product_id: str) -> Product:
        """GetItem: a product by id, or `UnknownProduct`."""
        found = self.table.get_item(Key={"PK": f"PRODUCT#{product_id}", "SK": "METADATA"})
        if "Item" not in found:
            raise UnknownProduct(product_id)
        item: dict[str, Any] = found["Item"]
        return Product(product_id, item["name"], item["price"], int(item["stock"]))

    def view(self, product_id: str) -> int:
        """UpdateItem with ADD: count a view and return how many there are, however many customers look at once."""
        counted: dict[str, Any] = self.table.update_item(
            Key={"PK": f"PRODUCT#{product_id}", "SK": "METADATA"},
            UpdateExpression="ADD #views :one",
            ExpressionAttributeNames={"#views": "views"},
            ExpressionAttributeValues={":one": 1},
            ReturnValues="UPDATED_NEW",
        )["Attributes"]
        return int(counted["views"])

    # orders

    def place(self, order: Order) -> Order:
        """TransactWriteItems: take every line from stock and write the order, or do nothing and raise `OutOfStock`."""
        prices = {product_id: self.product(product_id).price for product_id in order.lines}
        total = sum((prices[product_id] * quantity for product_id, quantity in order.lines.items()), Decimal(0))
        writes: list[Any] = [{"Update": _take(product_id, quantity)} for product_id, quantity in order.lines.items()]
        writes.append({"Put": {"TableName": TABLE, "Item": _order_item(order, total)}})
        for product_id, quantity in order.lines.items():
            line = {"PK": f"ORDER#{order.id}", "SK": f"ITEM#{product_id}", "quantity": quantity}
            writes.append({"Put": {"TableName": TABLE, "Item": {**line, "price": prices[product_id]}}})
        try:
            self.client.transact_write_items(TransactItems=writes)
        except self.client.exceptions.TransactionCanceledException as cancelled:
            raise OutOfStock(", ".join(_short_of(order, cancelled))) from None
        return replace(order, total=total)

    def orders_of(self, user_id: str, *, prefix: str = "") -> list[dict[str, Any]]:
        """Query: a customer's orders, or those whose id begins with a prefix such as a year."""
        key = Key("PK").eq(f"USER#{user_id}") & Key("SK").begins_with(f"ORDER#{prefix}")
        return self.table.query(KeyConditionExpression=key)["Items"]

    def history(self, user_id: str, *, page_size: int) -> Iterator[list[str]]:
        """Query page by page, newest order first: the ids on each page."""
        query: dict[str, Any] = {
            "TableName": TABLE,
            "KeyConditionExpression": Key("PK").eq(f"USER#{user_id}") & Key("SK").begins_with("ORDER#"),
            "ScanIndexForward": False,
            "PaginationConfig": {"PageSize": page_size},
        }
        pages = self.client.get_paginator("query").paginate(**query)
        for page in pages:
            yield [str(item["SK"]).removeprefix("ORDER#") for item in page["Items"]]

    def lines_of(self, order_id: str) -> dict[str, int]:
        """Query: the lines of an order."""
        key = Key("PK").eq(f"ORDER#{order_id}") & Key("SK").begins_with("ITEM#")
        items: list[dict[str, Any]] = self.table.query(KeyConditionExpression=key)["Items"]
        return {item["SK"].removeprefix("ITEM#"): int(item["quantity"]) for item in items}

    def orders_with_status(self, status: str) -> list[str]:
        """Query the index: ids of all customers' orders with a status, oldest first."""
        key = Key("GSI1PK").eq(f"STATUS#{status}")
        items: list[dict[str, Any]] = self.table.query(IndexName=INDEX, KeyConditionExpression=key)["Items"]
        return [item["SK"].removeprefix("ORDER#") for item in items]

    def move(self, order: Order, *, to: str) -> None:
        """UpdateItem: give an order another status, under which the index then finds it."""
        self.table.update_item(
            Key={"PK": f"USER#{order.user_id}", "SK": f"ORDER#{order.id}"},
            UpdateExpression="SET #status = :to, GSI1PK = :found_by",
            ExpressionAttributeNames={"#status": "status"},  # a word DynamoDB keeps for itself
            ExpressionAttributeValues={":to": to, ":found_by": f"STATUS#{to}"},
        )


def _user(item: dict[str, Any]) -> User:
    return User(id=item["PK"].removeprefix("USER#"), name=item["name"], email=item["email"])


def _order_item(order: Order, total: Decimal) -> dict[str, Any]:
    return {
        "PK": f"USER#{order.user_id}",
        "SK": f"ORDER#{order.id}",
        "GSI1PK": f"STATUS#{order.status}",
        "GSI1SK": f"TS#{order.placed_at.isoformat()}",
        "status": order.status,
        "total": total,
    }


def _take(product_id: str, quantity: int) -> dict[str, Any]:
    return {
        "TableName": TABLE,
        "Key": {"PK": f"PRODUCT#{product_id}", "SK": "METADATA"},
        "UpdateExpression": "SET stock = stock - :quantity",
        "ConditionExpression": "stock >= :quantity",
        "ExpressionAttributeValues": {":quantity": quantity},
    }


def _short_of(order: Order, cancelled: ClientError) -> list[str]:
    """The products whose condition failed: there is one reason a write, and the first writes are the products'."""
    codes = [reason["Code"] for reason in cancelled.response["CancellationReasons"]]
    return [product for product, code in zip(order.lines, codes, strict=False) if code == REFUSED]
