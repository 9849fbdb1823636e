"""PutItem."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.writes.answer import put_or_delete
from pytest_dynamodb.engine.writes.put import Put


def put_item(call: Call) -> dict[str, Any]:
    """Store an item in the place of the one with its key."""
    return put_or_delete(call, Put.read(call.surface, call.params))
