"""UpdateItem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Change
from pytest_dynamodb.engine.writes.answer import write_answer
from pytest_dynamodb.engine.writes.update import Update
from pytest_dynamodb.engine.writes.write import carry_out, returned


def update_item(call: Call) -> dict[str, Any]:
    """Change an item, or make one of its key and the changes."""
    write = Update.read(call.surface, call.params)
    table = call.table()
    change = carry_out(call, write, table)
    body = returned(_attributes(call.params.get("ReturnValues"), write, change))
    return write_answer(body, call, table, write.key, change)


def _attributes(wanted: str | None, write: Update, change: Change) -> Mapping[str, Any] | None:
    """What ReturnValues asks for (API reference, UpdateItem)."""
    match wanted:
        case "ALL_OLD":
            return None if change.old is None else change.old.attributes
        case "ALL_NEW":
            return None if change.new is None else change.new.attributes
        case "UPDATED_OLD":
            return None if write.updated is None else write.updated.updated_old()
        case "UPDATED_NEW":
            return None if write.updated is None else write.updated.updated_new()
        case _:
            return None
