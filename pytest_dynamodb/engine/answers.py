"""What answers tell besides items: errors as bodies, and the cost of a write."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import item_collection_metrics, wanted, write_usage
from pytest_dynamodb.engine.storage.partition import Attributes
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.writes.write import Write, carry_out, returned
from pytest_dynamodb.errors import DynamoDbError, message_member
from pytest_dynamodb.exchange import Response

# --- what an answer to a write tells besides attributes: its cost, and the size of the item collection ---


def put_or_delete(call: Call, write: Write) -> dict[str, Any]:
    """Carry a put or a delete out, and tell what was there before where ReturnValues asks for it."""
    table = call.table()
    change = carry_out(call, write, table)
    old = change.old if call.params.get("ReturnValues") == "ALL_OLD" else None
    return write_answer({} if old is None else returned(old.attributes), call, table, write.key, change)


def write_answer(body: dict[str, Any], call: Call, table: Table, key: Attributes, change: Change) -> dict[str, Any]:
    """The answer to a write to one item, with what the request asks to be told of it."""
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = write_usage(change).body(call.params["TableName"], mode)
    if call.params.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics = item_collection_metrics(call.region.tables[table.name], key)
        if metrics is not None:
            body["ItemCollectionMetrics"] = metrics
    return body


# --- errors as the bodies of answers ---

_SERVICE: Final = "com.amazonaws.dynamodb.v20120810#"
_CORAL: Final = "com.amazon.coral.service#"

# Errors of the framework under DynamoDB carry its name (dynalite's suite, test/connection).
_NAMESPACES: Final = {
    "ValidationException": "com.amazon.coral.validate#",
    **dict.fromkeys(
        (
            "AccessDeniedException",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "SerializationException",
            "ThrottlingException",
            "UnknownOperationException",
            "UnrecognizedClientException",
        ),
        _CORAL,
    ),
}
_STATUS: Final = {"InternalServerError": 500, "ServiceUnavailable": 503}


def to_response(problem: DynamoDbError) -> Response:
    """The answer that an error is."""
    code = problem.code
    body: dict[str, Any] = {"__type": _NAMESPACES.get(code, _SERVICE) + code, **problem.members}
    if problem.message or code != "UnknownOperationException":
        body[message_member(problem)] = problem.message
    return Response(_STATUS.get(code, 400), body)
