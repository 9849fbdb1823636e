"""DescribeBulkOperation."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.bulk import Bulk
from pytest_dynamodb.errors import error_for


def describe_bulk_operation(call: Call) -> dict[str, Any]:
    """What has come of a bulk operation. Raises ResourceNotFoundException."""
    return {"BulkOperationDescription": existing_bulk(call).describe(call)}


def existing_bulk(call: Call) -> Bulk:
    """The bulk operation of BulkOperationArn. Raises ResourceNotFoundException."""
    arn: str = call.params["BulkOperationArn"]
    resource = arn.removeprefix(call.region.arn(""))
    bulk = call.region.records.of(Bulk).get(resource)
    if bulk is None:
        raise error_for("ResourceNotFoundException", f"Requested resource not found: BulkOperation: {arn} not found")
    return bulk
