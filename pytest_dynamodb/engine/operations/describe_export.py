"""DescribeExport."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.backups.arns import record_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.job import Export
from pytest_dynamodb.errors import error_for


def describe_export(call: Call) -> dict[str, Any]:
    """What has come of an export, also once its table is gone.

    Raises ValidationException, AccessDeniedException and ExportNotFoundException (ack-api-quirks, DDB-EXPORT-006).
    """
    arn = record_arn(call, call.params["ExportArn"], "export")
    if arn.region != call.region.name:
        raise error_for("ExportNotFoundException", "Export not found: Invalid export arn")
    export = call.region.records.of(Export).get(arn.resource)
    if export is None:
        raise error_for("ExportNotFoundException", f"Export not found: Export not found: {arn.text}")
    return {"ExportDescription": export.describe(call)}
