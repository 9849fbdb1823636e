"""Orders of a shop: with boto3's resource, and with ``DynamoDbClient``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr as BotoAttr
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from pytest_dynamodb import Attr, ConditionalCheckFailedException, DynamoDbClient, TransactionCancelled

Item = dict[str, Any]


class AlreadyThere(Exception):
    """An order of this number exists."""


class NotOpen(Exception):
    """The order is not open, or not there."""


def key(user: str, number: int) -> Item:
    return {"pk": f"USER#{user}", "sk": f"ORDER#{number:04d}"}


class Before:
    """With boto3's resource."""

    def __init__(self) -> None:
        self.table: Any = boto3.resource("dynamodb").Table("shop")

    def place(self, user: str, number: int, total: Decimal) -> None:
        item = {**key(user, number), "total": total, "state": "open"}
        try:
            self.table.put_item(Item=item, ConditionExpression=BotoAttr("pk").not_exists())
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise AlreadyThere(number) from problem
            raise

    def pay(self, user: str, number: int) -> Item:
        try:
            answer = self.table.update_item(
                Key=key(user, number),
                UpdateExpression="SET #state = :paid ADD payments :one",
                ConditionExpression="#state = :open",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":paid": "paid", ":open": "open", ":one": 1},
                ReturnValues="ALL_NEW",
            )
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise NotOpen(number) from problem
            raise
        found: Item = answer["Attributes"]
        return found

    def large(self, user: str, least: Decimal) -> list[Item]:
        found: list[Item] = []
        start: Item = {}
        while True:
            answer = self.table.query(
                KeyConditionExpression=Key("pk").eq(f"USER#{user}") & Key("sk").begins_with("ORDER#"),
                FilterExpression=BotoAttr("total").gte(least),
                **start,
            )
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def load(self, items: Iterable[Item]) -> None:
        with self.table.batch_writer() as batch:
            for item in items:
                batch.put_item(Item=item)

    def move(self, number: int, giver: str, taker: str) -> None:
        order = self.table.get_item(Key=key(giver, number)).get("Item")
        if order is None:
            raise NotOpen(number)
        put = {
            "TableName": "shop",
            "Item": {**order, **key(taker, number)},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        delete = {
            "TableName": "shop",
            "Key": key(giver, number),
            "ConditionExpression": "#state = :open",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":open": "open"},
        }
        try:
            self.table.meta.client.transact_write_items(TransactItems=[{"Put": put}, {"Delete": delete}])
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "TransactionCanceledException":
                reasons = [reason["Code"] for reason in problem.response["CancellationReasons"]]
                raise (AlreadyThere if reasons[0] == "ConditionalCheckFailed" else NotOpen)(number) from problem
            raise


class After:
    """With ``DynamoDbClient``."""

    def __init__(self, client: DynamoDbClient) -> None:
        self.client = client
        self.table = client.table("shop")

    def place(self, user: str, number: int, total: Decimal) -> None:
        item = {**key(user, number), "total": total, "state": "open"}
        try:
            self.table.put(item, condition=Attr("pk").not_exists())
        except ConditionalCheckFailedException as problem:
            raise AlreadyThere(number) from problem

    def pay(self, user: str, number: int) -> Item:
        update = self.table.update(key(user, number)).set("state", "paid").add("payments", 1)
        try:
            return update.condition(Attr("state") == "open").returning("all_new").execute() or {}
        except ConditionalCheckFailedException as problem:
            raise NotOpen(number) from problem

    def large(self, user: str, least: Decimal) -> list[Item]:
        orders = self.table.query().partition_key(f"USER#{user}").sort_key_begins_with("ORDER#")
        return list(orders.filter(Attr("total") >= least))

    def load(self, items: Iterable[Item]) -> None:
        with self.table.batch_write(raise_on_failed=True) as batch:
            for item in items:
                batch.put(item)

    def move(self, number: int, giver: str, taker: str) -> None:
        order = self.table.get(key(giver, number))
        if order is None:
            raise NotOpen(number)
        try:
            with self.client.transaction() as tx:
                put = tx.put(self.table, {**order, **key(taker, number)}, condition=Attr("pk").not_exists())
                tx.delete(self.table, key(giver, number), condition=Attr("state") == "open")
        except TransactionCancelled as problem:
            raise (AlreadyThere if problem.failure_of(put) else NotOpen)(number) from problem
