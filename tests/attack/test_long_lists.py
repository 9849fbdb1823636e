"""Lists far past their limits are refused in time that grows with their length, and not with its square."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pytest_dynamodb import Mock, Request

LENGTH = 16_000
HASH = {"AttributeName": "pk", "AttributeType": "S"}
MANY = [{"AttributeName": f"a{number}", "AttributeType": "S"} for number in range(LENGTH)]
TABLE = {
    "TableName": "app",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [HASH],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
}


def index(number: int, key: str) -> dict[str, Any]:
    schema = [{"AttributeName": key, "KeyType": "HASH"}]
    return {"IndexName": f"index{number}", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


def vector(number: int) -> dict[str, Any]:
    return {
        "IndexName": f"index{number}",
        "VectorAttribute": {"AttributeName": f"v{number}"},
        "Dimensions": 3,
        "DistanceFunction": "COSINE",
        "SearchSchema": [{"AttributeName": f"a{number}", "SearchSchemaElementType": "INLINE_FILTER"}],
        "Projection": {"ProjectionType": "ALL"},
    }


LISTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "global indexes": (
        "CreateTable",
        {
            **TABLE,
            "AttributeDefinitions": [HASH, *MANY],
            "GlobalSecondaryIndexes": [index(number, f"a{number}") for number in range(LENGTH)],
        },
        "GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    "vector indexes": (
        "CreateTable",
        {
            **TABLE,
            "AttributeDefinitions": [HASH, *MANY],
            "VectorIndexes": [vector(number) for number in range(LENGTH)],
        },
        "per-table limit",
    ),
    "an imported table's indexes": (
        "ImportTable",
        {
            "S3BucketSource": {"S3Bucket": "bucket"},
            "InputFormat": "CSV",
            "TableCreationParameters": {
                **TABLE,
                "AttributeDefinitions": [HASH, *MANY],
                "GlobalSecondaryIndexes": [index(number, f"a{number}") for number in range(LENGTH)],
            },
        },
        "GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    "replicas": (
        "UpdateTable",
        {
            "TableName": "there",
            "ReplicaUpdates": [{"Create": {"RegionName": f"eu-west-{number + 4}"}} for number in range(LENGTH)],
        },
        "Region eu-west-4 is not supported",
    ),
}


def seconds(mock: Mock, operation: str, params: dict[str, Any], message: str) -> float:
    """Of the processor, so that it does not matter what else the machine does."""
    before = time.process_time()
    answer = mock.answer(Request(operation, params, "us-east-1"))
    assert isinstance(answer.body, dict)
    assert message in str(answer.body), answer.body
    return time.process_time() - before


@pytest.fixture
def mock() -> Mock:
    made = Mock()
    made.answer(Request("CreateTable", {**TABLE, "TableName": "there"}, "us-east-1"))
    return made


@pytest.mark.parametrize(("operation", "params", "message"), LISTS.values(), ids=LISTS)
def test_a_long_list_takes_no_longer_than_its_length(
    mock: Mock, operation: str, params: dict[str, Any], message: str
) -> None:
    # A few tenths of it. What compares each of them with each takes 256 million steps, several times this.
    assert seconds(mock, operation, params, message) < 1.5


def test_a_replica_that_is_asked_for_twice_counts_once(mock: Mock) -> None:
    create = {"Create": {"RegionName": "eu-west-1", "KMSMasterKeyId": "alias/a"}}
    again = {"Create": {"KMSMasterKeyId": "alias/a", "RegionName": "eu-west-1"}}
    answer = mock.answer(Request("UpdateTable", {"TableName": "there", "ReplicaUpdates": [create, again]}, "us-east-1"))
    assert answer.status == 200, answer.body
