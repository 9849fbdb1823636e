"""Exports and imports: what was asked for, what came of it, and its description.

(ack-api-quirks, DDB-EXPORT-016, 017, DDB-IMPORT-003)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.engine.call import Call

PAGE: Final = 10
"""Page size of ListExports and ListImports (DDB-IMPORT-016)."""


@dataclass(frozen=True, slots=True)
class TransferJob:
    """An export or an import. ``outcome`` has members of the description once the job is done, at the time ``ends``;
    with FailureCode among them, it has failed.

    ``params`` are those of the request, with what AWS fills in.
    """

    resource: str
    params: Mapping[str, Any]
    table_arn: str
    table_id: str
    begun: float
    ends: float
    outcome: Mapping[str, Any] = field(default_factory=dict)

    def status(self, now: float) -> str:
        if now < self.ends:
            return "IN_PROGRESS"
        return "FAILED" if "FailureCode" in self.outcome else "COMPLETED"

    @property
    def token(self) -> str | None:
        found: str | None = self.params.get("ClientToken")
        return found

    def _told(self, call: Call, *members: str) -> dict[str, Any]:
        body: dict[str, Any] = {"TableArn": self.table_arn, "TableId": self.table_id, "StartTime": self.begun}
        body.update({name: self.params[name] for name in members if self.params.get(name) is not None})
        if call.clock.now() >= self.ends:
            body.update(EndTime=self.ends, **self.outcome)
        return body


@dataclass(frozen=True, slots=True)
class Export(TransferJob):
    """An export of a table as it was at ``time``, or of what changed in a span of time."""

    time: float | None = None

    def describe(self, call: Call) -> dict[str, Any]:
        """An ExportDescription."""
        body = self._told(
            call,
            "ClientToken",
            "S3Bucket",
            "S3BucketOwner",
            "S3Prefix",
            "S3SseAlgorithm",
            "S3SseKmsKeyId",
            "ExportFormat",
            "ExportType",
            "IncrementalExportSpecification",
            "FilterSpecification",
        )
        when = {} if self.time is None else {"ExportTime": self.time}
        return {
            "ExportArn": call.region.arn(self.resource),
            "ExportStatus": self.status(call.clock.now()),
            **when,
            **body,
        }

    def summary(self, call: Call) -> dict[str, Any]:
        return {
            "ExportArn": call.region.arn(self.resource),
            "ExportStatus": self.status(call.clock.now()),
            "ExportType": self.params.get("ExportType") or "FULL_EXPORT",
        }


@dataclass(frozen=True, slots=True)
class Import(TransferJob):
    """A table from files."""

    def describe(self, call: Call) -> dict[str, Any]:
        """An ImportTableDescription."""
        body = self._told(
            call,
            "ClientToken",
            "S3BucketSource",
            "InputFormat",
            "InputFormatOptions",
            "InputCompressionType",
            "TableCreationParameters",
        )
        return {**self._named(call), **body}

    def summary(self, call: Call) -> dict[str, Any]:
        body = self._told(call, "S3BucketSource", "InputFormat")
        members = ("TableArn", "S3BucketSource", "InputFormat", "StartTime", "EndTime")
        return {**self._named(call), **{name: body[name] for name in members if name in body}}

    def _named(self, call: Call) -> dict[str, Any]:
        region = call.region
        logs = region.arn("").removesuffix("table/").replace(":dynamodb:", ":logs:", 1)
        return {
            "ImportArn": region.arn(self.resource),
            "ImportStatus": self.status(call.clock.now()),
            "CloudWatchLogGroupArn": f"{logs}log-group:/aws-dynamodb/imports:*",
        }


def no_bucket() -> dict[str, str]:
    """The outcome of a job whose bucket does not exist."""
    return {
        "FailureCode": "S3NoSuchBucket",
        "FailureMessage": "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; "
        "Error Code: NoSuchBucket; Proxy: null)",
    }
