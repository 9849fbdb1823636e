"""DeleteItem."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.writes.answer import write_answer
from pytest_dynamodb.engine.writes.delete import Delete
from pytest_dynamodb.engine.writes.write import carry_out, returned


def delete_item(call: Call) -> dict[str, Any]:
    """Take an item away; one that is not there is no error."""
    params = call.params
    write = Delete.read(call.operation, params, dialect=call.dialect)
    table = call.table()
    change = carry_out(call, write, table)
    body = returned(change.old.attributes) if params.get("ReturnValues") == "ALL_OLD" and change.old else {}
    return write_answer(body, call, table, write.key, change)
