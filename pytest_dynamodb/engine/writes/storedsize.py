"""How large an item is with its entries in local indexes."""

from __future__ import annotations

from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.table import Table


def stored_size(table: Table, item: Item) -> int:
    """Bytes that the limit of an item's size counts (developer guide, "Quotas": Item size for tables with LSIs)."""
    entries = [index.schema.entry(item) for index in table.local_indexes]
    return item.size + sum(entry.size for entry in entries if entry is not None)
