"""Tables as the control plane looks for them, and what it says of those that are busy."""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError, error_for
from pytest_dynamodb.requests import table_name

_IN_USE: Final = "Attempt to change a resource which is still in use: "
_DOING: Final = {"CREATING": "created", "UPDATING": "updated", "DELETING": "deleted"}


def existing(call: Call, given: str | None = None) -> Table:
    """The table a control plane request names, whatever its status. Raises ResourceNotFoundException."""
    name = table_name(call.params["TableName"] if given is None else given)
    table = call.region.find(name, call.clock.now())
    if table is None:
        raise error_for("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    return table


def require_active(table: Table) -> None:
    """Raises ResourceInUseException for a table that is being created, changed or deleted."""
    doing = _DOING.get(table.settings.status)
    if doing is not None:
        raise in_use(f"Table is being {doing}: {table.name}")


def in_use(detail: str) -> DynamoDbError:
    """The error for a table that is busy."""
    return error_for("ResourceInUseException", _IN_USE + detail)


def require_settled(table: Table) -> None:
    """Raises ResourceInUseException for a table that is on its way up or down."""
    if table.settings.status != "UPDATING":
        require_active(table)
