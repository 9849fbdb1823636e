"""CreateTable."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.creation import created_table
from pytest_dynamodb.engine.tables.definitions import check_new_table
from pytest_dynamodb.engine.tables.description import describe
from pytest_dynamodb.engine.tables.lookup import in_use, require_active
from pytest_dynamodb.engine.tables.quotas import check_quotas
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.requests import table_name


def create_table(call: Call) -> dict[str, Any]:
    """Make a table. Its items may be written once it is active: by the next call, unless a lifecycle says otherwise.

    Raises ValidationException for rules across members, ResourceInUseException where the name is taken,
    LimitExceededException for more units than an account has.
    """
    check_new_table(call.params)
    name, now = table_name(call.params["TableName"]), call.clock.now()
    _check_name_is_free(call.region.find(name, now))
    check_quotas(call)
    table = call.region.tables[name] = created_table(call)
    return {"TableDescription": _first_words(describe(table, now), call.params)}


def _check_name_is_free(table: Table | None) -> None:
    if table is None:
        return
    if table.settings.restored is not None:  # DDB-TABLE-219
        raise in_use(f"Table is being used: {table.name}")
    if table.settings.status == "CREATING":  # ack-api-quirks, DDB-TABLE-444
        require_active(table)
    raise error_for("ResourceInUseException", f"Table already exists: {table.name}")


def _first_words(description: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """CreateTable tells warm throughput only where it was asked for, and never of indexes (DDB-TABLE-032, 138)."""
    if not params.get("WarmThroughput"):
        del description["WarmThroughput"]
    for index in description.get("GlobalSecondaryIndexes", ()):
        del index["WarmThroughput"]
    return description
