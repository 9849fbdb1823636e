"""Lists far past their limits are refused without comparing each of their names with each."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pytest_dynamodb import Mock, Request

LENGTH = 1_000
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


class Name(str):
    """A text that counts how often one of its kind is compared with something."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def named(content: Any) -> Any:
    """A request whose texts count their comparisons."""
    if isinstance(content, dict):
        return {key: named(value) for key, value in content.items()}
    if isinstance(content, list):
        return [named(element) for element in content]
    return Name(content) if isinstance(content, str) else content


@pytest.fixture
def mock() -> Mock:
    made = Mock()
    made.answer(Request("CreateTable", {**TABLE, "TableName": "there"}, "us-east-1"))
    return made


@pytest.mark.parametrize(("operation", "params", "message"), LISTS.values(), ids=LISTS)
def test_the_names_of_a_long_list_are_not_compared_with_each_other(
    mock: Mock, operation: str, params: dict[str, Any], message: str
) -> None:
    request, steps = Request(operation, named(params), "us-east-1"), 0

    def step(*_: Any) -> Any:
        nonlocal steps
        steps += 1
        return step

    Name.compared = 0
    sys.settrace(step)
    try:
        answer = mock.answer(request)
    finally:
        sys.settrace(None)
    assert isinstance(answer.body, dict)
    assert message in str(answer.body), answer.body
    assert steps + Name.compared < 2_000 * LENGTH  # about half of that; each with each is two or three millions


def test_a_replica_that_is_asked_for_twice_counts_once(mock: Mock) -> None:
    create = {"Create": {"RegionName": "eu-west-1", "KMSMasterKeyId": "alias/a"}}
    again = {"Create": {"KMSMasterKeyId": "alias/a", "RegionName": "eu-west-1"}}
    answer = mock.answer(Request("UpdateTable", {"TableName": "there", "ReplicaUpdates": [create, again]}, "us-east-1"))
    assert answer.status == 200, answer.body
