"""The actions of a transaction."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.writes.check import ConditionCheck
from pytest_dynamodb.engine.writes.delete import Delete
from pytest_dynamodb.engine.writes.put import Put
from pytest_dynamodb.engine.writes.update import Update
from pytest_dynamodb.engine.writes.write import Write
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import Dialect

_KINDS: Final[dict[str, type[Put | Update | Delete | ConditionCheck]]] = {
    "ConditionCheck": ConditionCheck,
    "Put": Put,
    "Delete": Delete,
    "Update": Update,
}
_OPERATION: Final = "TransactWriteItems"
_SEVERAL: Final = "TransactItems can only contain one of Check, Put, Update or Delete"  # getmoto/moto, AWS-verified
_NONE: Final = "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"


def read_action(entry: dict[str, Any], *, dialect: Dialect) -> tuple[str, Write]:
    """The table that an action names, and the write. Raises ``ValidationException``."""
    given = [kind for kind in _KINDS if entry.get(kind) is not None]
    if len(given) != 1:
        raise ValidationException(_SEVERAL if given else _NONE)
    params = entry[given[0]]
    return params["TableName"], _KINDS[given[0]].read(_OPERATION, params, dialect=dialect)
