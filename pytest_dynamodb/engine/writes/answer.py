"""What an answer to a write tells besides attributes: its cost, and the size of the item collection."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import item_collection_metrics, wanted, write_usage
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.writes.write import Write, carry_out, returned


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
