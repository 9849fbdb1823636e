"""The operations on exports, imports and bulk writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.backups.backup import record_arn
from pytest_dynamodb.control.backups.restore import INVALID_REQUEST
from pytest_dynamodb.control.exports.bulk import Bulk, put_all
from pytest_dynamodb.control.exports.contents import fill, filtered, lines
from pytest_dynamodb.control.exports.files import write_export
from pytest_dynamodb.control.exports.job import PAGE, Export, Import, no_bucket
from pytest_dynamodb.control.exports.requests import ExportSpan, check_export, exported_table, span_of
from pytest_dynamodb.control.pages import page_after
from pytest_dynamodb.control.tables.creation import created_table
from pytest_dynamodb.control.tables.definitions import check_new_table
from pytest_dynamodb.control.tables.lookup import existing, require_settled
from pytest_dynamodb.engine.arns import parse_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException, error_for

# --- ExportTableToPointInTime ---

_VIEW = "NEW_AND_OLD_IMAGES"


def export_table_to_point_in_time(call: Call) -> dict[str, Any]:
    """Write a table as it was at a time, or what was written in a span of time, into a bucket.

    Raises ValidationException, AccessDeniedException, TableNotFoundException, PointInTimeRecoveryUnavailableException,
    InvalidExportTimeException, and ExportConflictException for the token of another request. Problems with the bucket
    appear only in the export's description.
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


def _exported(call: Call, table: Table, span: ExportSpan) -> Export:
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


def _lines(call: Call, table: Table, span: ExportSpan) -> list[dict[str, Any]]:
    if (spec := call.params.get("FilterSpecification")) is not None:
        return [{"Item": item} for item in filtered(call, table, span.end, spec)]
    view = (call.params.get("IncrementalExportSpecification") or {}).get("ExportViewType") or _VIEW
    return list(lines(table, span, view))


def _completed(call: Call, span: ExportSpan) -> dict[str, Any]:
    """The parameters, with what AWS fills in."""
    params = {"ExportFormat": "DYNAMODB_JSON", "S3SseAlgorithm": "AES256", **call.params}
    if span.begin is not None:
        view = params["IncrementalExportSpecification"].get("ExportViewType") or _VIEW
        params["IncrementalExportSpecification"] = {
            "ExportFromTime": span.begin,
            "ExportToTime": span.end,
            "ExportViewType": view,
        }
    return params


# --- ImportTable ---

_ON = "IN_PROGRESS"


def import_table(call: Call) -> dict[str, Any]:
    """Make a table from the items in a bucket's files whose keys begin with a prefix.

    Problems with the bucket or with items appear only in the import's description; valid items are in the table in any
    case. Raises ValidationException, ResourceInUseException if the table exists, and ImportConflictException for the
    token of another table's import.
    """
    _check(call)
    known = _import_table_repeated(call)
    name = call.params["TableCreationParameters"]["TableName"]
    if call.region.find(name, call.clock.now()) is not None and (
        known is None or known.status(call.clock.now()) != _ON
    ):
        raise error_for("ResourceInUseException", f"Table already exists: {name}")
    return {"ImportTableDescription": (_imported(call) if known is None else known).describe(call)}


def _check(call: Call) -> None:
    params = call.params
    kind = params["InputFormat"]
    if params.get("InputFormatOptions") and kind != "CSV":
        raise ValidationException(
            f"{INVALID_REQUEST}Unsupported InputFormatOptions for the given input format: {kind}."
        )
    check_new_table(params["TableCreationParameters"])
    if kind == "ION":  # not AWS's words, nor the next
        raise ValidationException(f"{INVALID_REQUEST}this in-memory DynamoDB imports DYNAMODB_JSON and CSV, not ION")
    if params.get("InputCompressionType") == "ZSTD":
        raise ValidationException(f"{INVALID_REQUEST}this in-memory DynamoDB imports what is plain or GZIP, not ZSTD")


def _import_table_repeated(call: Call) -> Import | None:
    token = call.params.get("ClientToken")
    known = next((one for one in call.region.records.of(Import).values() if token and one.token == token), None)
    if known is not None:
        name = known.params["TableCreationParameters"]["TableName"]
        if name != call.params["TableCreationParameters"]["TableName"]:
            raise error_for(
                "ImportConflictException", "Import conflict: Duplicate request detected with conflicting parameters"
            )
    return known


def _imported(call: Call) -> Import:
    now, region, params = call.clock.now(), call.region, call.params
    takes = call.lifecycle.transfer
    coming = replace(call.lifecycle, create_table=max(call.lifecycle.create_table, takes))
    table = created_table(replace(call, params=params["TableCreationParameters"], lifecycle=coming))
    resource = f"{table.name}/import/{region.records.new_id(now, call.random)}"
    job = Import(resource, _import_table_completed(call), table.arn, table.settings.id, now, now + takes)
    files = call.files
    if files is None or not files.has_bucket(params["S3BucketSource"]["S3Bucket"]):
        counts = dict.fromkeys(("ErrorCount", "ProcessedSizeBytes", "ProcessedItemCount", "ImportedItemCount"), 0)
        outcome: dict[str, Any] = {**counts, **no_bucket()}
    else:
        outcome = fill(call, files, table)
        region.tables[table.name] = table
    region.records.of(Import)[resource] = replace(job, outcome=outcome)
    # The answer says that it has begun, whenever it ends.
    return replace(job, ends=max(job.ends, now + 1.0))


def _import_table_completed(call: Call) -> dict[str, Any]:
    """The parameters, with what AWS fills in (ack-api-quirks, DDB-IMPORT-003)."""
    source = {"S3BucketOwner": call.region.account, **call.params["S3BucketSource"]}
    return {"InputCompressionType": "NONE", **call.params, "S3BucketSource": source}


# --- DescribeExport ---


def describe_export(call: Call) -> dict[str, Any]:
    """Describe an export, even if its table no longer exists.

    Raises ValidationException, AccessDeniedException and ExportNotFoundException (ack-api-quirks, DDB-EXPORT-006).
    """
    arn = record_arn(call, call.params["ExportArn"], "export")
    if arn.region != call.region.name:
        raise error_for("ExportNotFoundException", "Export not found: Invalid export arn")
    export = call.region.records.of(Export).get(arn.resource)
    if export is None:
        raise error_for("ExportNotFoundException", f"Export not found: Export not found: {arn.text}")
    return {"ExportDescription": export.describe(call)}


# --- DescribeImport ---


def describe_import(call: Call) -> dict[str, Any]:
    """Describe an import, even if its table no longer exists.

    Raises ValidationException, AccessDeniedException and ImportNotFoundException (ack-api-quirks, DDB-IMPORT-010).
    """
    arn = record_arn(call, call.params["ImportArn"], "import")
    found = call.region.records.of(Import).get(arn.resource) if arn.region == call.region.name else None
    if found is None:
        raise error_for("ImportNotFoundException", f"Import not found: Import not found: {arn.text}")
    return {"ImportTableDescription": found.describe(call)}


# --- ListExports ---


def list_exports(call: Call) -> dict[str, Any]:
    """A page of exports, newest first: all of them, or those of an existing table (ack-api-quirks, DDB-EXPORT-020).

    Raises ValidationException for the token of another list.
    """
    params, exports = call.params, call.region.records.of(Export)
    found = [(export.resource, export) for export in reversed(exports.values())]
    if params.get("TableArn") is not None:
        arn = parse_arn(params["TableArn"])
        table = None if arn is None or arn.table is None else call.region.find(arn.table, call.clock.now())
        wanted = None if table is None or table.arn != params["TableArn"] else table.settings.id
        found = [(place, export) for place, export in found if export.table_id == wanted]
    page, more = page_after(found, params.get("NextToken"), params.get("MaxResults") or PAGE, prefix="export:")
    return {"ExportSummaries": [export.summary(call) for export in page], **more}


# --- ListImports ---


def list_imports(call: Call) -> dict[str, Any]:
    """A page of imports, newest first: all of them, or those of a table, existing or not (ack-api-quirks,
    DDB-IMPORT-008, 016).

    Raises ValidationException for the token of another list.
    """
    params, arn = call.params, call.params.get("TableArn")
    imports = reversed(call.region.records.of(Import).values())
    found = [(one.resource, one) for one in imports if arn in {None, one.table_arn}]
    page, more = page_after(found, params.get("NextToken"), params.get("PageSize") or PAGE, prefix="import:")
    return {"ImportSummaryList": [one.summary(call) for one in page], **more}


# --- DescribeBulkOperation ---


def describe_bulk_operation(call: Call) -> dict[str, Any]:
    """Describe a bulk operation. Raises ResourceNotFoundException."""
    return {"BulkOperationDescription": existing_bulk(call).describe(call)}


def existing_bulk(call: Call) -> Bulk:
    """The bulk operation of BulkOperationArn. Raises ResourceNotFoundException."""
    arn: str = call.params["BulkOperationArn"]
    resource = arn.removeprefix(call.region.arn(""))
    bulk = call.region.records.of(Bulk).get(resource)
    if bulk is None:
        raise error_for("ResourceNotFoundException", f"Requested resource not found: BulkOperation: {arn} not found")
    return bulk


# --- CancelBulkOperation ---


def cancel_bulk_operation(call: Call) -> dict[str, Any]:
    """Stop a bulk operation that is under way; what it has written stays. Raises ResourceNotFoundException."""
    bulk, now = existing_bulk(call), call.clock.now()
    status = bulk.status(now)
    if status == "IN_PROGRESS":
        call.region.records.of(Bulk)[bulk.resource] = replace(bulk, ends=now, cancelled=True)
        status = "CANCELLING"
    return {"BulkOperationArn": call.params["BulkOperationArn"], "BulkOperationStatus": status}


# --- ListBulkOperations ---

_PAGE: Final = 25


def list_bulk_operations(call: Call) -> dict[str, Any]:
    """A page of bulk operations, newest first. Raises ValidationException for the token of another list."""
    params = call.params
    found = [(bulk.resource, bulk) for bulk in reversed(call.region.records.of(Bulk).values())]
    page, more = page_after(found, params.get("NextToken"), params.get("MaxResults") or _PAGE, prefix="bulk:")
    return {"BulkOperationsSummaryList": [bulk.summary(call) for bulk in page], **more}


# --- StartBulkPutItems ---


def start_bulk_put_items(call: Call) -> dict[str, Any]:
    """Put the items in a bucket's files into a table.

    Raises ValidationException, ResourceNotFoundException, ResourceInUseException, and
    IdempotentParameterMismatchException for the token of another request.
    """
    table = existing(call)
    _start_bulk_put_item_check(call, table)
    known = _start_bulk_put_item_repeated(call)
    return {"BulkOperationDescription": (_started(call, table) if known is None else known).describe(call)}


def _start_bulk_put_item_check(call: Call, table: Table) -> None:
    """The messages are not AWS's."""
    require_settled(table)
    source = call.params["InputS3Configuration"]
    if table.settings.replicas:
        raise ValidationException("Bulk put items does not support global tables")
    if source["InputFormat"] == "ION" or source.get("InputCompressionType") == "ZSTD":
        raise ValidationException(f"{INVALID_REQUEST}this in-memory DynamoDB reads DYNAMODB_JSON, plain or GZIP")


def _start_bulk_put_item_repeated(call: Call) -> Bulk | None:
    token = call.params.get("ClientToken")
    known = next((one for one in call.region.records.of(Bulk).values() if token and one.token == token), None)
    if known is not None and any(known.params.get(name) != value for name, value in call.params.items()):
        raise error_for(
            "IdempotentParameterMismatchException",
            "Request parameters do not match with those of the previous request with the same token",
        )
    return known


def _started(call: Call, table: Table) -> Bulk:
    now, records = call.clock.now(), call.region.records
    # How AWS writes such ARNs is in no public capture.
    resource = f"{table.name}/bulkoperation/{records.new_id(now, call.random)}"
    params = {"PerformanceTier": "STANDARD", **call.params}
    ends = now + call.lifecycle.transfer
    bulk = Bulk(resource, params, table.arn, table.settings.id, now, ends, table=table.name)
    files = call.files
    if files is None or not files.has_bucket(params["InputS3Configuration"]["S3Bucket"]):
        outcome: dict[str, Any] = dict(no_bucket())
    else:
        outcome = put_all(call, files, table)
    records.of(Bulk)[resource] = replace(bulk, outcome=outcome)
    # The answer says that it has begun, whenever it ends.
    return replace(bulk, ends=max(ends, now + 1.0))
