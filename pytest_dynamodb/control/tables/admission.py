"""Which changes a table or an index accepts while another one is under way (ack-api-quirks, DDB-TABLE-444, 149, 159,
175, 375, 376).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.control.tables.indexes import INDEX_UPDATES, action_of, subscriber_limit
from pytest_dynamodb.control.tables.lookup import in_use, require_active
from pytest_dynamodb.control.tables.rules import listed
from pytest_dynamodb.engine.table import Table

_ONE_AT_A_TIME: Final = "Only 1 online index can be created or deleted simultaneously per table"

_SYNCHRONOUS: Final = frozenset({"DeletionProtectionEnabled", "SSESpecification"})
"""Concerns that a table takes while it is changed otherwise."""


def check_admitted(table: Table, params: Mapping[str, Any], asked: set[str]) -> None:
    """Raise ResourceInUseException, or LimitExceededException for a second index being created or deleted."""
    if table.settings.status in {"CREATING", "DELETING"}:
        require_active(table)
    actions = [action_of(update) for member in INDEX_UPDATES for update in params.get(member) or ()]
    for action, what in actions:
        _check_index_free(table, action, what["IndexName"])
    _check_online(table, [what["IndexName"] for action, what in actions if action != "Update"])
    if asked & {"ProvisionedThroughput"} or _switches(table, params):
        _check_units_free(table)
    elif asked - _SYNCHRONOUS - {*INDEX_UPDATES, "BillingMode"}:
        require_active(table)


def _switches(table: Table, params: Mapping[str, Any]) -> bool:
    mode = params.get("BillingMode")
    return mode is not None and (mode == "PAY_PER_REQUEST") != table.settings.on_demand


def _busy(table: Table, *statuses: str) -> list[str]:
    return [name for name, index in table.settings.online_indexes.items() if index.status in statuses]


def _check_online(table: Table, wanted: list[str]) -> None:
    """Only one index is created or deleted at a time; deleting the one that is being created is allowed."""
    others = [name for name in _busy(table, "CREATING", "DELETING") if name not in wanted]
    if len(wanted) > 1 or (wanted and others):
        raise subscriber_limit(_ONE_AT_A_TIME)
    if wanted and table.settings.status == "UPDATING":
        raise in_use(f"Can't create or delete indexes while table IOPS are being updated. Table: {table.name}")


def _check_index_free(table: Table, action: str, name: str) -> None:
    index = table.settings.online_indexes.get(name)
    where = f"Table: {table.name} Index: {name}"
    if index is None or action == "Create":
        return
    if index.status == "DELETING":
        raise in_use(f"Index is being deleted. {where}")
    if index.status == "UPDATING":
        raise in_use(f"Index is being updated. {where}")
    if index.status == "CREATING" and not index.backfilling:
        raise in_use(
            "Index creation is in resource allocation phase. Retry deletion during backfilling phase or when the index "
            f"is active. {where}"
            if action == "Delete"
            else f"Index is being created but is not backfilling yet.  {where}"
        )


def _check_units_free(table: Table) -> None:
    if table.settings.status != "UPDATING":
        return
    for status, doing in (("DELETING", "deleted"), ("CREATING", "created")):
        if names := _busy(table, status):
            raise in_use(
                f"Can't change table IOPS when an index is being {doing}. Table: {table.name} Indexes: {listed(names)}"
            )
    raise in_use(f"Table IOPS are currently being updated. Table: {table.name}")
