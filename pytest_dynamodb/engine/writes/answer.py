"""What an answer to a write tells besides attributes: its cost, and the size of the item collection."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import item_collection_metrics, wanted, write_usage
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.table import Change, Table


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
