"""What Amazon's DynamoDB Local answered, replayed from this project's own cassettes: every test reads like live code.

Recorded with ``pytest tests/integration/test_recorded_from_dynamodb_local.py --record --dynamodb-upstream=URL``; the
session ``dynamodb_local`` of nox and ``.ci/run`` verify the cassettes against a fresh DynamoDB Local.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from pytest_dynamodb import Cassette

pytestmark = pytest.mark.dynamodb_cassette

TABLE = "kinds"
KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}


@pytest.fixture(scope="module")
def table() -> Iterator[str]:
    """A table with a stream, made and dropped for this module: its traffic has a cassette of its own."""
    client = _client()
    with suppress(client.exceptions.ResourceNotFoundException):
        client.delete_table(TableName=TABLE)
        client.get_waiter("table_not_exists").wait(TableName=TABLE)
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    client.get_waiter("table_exists").wait(TableName=TABLE)
    yield TABLE
    client.delete_table(TableName=TABLE)


def _client() -> DynamoDBClient:
    return boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local")


def test_every_type_comes_back_as_botocore_parses_it(table: str) -> None:
    """Binary values are bytes, numbers stay text, empty and nested ones survive."""
    item: dict[str, Any] = {
        **KEY,
        "text": {"S": "ä\N{SNOWMAN}\N{PILE OF POO}"},
        "number": {"N": "-123456789.01234567890123456789012345678"},
        "binary": {"B": bytes(range(256))},
        "texts": {"SS": ["x", "y"]},
        "numbers": {"NS": ["1", "2.5"]},
        "binaries": {"BS": [b"\x00", b"\xff"]},
        "list": {"L": [{"NULL": True}, {"BOOL": False}, {"M": {}}, {"L": []}]},
        "map": {"M": {"B": {"B": b"named like its type"}, "S": {"S": ""}}},
    }
    client = _client()
    client.put_item(TableName=table, Item=item)
    got = client.get_item(TableName=table, Key=KEY, ConsistentRead=True)["Item"]
    assert {name: _unordered(value) for name, value in got.items()} == {n: _unordered(v) for n, v in item.items()}


def _unordered(value: Any) -> Any:
    ((tag, content),) = value.items()
    return (tag, frozenset(content)) if tag in ("SS", "NS", "BS") else value


def test_a_resource_gives_python_values(table: str) -> None:
    """The transformations of boto3's resources apply to replayed answers too."""
    resource = boto3.resource("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    item: dict[str, Any] = {"pk": "r", "sk": 1, "price": Decimal("4.50"), "tags": {"a", "b"}, "raw": b"bytes"}
    resource.Table(table).put_item(Item=item)
    got = resource.Table(table).get_item(Key={"pk": "r", "sk": 1})["Item"]
    assert got == item


def test_errors_are_the_modelled_ones(table: str) -> None:
    """With the message and the item that DynamoDB sent."""
    client = _client()
    client.put_item(TableName=table, Item={**KEY, "v": {"N": "1"}})
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(
            TableName=table,
            Item=KEY,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    assert caught.value.response["Item"]["v"] == {"N": "1"}  # type: ignore[typeddict-item]  # a modelled error field
    with pytest.raises(ClientError, match="ValidationException"):
        client.get_item(TableName=table, Key={"pk": {"S": "no sort key"}})


def test_a_cancelled_transaction_says_why(table: str) -> None:
    """Its reasons are positional, and its token, another one at each run, does not matter."""
    client = _client()
    client.put_item(TableName=table, Item={"pk": {"S": "taken"}, "sk": {"N": "1"}})
    puts: list[Any] = [
        {"Put": {"TableName": table, "Item": {"pk": {"S": name}, "sk": {"N": "1"}}, "ConditionExpression": free}}
        for name, free in (("free", "attribute_not_exists(pk)"), ("taken", "attribute_not_exists(pk)"))
    ]
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=puts)
    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]


def test_batches_and_pages(table: str, dynamodb_cassette: Cassette) -> None:
    """A paginator follows recorded cursors; a batch comes back whole."""
    client = _client()
    items: list[Any] = [{"PutRequest": {"Item": {"pk": {"S": "page"}, "sk": {"N": str(n)}}}} for n in range(7)]
    client.batch_write_item(RequestItems={table: items})
    query: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "page"}},
        "PaginationConfig": {"PageSize": 3},
    }
    pages = [[item["sk"]["N"] for item in page["Items"]] for page in client.get_paginator("query").paginate(**query)]
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    dynamodb_cassette.assert_operations("BatchWriteItem", "Query", "Query", "Query")
    dynamodb_cassette.assert_no_scan()


def test_capacity_is_counted_as_reported(table: str, dynamodb_cassette: Cassette) -> None:
    """Read and write units add up over the test."""
    client = _client()
    client.put_item(TableName=table, Item=KEY, ReturnConsumedCapacity="TOTAL")
    client.get_item(TableName=table, Key=KEY, ReturnConsumedCapacity="TOTAL")
    dynamodb_cassette.assert_capacity(read=0.5, write=1)
    with pytest.raises(AssertionError, match="expected at most 0 write capacity units"):
        dynamodb_cassette.assert_capacity(write=0)


def test_streams_are_covered(table: str) -> None:
    """The service dynamodbstreams is recorded like dynamodb, timestamps and all."""
    arn = _client().describe_table(TableName=table)["Table"]["LatestStreamArn"]
    streams = boto3.client(
        "dynamodbstreams", region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local"
    )
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert isinstance(description["CreationRequestDateTime"], datetime)
    shard = description["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"], Limit=1)["Records"]
    assert all(isinstance(record["dynamodb"]["ApproximateCreationDateTime"], datetime) for record in records)


def test_a_missing_table_is_an_error() -> None:
    """An error of the control plane, from a client made without region or credentials of its own in replay."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        _client().describe_table(TableName="no-such-table")
