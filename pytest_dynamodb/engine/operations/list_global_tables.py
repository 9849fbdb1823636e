"""ListGlobalTables."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call


def list_global_tables(_: Call) -> dict[str, Any]:
    """The global tables of the version of 2017: none."""
    return {"GlobalTables": []}
