"""DeleteTable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.engine.backups.backup import back_up_deleted
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.membership import check_may_leave, leave
from pytest_dynamodb.engine.settings import Event
from pytest_dynamodb.engine.streams.capture import close_stream
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.description import describe
from pytest_dynamodb.engine.tables.lookup import existing, in_use, require_active
from pytest_dynamodb.errors import ValidationException

_PROTECTED: Final = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)


def delete_table(call: Call) -> dict[str, Any]:
    """Take a table and all that is in it away.

    Raises ResourceNotFoundException, ResourceInUseException (the table or an index is being made, changed or deleted)
    and ValidationException (protected).
    """
    table = existing(call)
    _check_idle(table)
    if table.settings.deletion_protection:
        raise ValidationException(_PROTECTED)
    if table.settings.replicas:
        check_may_leave(table, call.region.name, call.clock.now())
        leave(call, table, call.region.name)
    return {"TableDescription": _last_words(_going(call, table), call.clock.now())}


def _check_idle(table: Table) -> None:
    """Texts as ack-api-quirks, DDB-TABLE-444, captured them; of a table that is being deleted, too."""
    settings = table.settings
    if settings.status in {"CREATING", "DELETING"}:
        require_active(table)
    if any(index.status != "ACTIVE" for index in settings.indexes.values()):
        raise in_use("Cannot delete table while indexes are being created, updated, or deleted.")
    if settings.status == "UPDATING":
        raise in_use(f"Table: {table.name} is in the process of being updated.")


def _going(call: Call, table: Table) -> Table:
    if table.settings.recovery is not None:
        back_up_deleted(call, table)
    table = call.writable(table)
    close_stream(call.region, table, call.clock.now())
    gone = Event(call.clock.now() + call.lifecycle.delete_table, {"status": "GONE"})
    table.settings = replace(table.settings, status="DELETING", events=(gone,))
    return table


def _last_words(table: Table, now: float) -> dict[str, Any]:
    """Of a table that goes, AWS no longer tells its keys and indexes (dynalite's tests, deleteTable)."""
    body = describe(table, now)
    for member in (
        "AttributeDefinitions",
        "CreationDateTime",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "KeySchema",
    ):
        body.pop(member, None)
    return body
