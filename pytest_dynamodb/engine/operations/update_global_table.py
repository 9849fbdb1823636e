"""UpdateGlobalTable."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.legacy import no_global_table, unsupported
from pytest_dynamodb.errors import ValidationException


def update_global_table(call: Call) -> dict[str, Any]:
    """Raises GlobalTableNotFoundException, or ValidationException where replicas shall be added."""
    updates = call.params["ReplicaUpdates"]
    if not updates:
        raise ValidationException("One or more parameter values were invalid")
    if any(update.get("Create") for update in updates):
        raise unsupported()
    raise no_global_table(call)
