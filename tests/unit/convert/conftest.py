"""A session of boto3's against a server, which every recorder is shown, and which every conversion must replay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.server import running

Session = Callable[[str | None], list[Any]]


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of an in-memory DynamoDB, empty."""
    with running(MockProvider(), port=0) as url:
        yield url


@pytest.fixture
def session(credentials: dict[str, str]) -> Session:
    """A session that says what it got: tables, items, binaries, batches, transactions, pages, errors, tags."""

    def run(url: str | None) -> list[Any]:
        client = boto3.client("dynamodb", endpoint_url=url)
        got: list[Any] = []
        client.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        client.get_waiter("table_exists").wait(TableName="orders")
        key = {"pk": {"S": "U#1"}, "sk": {"S": "O#1"}}
        client.put_item(TableName="orders", Item={**key, "raw": {"B": b"\x00\xff"}, "who": {"S": "Zoë\u2028"}})
        got.append(client.get_item(TableName="orders", Key=key)["Item"])
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "orders", "Item": {**key, "n": {"N": "1"}}}}])
        got.append(client.get_item(TableName="orders", Key=key)["Item"])
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as refused:
            client.put_item(TableName="orders", Item=key, ConditionExpression="attribute_not_exists(pk)")
        got.append(refused.value.response["Error"]["Message"])
        table = boto3.resource("dynamodb", endpoint_url=url).Table("orders")
        with table.batch_writer() as batch:
            for number in range(30):
                batch.put_item(Item={"pk": "U#2", "sk": f"O#{number:02}", "n": number})
        pages = client.get_paginator("query").paginate(
            TableName="orders",
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "U#2"}},
            PaginationConfig={"PageSize": 12},
        )
        got.append([len(page["Items"]) for page in pages])
        arn = client.describe_table(TableName="orders")["Table"]["TableArn"]
        client.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}])
        got.append(client.list_tags_of_resource(ResourceArn=arn)["Tags"])
        return got

    return run
