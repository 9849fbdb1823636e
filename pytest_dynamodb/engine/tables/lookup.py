"""Finding tables, as they are by now."""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.engine.call import Call, name_of
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.settings import index_is_usable
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError, error_for

_IN_USE: Final = "Attempt to change a resource which is still in use: "
_DOING: Final = {"CREATING": "created", "UPDATING": "updated", "DELETING": "deleted"}


def find_table(region: Region, name: str, now: float) -> Table | None:
    """The table of this name, with its settings as of ``now``; ``None`` if there is none, or no longer."""
    return region.find(name, now)


def index_usable(table: Table, name: str, now: float) -> bool:
    """Whether the index of this name may be queried: it is there, filled, and not being deleted."""
    index = table.indexes.get(name)
    return index is not None and (not index.schema.is_global or index_is_usable(table.settings, name, now))


def existing(call: Call, given: str | None = None) -> Table:
    """The table a control plane request names, whatever its status. Raises ResourceNotFoundException."""
    name = name_of(call.params["TableName"] if given is None else given)
    table = find_table(call.region, name, call.clock.now())
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
