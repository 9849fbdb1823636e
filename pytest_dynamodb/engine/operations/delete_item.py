"""DeleteItem."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.writes.answer import put_or_delete
from pytest_dynamodb.engine.writes.delete import Delete


def delete_item(call: Call) -> dict[str, Any]:
    """Take an item away; one that is not there is no error."""
    return put_or_delete(call, Delete.read(call.surface, call.params))
