"""Bulk puts: the items of files are put into an existing table (developer guide, "Bulk put items").

No reports of unwritten items are made. The form of records with conditions is inferred from PutItem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.control.exports.files import UNREADABLE, records_in
from pytest_dynamodb.control.exports.job import TransferJob
from pytest_dynamodb.engine.call import Call, Files
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.requests import check_request
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.writes.write import Put, carry_out
from pytest_dynamodb.errors import ConditionalCheckFailedException, DynamoDbError

_MEMBERS: Final = ("Item", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues")


@dataclass(frozen=True, slots=True)
class Bulk(TransferJob):
    """A bulk operation on the table of this name."""

    table: str = ""
    cancelled: bool = False

    def status(self, now: float) -> str:
        if self.cancelled:
            return "CANCELLED"
        if now < self.ends:
            return "IN_PROGRESS"
        if "FailureCode" in self.outcome:
            return "FAILED"
        return "COMPLETED_WITH_ERRORS" if self.outcome["FailedItemCount"] else "COMPLETED"

    def describe(self, call: Call) -> dict[str, Any]:
        """A BulkOperationDescription."""
        members = ("ClientToken", "InputS3Configuration", "OutputS3Configuration", "MaxWriteRequestUnits")
        body = self._told(call, *members, "PerformanceTier")
        arn, identifier = body.pop("TableArn"), body.pop("TableId")
        return {
            **self._named(call),
            "TableDetails": [{"TableName": arn, "TableId": identifier}],
            **body,
        }

    def summary(self, call: Call) -> dict[str, Any]:
        body = self._told(call)
        return {**self._named(call), **{name: body[name] for name in ("StartTime", "EndTime") if name in body}}

    def _named(self, call: Call) -> dict[str, str]:
        return {
            "BulkOperationArn": call.region.arn(self.resource),
            "BulkOperationStatus": self.status(call.clock.now()),
        }


def put_all(call: Call, files: Files, table: Table) -> dict[str, Any]:
    """Put the items of a bulk operation. Returns the members to add to its description. An unmet condition is not a
    failure.
    """
    source = call.params["InputS3Configuration"]
    processed = failed = size = 0
    for record, length in records_in(files, source, source):
        processed += 1
        size += length
        failed += record is UNREADABLE or not _put(call, table.name, record)
    return {
        "ProcessedItemCount": processed,
        "ProcessedInputBytes": size,
        "TotalInputBytes": size,
        "FailedItemCount": failed,
    }


def _put(call: Call, name: str, record: dict[str, Any]) -> bool:
    given = {member: record[member] for member in _MEMBERS if member in record}
    surface = surface_of("PutItem", call.dialect)
    try:
        params = check_request(surface, {"TableName": name, **given})
        carry_out(call, Put.read(surface, params), call.table(name))
    except ConditionalCheckFailedException:
        return True
    except DynamoDbError:
        return False
    return True
