"""What there is of each of AWS's operations: the table behind docs/reference/operations.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["real", "described", "absent"]
"""``real``: it does what AWS's does. ``described``: settings are checked, kept and told, and have no effect.
``absent``: an UnknownOperationException."""


@dataclass(frozen=True, slots=True)
class Support:
    """Of one operation: how much of it there is, and what to know about it."""

    kind: Kind
    note: str = ""


def _real(note: str = "") -> Support:
    return Support("real", note)


def _described(note: str = "") -> Support:
    return Support("described", note)


_LEGACY: Final = "Answers as AWS does since it no longer makes such tables"

AREAS: Final[Mapping[str, Mapping[str, Support]]] = {
    "Items": {
        "GetItem": _real(),
        "PutItem": _real(),
        "UpdateItem": _real(),
        "DeleteItem": _real(),
        "Query": _real(),
        "Scan": _real(),
        "BatchGetItem": _real(),
        "BatchWriteItem": _real(),
        "TransactGetItems": _real(),
        "TransactWriteItems": _real(),
        "SearchVectors": _real("Exact: every item is looked at. What is refused is refused in words of our own"),
    },
    "PartiQL": {
        "ExecuteStatement": _real(),
        "BatchExecuteStatement": _real(),
        "ExecuteTransaction": _real(),
    },
    "Tables": {
        "CreateTable": _real("Without `GlobalTableSourceArn`"),
        "DescribeTable": _real("Counts and sizes are those of now"),
        "UpdateTable": _real("Also of replicas, which are real; with strong consistency, too"),
        "DeleteTable": _real(),
        "ListTables": _real(),
        "UpdateTimeToLive": _real("Items go before the first request after the clock has moved"),
        "DescribeTimeToLive": _real(),
        "TagResource": _real(),
        "UntagResource": _real(),
        "ListTagsOfResource": _real(),
        "DescribeLimits": _described("The quotas of a new account"),
        "DescribeEndpoints": _described("AWS's own endpoint"),
    },
    "Streams": {
        "ListStreams": _real(),
        "DescribeStream": _real(),
        "GetShardIterator": _real(),
        "GetRecords": _real(),
        "EnableKinesisStreamingDestination": _described("Nothing is sent to Kinesis"),
        "DisableKinesisStreamingDestination": _described(),
        "UpdateKinesisStreamingDestination": _described(),
        "DescribeKinesisStreamingDestination": _described(),
    },
    "Backups": {
        "UpdateContinuousBackups": _real(),
        "DescribeContinuousBackups": _real("The latest time to restore is five minutes ago on the engine's clock"),
        "RestoreTableToPointInTime": _real("Any second of the window"),
        "CreateBackup": _real(),
        "DescribeBackup": _real(),
        "ListBackups": _real(),
        "DeleteBackup": _real(),
        "RestoreTableFromBackup": _real("Also in another region"),
    },
    "Export and import": {
        "ExportTableToPointInTime": _real(
            "Files as S3 has them, in a local folder: all items, some, or what has changed. Format: `DYNAMODB_JSON`"
        ),
        "DescribeExport": _real(),
        "ListExports": _real(),
        "ImportTable": _real("From a local folder. Formats: `DYNAMODB_JSON`, `CSV`; plain or `GZIP`"),
        "DescribeImport": _real(),
        "ListImports": _real(),
        "StartBulkPutItems": _real("Format: `DYNAMODB_JSON`, plain or `GZIP`. No reports are written"),
        "DescribeBulkOperation": _real(),
        "ListBulkOperations": _real(),
        "CancelBulkOperation": _real(),
    },
    "Policies and insights": {
        "PutResourcePolicy": _described("Kept and told as AWS writes them; nobody is denied anything"),
        "GetResourcePolicy": _described(),
        "DeleteResourcePolicy": _described(),
        "UpdateContributorInsights": _described(),
        "DescribeContributorInsights": _described(),
        "ListContributorInsights": _described(),
    },
    "Global tables": {
        "UpdateTableReplicaAutoScaling": _described("Nothing is scaled"),
        "DescribeTableReplicaAutoScaling": _described(),
        "CreateGlobalTable": _described(_LEGACY),
        "UpdateGlobalTable": _described(_LEGACY),
        "DescribeGlobalTable": _described(_LEGACY),
        "ListGlobalTables": _described(_LEGACY),
        "UpdateGlobalTableSettings": _described(_LEGACY),
        "DescribeGlobalTableSettings": _described(_LEGACY),
    },
}
"""Every operation of AWS's model of DynamoDB and its streams, by area."""

SUPPORT: Final[Mapping[str, Support]] = {name: one for area in AREAS.values() for name, one in area.items()}
"""The same by name."""
