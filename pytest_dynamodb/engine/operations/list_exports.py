"""ListExports."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.job import PAGE, Export
from pytest_dynamodb.engine.pages import page_after
from pytest_dynamodb.requests import table_name


def list_exports(call: Call) -> dict[str, Any]:
    """A page of exports, newest first: all of them, or those of a table that is still there (ack-api-quirks,
    DDB-EXPORT-020).

    Raises ValidationException for a token of another list.
    """
    params, exports = call.params, call.region.records.of(Export)
    found = [(export.resource, export) for export in reversed(exports.values())]
    if params.get("TableArn") is not None:
        table = call.region.find(table_name(params["TableArn"]), call.clock.now())
        wanted = None if table is None else table.settings.id
        found = [(place, export) for place, export in found if export.table_id == wanted]
    page, more = page_after(found, params.get("NextToken"), params.get("MaxResults") or PAGE, prefix="export:")
    return {"ExportSummaries": [export.summary(call) for export in page], **more}
