"""ExportTableToPointInTime."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.contents import lines
from pytest_dynamodb.engine.exports.filters import filtered
from pytest_dynamodb.engine.exports.job import Export, no_bucket
from pytest_dynamodb.engine.exports.objects import write_export
from pytest_dynamodb.engine.exports.requests import Span, check_export, exported_table, span_of
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import error_for

_VIEW = "NEW_AND_OLD_IMAGES"


def export_table_to_point_in_time(call: Call) -> dict[str, Any]:
    """Write a table as it was at a time, or what was written in a span of time, into a bucket.

    Raises ValidationException, AccessDeniedException, TableNotFoundException, PointInTimeRecoveryUnavailableException,
    InvalidExportTimeException, and ExportConflictException for a token of another request. What is wrong with the
    bucket only the export's description tells.
    """
    check_export(call.params)
    table = exported_table(call)
    known = _repeated(call)
    if known is None:
        known = _exported(call, table, span_of(call, table))
    return {"ExportDescription": known.describe(call)}


def _repeated(call: Call) -> Export | None:
    token = call.params.get("ClientToken")
    known = next((one for one in call.region.records.of(Export).values() if token and one.token == token), None)
    if known is not None and any(known.params.get(name) != value for name, value in call.params.items()):
        raise error_for(
            "ExportConflictException", "Export conflict: Duplicate request detected with conflicting parameters"
        )
    return known


def _exported(call: Call, table: Table, span: Span) -> Export:
    now, records = call.clock.now(), call.region.records
    resource = f"{table.name}/export/{records.new_id(now, call.random)}"
    time = span.end if span.begin is None else None
    ends = now + call.lifecycle.transfer
    export = Export(resource, _completed(call, span), table.arn, table.settings.id, now, ends, time=time)
    told = _lines(call, table, span)
    files = call.files
    if files is None or not files.has_bucket(call.params["S3Bucket"]):
        outcome: dict[str, Any] = dict(no_bucket())
    else:
        outcome = write_export(files, export, call.region.arn(resource), span, told, call.random)
    records.of(Export)[resource] = replace(export, outcome=outcome)
    # The answer says that it has begun, whenever it ends.
    return replace(export, ends=max(ends, now + 1.0))


def _lines(call: Call, table: Table, span: Span) -> list[dict[str, Any]]:
    if (spec := call.params.get("FilterSpecification")) is not None:
        return [{"Item": item} for item in filtered(call, table, span.end, spec)]
    view = (call.params.get("IncrementalExportSpecification") or {}).get("ExportViewType") or _VIEW
    return list(lines(table, span, view))


def _completed(call: Call, span: Span) -> dict[str, Any]:
    """The parameters with what AWS fills in."""
    params = {"ExportFormat": "DYNAMODB_JSON", "S3SseAlgorithm": "AES256", **call.params}
    if span.begin is not None:
        view = params["IncrementalExportSpecification"].get("ExportViewType") or _VIEW
        params["IncrementalExportSpecification"] = {
            "ExportFromTime": span.begin,
            "ExportToTime": span.end,
            "ExportViewType": view,
        }
    return params
