"""ImportTable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.backups.overrides import INVALID_REQUEST
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.exports.arrival import fill
from pytest_dynamodb.engine.exports.job import Import, no_bucket
from pytest_dynamodb.engine.tables.creation import created_table
from pytest_dynamodb.engine.tables.definitions import check_new_table
from pytest_dynamodb.errors import ValidationException, error_for

_ON = "IN_PROGRESS"


def import_table(call: Call) -> dict[str, Any]:
    """Make a table of the items in a bucket's files, whose keys begin with a prefix.

    What is wrong with the bucket or with items only the import's description tells; items that are right are in the
    table in any case. Raises ValidationException, ResourceInUseException where there is such a table, and
    ImportConflictException for a token of another table's import.
    """
    _check(call)
    known = _repeated(call)
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


def _repeated(call: Call) -> Import | None:
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
    job = Import(resource, _completed(call), table.arn, table.settings.id, now, now + takes)
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


def _completed(call: Call) -> dict[str, Any]:
    """The parameters with what AWS fills in (ack-api-quirks, DDB-IMPORT-003)."""
    source = {"S3BucketOwner": call.region.account, **call.params["S3BucketSource"]}
    return {"InputCompressionType": "NONE", **call.params, "S3BucketSource": source}
