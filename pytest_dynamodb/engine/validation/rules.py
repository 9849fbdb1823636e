"""Rules between the parameters of one operation that need neither its table nor its expressions."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.errors import ValidationException

# --- batches ---
# How many entries one table may have is a limit of the request's shape.

MAX_KEYS, MAX_WRITES = 100, 25
"""Keys of a BatchGetItem and writes of a BatchWriteItem, over all tables (API reference of both)."""

_TOO_MANY_KEYS = "Too many items requested for the BatchGetItem call"
_TOO_MANY_WRITES = "Too many items requested for the BatchWriteItem call"  # inferred from the other
_DUPLICATES = "Provided list of item keys contains duplicates"
# AWS's sentence for a union without exactly one member (dynalite, test/batchWriteItem)
_NOT_ONE_REQUEST = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)


def check_batch_get(params: Mapping[str, Any]) -> None:
    """Raise ValidationException for more than 100 keys in all, or for one that comes twice in a table."""
    count = 0
    for request in params["RequestItems"].values():
        check_distinct(map(as_sent, request["Keys"]))
        count += len(request["Keys"])
        if count > MAX_KEYS:
            raise ValidationException(_TOO_MANY_KEYS)


def as_sent(key: Mapping[str, Any]) -> str:
    """A text that is the same for the same key of a BatchGetItem.

    Keys are compared as sent: AWS takes ``1`` and ``1.0`` for two here, though not in a BatchWriteItem (known from a
    published capture of its answers).
    """
    return json.dumps(key, sort_keys=True)


def check_batch_write(params: Mapping[str, Any]) -> None:
    """Raise ValidationException for more than 25 requests in all, or for one that is not one put or one delete."""
    requests = [request for of_table in params["RequestItems"].values() for request in of_table]
    for request in requests:
        if sum(request.get(kind) is not None for kind in ("PutRequest", "DeleteRequest")) != 1:
            raise ValidationException(_NOT_ONE_REQUEST)
    if len(requests) > MAX_WRITES:
        raise ValidationException(_TOO_MANY_WRITES)


def check_distinct(identities: Iterable[Hashable], message: str = _DUPLICATES) -> None:
    """Raise ValidationException if something comes twice: an item of one table in a batch, or what ``message`` says.

    (dynamodb-conformance, error-messages.)
    """
    seen: set[Hashable] = set()
    for identity in identities:
        if identity in seen:
            raise ValidationException(message)
        seen.add(identity)


# --- reads ---

_NO_KEY_CONDITION = "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."

# dynamodb-conformance, error-messages/scan
_NO_TOTAL = (
    "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
)
_NO_SEGMENT = (
    "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
)
_SEGMENT_TOO_LARGE = "The Segment parameter is zero-based and must be less than parameter TotalSegments"
_BY_HOW_MUCH = ": Segment: {segment} is not less than TotalSegments: {total}"


def check_key_condition(params: Mapping[str, Any]) -> None:
    """Raise ValidationException if a Query has neither form of key conditions (dynalite, test/query)."""
    if params.get("KeyConditions") is None and params.get("KeyConditionExpression") is None:
        raise ValidationException(_NO_KEY_CONDITION)


def check_segments(surface: Surface, params: Mapping[str, Any]) -> None:
    """Raise ValidationException unless Segment and TotalSegments come together, the first less than the second."""
    segment, total = params.get("Segment"), params.get("TotalSegments")
    if segment is None and total is None:
        return
    if total is None:
        raise ValidationException(_NO_TOTAL)
    if segment is None:
        raise ValidationException(_NO_SEGMENT)
    if segment >= total:
        values = "" if surface.reading == "newer" else _BY_HOW_MUCH.format(segment=segment, total=total)
        raise ValidationException(_SEGMENT_TOO_LARGE + values)


# --- transactions ---
# How many entries one may have is a limit of the request's shape.

ACTIONS = ("ConditionCheck", "Put", "Delete", "Update")

MAX_SIZE = 4 * 1024 * 1024
"""Bytes of all items of a transaction (developer guide, "Transactions")."""

# The first is known from moto's tests; the second from the DAX clients, which check before they send.
_SEVERAL_ACTIONS = "TransactItems can only contain one of Check, Put, Update or Delete"
_NO_ACTION = "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"
# dynamodb-conformance, error-messages/transactWriteItems
_SAME_ITEM = "Transaction request cannot include multiple operations on one item"


def action_of(entry: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The name and the parameters of an entry's action. Raises ValidationException unless there is just one."""
    actions = [(name, entry[name]) for name in ACTIONS if entry.get(name) is not None]
    if not actions:
        raise ValidationException(_NO_ACTION)
    if len(actions) > 1:
        raise ValidationException(_SEVERAL_ACTIONS)
    return actions[0]


def check_distinct_items(identities: Iterable[Hashable]) -> None:
    """Raise ValidationException if two actions have the same table and key; checked once all are well-formed."""
    check_distinct(identities, _SAME_ITEM)


def transacted(table: Table) -> Table:
    """A table of a transaction. Raises ValidationException for one with strong consistency across regions, which takes
    part in none (developer guide, "Multi-Region strong consistency"; not AWS's words).
    """
    if table.settings.strong:
        raise ValidationException("Transactions are not supported for global tables with strong consistency")
    return table
