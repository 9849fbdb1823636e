"""StartBulkPutItems."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.backups.overrides import INVALID_REQUEST
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.bulk import Bulk, put_all
from pytest_dynamodb.engine.exports.job import no_bucket
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.lookup import existing, require_settled
from pytest_dynamodb.errors import ValidationException, error_for


def start_bulk_put_items(call: Call) -> dict[str, Any]:
    """Put the items in a bucket's files into a table.

    Raises ValidationException, ResourceNotFoundException, ResourceInUseException, and
    IdempotentParameterMismatchException for a token of another request.
    """
    table = existing(call)
    _check(call, table)
    known = _repeated(call)
    return {"BulkOperationDescription": (_started(call, table) if known is None else known).describe(call)}


def _check(call: Call, table: Table) -> None:
    """Not AWS's words."""
    require_settled(table)
    source = call.params["InputS3Configuration"]
    if table.settings.replicas:
        raise ValidationException("Bulk put items does not support global tables")
    if source["InputFormat"] == "ION" or source.get("InputCompressionType") == "ZSTD":
        raise ValidationException(f"{INVALID_REQUEST}this in-memory DynamoDB reads DYNAMODB_JSON, plain or GZIP")


def _repeated(call: Call) -> Bulk | None:
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
