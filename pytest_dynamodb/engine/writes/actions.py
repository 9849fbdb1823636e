"""The actions of a transaction."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.validation.rules.transactions import action_of
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.writes.check import ConditionCheck
from pytest_dynamodb.engine.writes.delete import Delete
from pytest_dynamodb.engine.writes.put import Put
from pytest_dynamodb.engine.writes.update import Update
from pytest_dynamodb.engine.writes.write import Write

_KINDS: Final[dict[str, type[Put | Update | Delete | ConditionCheck]]] = {
    "ConditionCheck": ConditionCheck,
    "Put": Put,
    "Delete": Delete,
    "Update": Update,
}


def read_action(surface: Surface, entry: dict[str, Any]) -> tuple[str, Write]:
    """The table that an action of a transaction names, and the write. Raises ``ValidationException``.

    ``surface`` is the row of TransactWriteItems.
    """
    kind, params = action_of(entry)
    return params["TableName"], _KINDS[kind].read(surface.parts[kind], params)
