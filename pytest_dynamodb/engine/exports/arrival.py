"""A table from an import."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.sources import UNREADABLE, items_in
from pytest_dynamodb.engine.files import Files
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.writes.put import Put
from pytest_dynamodb.errors import DynamoDbError

_INVALID_ITEMS: Final = {
    "FailureCode": "ItemValidationError",
    "FailureMessage": "Some of the items failed validation checks and were not imported. "
    "Please check CloudWatch error logs for more details.",
}


def fill(call: Call, files: Files, table: Table) -> dict[str, Any]:
    """Put the items of an import into a new table: those that can be. The members that its description gains."""
    processed = imported = size = 0
    for item, length in items_in(files, call.params):
        processed += 1
        size += length
        imported += item is not UNREADABLE and _put(call, table, item)
    errors = processed - imported
    told = {
        "ErrorCount": errors,
        "ProcessedSizeBytes": size,
        "ProcessedItemCount": processed,
        "ImportedItemCount": imported,
    }
    return {**told, **_INVALID_ITEMS} if errors else told


def _put(call: Call, table: Table, item: Any) -> bool:
    surface = surface_of("PutItem", call.dialect)
    try:
        params = check_request(surface, {"TableName": table.name, "Item": item})
        put = Put.read(surface, params)
        put.check_against(table)
        stored = put.outcome(table, None)
    except DynamoDbError:
        return False
    if stored is not None:
        table.put(stored)
    return True
