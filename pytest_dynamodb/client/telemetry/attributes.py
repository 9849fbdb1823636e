"""What is said of a call in a span: from its parameters when it begins, from its answer when it is over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.telemetry.capacity import NOTHING, consumed_by, entries
from pytest_dynamodb.client.telemetry.conventions import Names
from pytest_dynamodb.requests import parts

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.telemetry.watches import Ended

Attributes = dict[str, Any]

#: Parameters that go into a span as they are.
_PARAMETERS: Mapping[str, str] = {
    "ConsistentRead": "aws.dynamodb.consistent_read",
    "IndexName": "aws.dynamodb.index_name",
    "Limit": "aws.dynamodb.limit",
    "ProjectionExpression": "aws.dynamodb.projection",
    "ScanIndexForward": "aws.dynamodb.scan_forward",
    "Segment": "aws.dynamodb.segment",
    "Select": "aws.dynamodb.select",
    "TotalSegments": "aws.dynamodb.total_segments",
}
#: Members of an answer that do.
_ANSWERS: Mapping[str, str] = {"Count": "aws.dynamodb.count", "ScannedCount": "aws.dynamodb.scanned_count"}

#: Ours: no convention has a name for these.
ATTEMPTS = "pytest_dynamodb.attempts"
CAPACITY = "pytest_dynamodb.consumed_capacity"


def attributes_at_the_beginning(call: ApiCall[Any], names: Names) -> Attributes:
    """The attributes that are known before anything is sent. Samplers see these."""
    found: Attributes = {"rpc.system": "aws-api", **names.system}
    if names.old:
        found.update({"rpc.service": "DynamoDB", "rpc.method": call.operation})
    names.put(found, "operation", call.operation)
    tables = call.tables
    if tables:
        found["aws.dynamodb.table_names"] = tables
    if len(tables) == 1:
        names.put(found, "table", tables[0])
    found.update({name: call.params[parameter] for parameter, name in _PARAMETERS.items() if parameter in call.params})
    if names.new and (size := len(parts(call.operation, call.params))) > 1:
        found["db.operation.batch.size"] = size
    return found


def attributes_at_the_end(ended: Ended, names: Names) -> Attributes:
    """The attributes that are known once it is over."""
    found: Attributes = {ATTEMPTS: ended.attempts}
    names.put(found, "region", ended.region)
    names.put(found, "request_id", ended.request_id)
    names.put(found, "status", ended.status)
    if ended.error is not None:
        found["error.type"] = ended.error_type
    answer = ended.answer or {}
    found.update({name: answer[member] for member, name in _ANSWERS.items() if member in answer})
    consumed = entries(answer)
    if consumed:
        units = sum(consumed_by(ended.call, answer).values(), NOTHING).units
        found[CAPACITY] = units
        # A number where the old names are asked for, a list of JSON texts where the new ones are: one attribute cannot
        # be both, so that in "dup" the new one wins.
        found["aws.dynamodb.consumed_capacity"] = [json.dumps(entry) for entry in consumed] if names.new else units
    return found
