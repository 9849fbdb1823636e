"""The endpoints that tests record from answer as DynamoDB does."""

from __future__ import annotations

import asyncio
from typing import Any

import boto3
import pytest

TABLE = "servers"


@pytest.mark.live_endpoint
def test_endpoint_keeps_what_is_put(credentials: dict[str, str], live_endpoint: str) -> None:
    client = boto3.client("dynamodb", endpoint_url=live_endpoint)
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    # in pages: the tables of other tests are here too, and a page holds 100
    pages = client.get_paginator("list_tables").paginate()
    assert TABLE in [name for page in pages for name in page["TableNames"]]
    item: dict[str, Any] = {"pk": {"S": "a"}, "n": {"N": "1.5"}, "b": {"B": b"\x00\xff"}}
    client.put_item(TableName=TABLE, Item=item)
    assert client.get_item(TableName=TABLE, Key={"pk": {"S": "a"}})["Item"] == item
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(pk)")
    client.delete_table(TableName=TABLE)


def test_moto_starts_empty(credentials: dict[str, str], moto: str) -> None:
    assert boto3.client("dynamodb", endpoint_url=moto).list_tables()["TableNames"] == []


@pytest.mark.aiobotocore
@pytest.mark.live_endpoint
def test_endpoint_answers_aiobotocore(credentials: dict[str, str], live_endpoint: str) -> None:
    from aiobotocore.session import get_session

    async def tables() -> object:
        async with get_session().create_client("dynamodb", endpoint_url=live_endpoint) as client:
            return (await client.list_tables())["TableNames"]

    assert isinstance(asyncio.run(tables()), list)
