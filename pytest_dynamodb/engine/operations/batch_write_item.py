"""BatchWriteItem: the whole batch is checked before any of it is written.

Order (paritysuite captures, nubo-db/dynoxide): the batch's shape and size; each write as far as that goes without its
table; the size of all; tables; items named twice; keys. Nothing is ever left unprocessed here: AWS does that when it
throttles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, item_collection_metrics, wanted
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.rules.batches import check_batch_write, check_distinct
from pytest_dynamodb.engine.writes.delete import Delete
from pytest_dynamodb.engine.writes.put import Put
from pytest_dynamodb.engine.writes.write import Write, carry_out
from pytest_dynamodb.errors import ValidationException

MAX_BYTES: Final = 16 * 1024 * 1024
"""Of all items of a batch (API reference, BatchWriteItem)."""

_TOO_LARGE: Final = "Item collection too large: aggregate size of items in BatchWriteItem exceeds 16MB limit"


def batch_write_item(call: Call) -> dict[str, Any]:
    """Carry out up to 25 puts and deletes."""
    check_batch_write(call.params)
    batch = {name: list(_writes(call, requests)) for name, requests in call.params["RequestItems"].items()}
    if sum(write.size for writes in batch.values() for write in writes) > MAX_BYTES:
        raise ValidationException(_TOO_LARGE)
    aimed = [(call.table(name), writes) for name, writes in batch.items()]
    _check_keys(aimed)
    usages = {table.name: _carry_out(call, table, writes) for table, writes in aimed}
    return _answer(call, aimed, usages)


def _writes(call: Call, requests: list[dict[str, Any]]) -> Iterator[Write]:
    for request in requests:
        put = request.get("PutRequest")
        if put is not None:
            yield Put.read(call.surface, put)
        else:
            yield Delete.read(call.surface, request["DeleteRequest"])


def _check_keys(aimed: list[tuple[Table, list[Write]]]) -> None:
    for table, writes in aimed:
        keys = table.keys
        check_distinct(
            (keys.identity(write.key), keys.order(write.key)) for write in writes if keys.indexable(write.key)
        )
    for table, writes in aimed:
        for write in writes:
            write.check_against(table)


def _carry_out(call: Call, table: Table, writes: list[Write]) -> Usage:
    usage = Usage()
    for write in writes:
        usage.add_write(carry_out(call, write, call.region.tables[table.name]))
    return usage


def _answer(call: Call, aimed: list[tuple[Table, list[Write]]], usages: dict[str, Usage]) -> dict[str, Any]:
    body: dict[str, Any] = {"UnprocessedItems": {}}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = [usage.body(name, mode) for name, usage in usages.items()]
    if call.params.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics: dict[str, list[dict[str, Any]]] = {}
        for table, writes in aimed:
            for write in writes:
                found = item_collection_metrics(call.region.tables[table.name], write.key)
                if found is not None and found not in metrics.setdefault(table.name, []):
                    metrics[table.name].append(found)
        body["ItemCollectionMetrics"] = metrics
    return body
