"""A table's name of one letter is taken everywhere, in ARNs too, and one of two letters is refused as by AWS."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Mock, Request
from pytest_dynamodb.operations import OPERATIONS

ITEM = {"pk": {"S": "a"}}
TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"
SHORT = ("at least 3", "greater than or equal to 3", "Invalid ResourceArn")


def named(name: str) -> list[dict[str, Any]]:
    """Parameters of all kinds that name a table."""
    return [
        {"TableName": name},
        {"TableName": ARN + name},
        {"ResourceArn": ARN + name},
        {"TableArn": ARN + name},
        {"GlobalTableName": name},
        {"TargetTableName": name, "BackupArn": f"{ARN}{name}/backup/01795722068036-6baa9455"},
        {"TargetTableName": name, "SourceTableName": name},
        {"BackupArn": f"{ARN}{name}/backup/01795722068036-6baa9455"},
        {"RequestItems": {name: {"Keys": [ITEM]}}},
        {"RequestItems": {name: [{"PutRequest": {"Item": ITEM}}]}},
        {"TransactItems": [{"Put": {"TableName": name, "Item": ITEM}}]},
        {"TransactItems": [{"Get": {"TableName": name, "Key": ITEM}}]},
        {"Statement": f'SELECT * FROM "{name}"'},
        {
            "TableCreationParameters": {"TableName": name, **TABLE},
            "InputFormat": "CSV",
            "S3BucketSource": {"S3Bucket": "bbb"},
        },
    ]


def answered(mock: Mock, operation: str, params: dict[str, Any]) -> str:
    return str(mock.answer(Request(operation, params, "us-east-1")).body)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_one_letter_is_too_short_for_no_operation(operation: str) -> None:
    mock = Mock()
    assert "TableDescription" in answered(mock, "CreateTable", {"TableName": "t", **TABLE})
    for params in named("t"):
        said = answered(mock, operation, params)
        assert not [words for words in SHORT if words in said], (params, said)


@pytest.mark.parametrize(
    "operation", ["CreateTable", "DescribeTable", "UpdateTable", "DeleteTable", "DescribeTimeToLive"]
)
def test_two_letters_are_too_short_as_with_aws(operation: str) -> None:
    said = answered(Mock(), operation, {"TableName": "tt", **(TABLE if operation == "CreateTable" else {})})
    assert "3" in said
    assert "ValidationException" in said
