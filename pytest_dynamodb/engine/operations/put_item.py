"""PutItem."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.writes.answer import write_answer
from pytest_dynamodb.engine.writes.put import Put
from pytest_dynamodb.engine.writes.write import carry_out, returned


def put_item(call: Call) -> dict[str, Any]:
    """Store an item in the place of the one with its key."""
    params = call.params
    write = Put.read(call.operation, params, dialect=call.dialect)
    table = call.table()
    change = carry_out(call, write, table)
    body = returned(change.old.attributes) if params.get("ReturnValues") == "ALL_OLD" and change.old else {}
    return write_answer(body, call, table, write.key, change)
