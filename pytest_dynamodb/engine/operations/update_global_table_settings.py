"""UpdateGlobalTableSettings."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.legacy import no_global_table


def update_global_table_settings(call: Call) -> dict[str, Any]:
    """Raises GlobalTableNotFoundException: there are none of the version of 2017."""
    raise no_global_table(call)
