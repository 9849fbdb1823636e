"""CancelBulkOperation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.bulk import Bulk
from pytest_dynamodb.engine.operations.describe_bulk_operation import existing_bulk


def cancel_bulk_operation(call: Call) -> dict[str, Any]:
    """Stop a bulk operation that is under way; what it has written stays. Raises ResourceNotFoundException."""
    bulk, now = existing_bulk(call), call.clock.now()
    status = bulk.status(now)
    if status == "IN_PROGRESS":
        call.region.records.of(Bulk)[bulk.resource] = replace(bulk, ends=now, cancelled=True)
        status = "CANCELLING"
    return {"BulkOperationArn": call.params["BulkOperationArn"], "BulkOperationStatus": status}
