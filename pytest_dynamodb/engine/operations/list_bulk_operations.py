"""ListBulkOperations."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.bulk import Bulk
from pytest_dynamodb.engine.pages import page_after

_PAGE: Final = 25


def list_bulk_operations(call: Call) -> dict[str, Any]:
    """A page of bulk operations, newest first. Raises ValidationException for a token of another list."""
    params = call.params
    found = [(bulk.resource, bulk) for bulk in reversed(call.region.records.of(Bulk).values())]
    page, more = page_after(found, params.get("NextToken"), params.get("MaxResults") or _PAGE, prefix="bulk:")
    return {"BulkOperationsSummaryList": [bulk.summary(call) for bulk in page], **more}
