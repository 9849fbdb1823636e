"""What exports and imports hold: their lines, what a filter leaves of them, and the table made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.backups.restore import INVALID_REQUEST
from pytest_dynamodb.control.exports.files import UNREADABLE, items_in
from pytest_dynamodb.control.exports.requests import ExportSpan
from pytest_dynamodb.engine.call import Call, Files
from pytest_dynamodb.engine.queries import query, scan
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.storage.partition import Identity, SortPosition, StoredItem
from pytest_dynamodb.engine.table import Overwritten, Table
from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.writes.write import Put
from pytest_dynamodb.errors import DynamoDbError, ValidationException

# --- lines of an export ---
# (Developer guide, "DynamoDB table export output format".)

ItemPlace = tuple[Identity, SortPosition]


def lines(table: Table, span: ExportSpan, view: str) -> Iterator[dict[str, Any]]:
    """The lines of an export, an object each: all items at the end of a span, or the items written in it."""
    if span.begin is None:
        store = as_of(table, span.end).store
        for identity in store.in_hash_order():
            yield from ({"Item": item.attributes} for item in store.partitions[identity].items)
    else:
        yield from _changes(table, span.begin, span.end, view)


def as_of(table: Table, time: float) -> Table:
    """A table, without indexes, with what another one held at a time. Valid until the next write to that one."""
    owner = object()
    copy = Table(owner, table.name, table.keys, replace(table.settings, status="ACTIVE", events=()))
    copy.store = table.store.owned_by(owner)
    for write in reversed([] if table.history is None else table.history.after(time)):
        if write.before is None:
            copy.delete(write.key)
        else:
            copy.put(write.before)
    return copy


def _befores(table: Table, writes: list[Overwritten]) -> dict[ItemPlace, StoredItem | None]:
    """Each written item as it was before the first of these writes."""
    found: dict[ItemPlace, StoredItem | None] = {}
    for write in writes:
        found.setdefault((table.keys.identity(write.key), table.keys.order(write.key)), write.before)
    return found


def _changes(table: Table, begin: float, end: float, view: str) -> Iterator[dict[str, Any]]:
    """A line for each item written: as it was before the span, and after the last write in it."""
    writes = [] if table.history is None else [one for one in table.history.after(begin) if one.time <= end]
    before = _befores(table, writes)
    last = {(table.keys.identity(one.key), table.keys.order(one.key)): one for one in writes}
    for place, write in last.items():
        old = before[place]
        line: dict[str, Any] = {
            "Metadata": {"WriteTimestampMicros": {"N": str(int(write.time * 1_000_000))}},
            "Keys": table.keys.key_of(write.key),
        }
        if old is not None and view == "NEW_AND_OLD_IMAGES":
            line["OldImage"] = old.attributes
        if write.after is not None:
            line["NewImage"] = write.after.attributes
        yield line


# --- filters ---
# FilterSpecification exports what a Query or a Scan with the same expressions would find.


def filtered(call: Call, table: Table, time: float, spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The items at a time that match, with the requested attributes.

    Raises ValidationException for wrong expressions, with the messages of a Query.
    """
    region = Region(object(), call.region.account, call.region.name)
    region.tables[table.name] = as_of(table, time)
    by_key = spec.get("KeyConditionExpression") is not None
    read = query if by_key else scan
    params: dict[str, Any] = {**spec, "TableName": table.name}
    surface = surface_of("Query" if by_key else "Scan", call.dialect)
    inner = replace(call, surface=surface, region=region, params=params)
    while True:
        try:
            page = read(inner)
        except ValidationException as problem:
            raise ValidationException(f"{INVALID_REQUEST}Invalid FilterSpecification: {problem.message}") from None
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        inner = replace(inner, params={**params, "ExclusiveStartKey": page["LastEvaluatedKey"]})


# --- imported tables ---

_INVALID_ITEMS: Final = {
    "FailureCode": "ItemValidationError",
    "FailureMessage": "Some of the items failed validation checks and were not imported. "
    "Please check CloudWatch error logs for more details.",
}


def fill(call: Call, files: Files, table: Table) -> dict[str, Any]:
    """Put the items of an import into a new table, as far as they are valid. Returns the members to add to its
    description.
    """
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
