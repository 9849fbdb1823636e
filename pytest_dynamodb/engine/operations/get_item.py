"""GetItem."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, read_units, wanted
from pytest_dynamodb.engine.reads.lookup import check_projecting, look_up, read_key, read_wanted
from pytest_dynamodb.requests import truth


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
