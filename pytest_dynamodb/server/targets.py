"""What ``X-Amz-Target`` may say."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_dynamodb.operations import OPERATIONS, Operation

_PREFIXES = {"dynamodb": "DynamoDB_20120810", "dynamodbstreams": "DynamoDBStreams_20120810"}

TARGETS: Mapping[bytes, Operation] = {
    f"{_PREFIXES[operation.service]}.{name}".encode(): operation for name, operation in OPERATIONS.items()
}
"""The operation that a header's value asks for."""
