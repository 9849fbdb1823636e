"""GetItem, PutItem, UpdateItem and DeleteItem: the operations on one item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.answers import Usage, put_or_delete, read_units, wanted, write_answer
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.reads.selection import check_projecting, look_up, read_key, read_wanted
from pytest_dynamodb.engine.table import Change
from pytest_dynamodb.engine.writes.write import Delete, Put, UpdateWrite, carry_out, returned
from pytest_dynamodb.requests import truth

# --- GetItem ---


def get_item(call: Call) -> dict[str, Any]:
    """The item with a key: no ``Item`` where there is none, an empty one where nothing of it is wanted."""
    params, surface = call.params, call.surface
    check_projecting(surface, params)
    key = read_key(surface, params["Key"])
    part = read_wanted(surface, params)
    table = call.table()
    item = look_up(table, key)
    part.check(table)
    body: dict[str, Any] = {} if item is None else {"Item": part.of(item.attributes)}
    mode = wanted(params)
    if mode is not None:
        units = read_units(0 if item is None else item.size, consistent=truth(params.get("ConsistentRead")))
        body["ConsumedCapacity"] = Usage(units).body(params["TableName"], mode)
    return body


# --- PutItem ---


def put_item(call: Call) -> dict[str, Any]:
    """Store an item in the place of the one with its key."""
    return put_or_delete(call, Put.read(call.surface, call.params))


# --- UpdateItem ---


def update_item(call: Call) -> dict[str, Any]:
    """Change an item, or make one of its key and the changes."""
    write = UpdateWrite.read(call.surface, call.params)
    table = call.table()
    change = carry_out(call, write, table)
    body = returned(_attributes(call.params.get("ReturnValues"), write, change))
    return write_answer(body, call, table, write.key, change)


def _attributes(wanted: str | None, write: UpdateWrite, change: Change) -> Mapping[str, Any] | None:
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


# --- DeleteItem ---


def delete_item(call: Call) -> dict[str, Any]:
    """Take an item away; one that is not there is no error."""
    return put_or_delete(call, Delete.read(call.surface, call.params))
