"""The table of AWS's operations of DynamoDB and its streams, a row each. Every other list of operations derives from
it.

Sources: the service's models (botocore, ``dynamodb`` and ``dynamodbstreams``; a test compares) and the API reference.
docs/reference/operations.md is written from ``AREAS``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cached_property, partial
from typing import Final, Literal, TypeAlias

Service: TypeAlias = Literal["dynamodb", "dynamodbstreams"]

OperationEffect: TypeAlias = Literal["reads", "writes", "stated"]
"""Whether an operation reads or writes items or settings; ``stated``: that depends on its PartiQL statements."""

RequestShape: TypeAlias = Literal["single", "collection", "search", "batch", "transaction"]
"""How a request names items. ``single``: one item. ``collection``: the items with one partition key, or all of a table.
``search``: the nearest ones. ``batch``: several, each by itself. ``transaction``: several, all or none. A PartiQL
SELECT may read a collection although its operation is ``single``.
"""

Level: TypeAlias = Literal["real", "described", "absent"]
"""How much of an operation the engine has. ``real``: it does what AWS's does. ``described``: settings are checked,
stored and described, but have no effect. ``absent``: calling it raises UnknownOperationException.
"""


@dataclass(frozen=True)
class Operation:
    """One of AWS's operations.

    ``items``      whether it is about items; otherwise it is about tables and what belongs to them
    ``members``    the parameters that name a table, by name or by ARN; ``"A.B"`` is a parameter inside another.
                   Batches, transactions and statements name their tables elsewhere: see ``requests``
    ``optional``   whether a request may name no table: then it is about the whole account
    ``tokens``     the top-level parameters that are idempotency tokens
    ``leftovers``  the member of an answer that lists what was not carried out
    ``paging``     the parameter that says where a page begins, and the member of an answer that says where it ended
    ``bodiless``   whether the answer has no body: AWS sends an empty one, not ``{}``
    ``level``      how much of it the engine has; ``note`` is what to know about that
    """

    name: str
    _: KW_ONLY
    effect: OperationEffect
    items: bool = False
    shape: RequestShape = "single"
    service: Service = "dynamodb"
    members: tuple[str, ...] = ("TableName",)
    optional: bool = False
    tokens: tuple[str, ...] = ()
    leftovers: str | None = None
    paging: tuple[str, str] | None = None
    bodiless: bool = False
    level: Level = "real"
    note: str = ""

    @cached_property
    def method(self) -> str:
        """Its name in Python: that of botocore's method, and of the engine's function."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.name).lower()

    @property
    def uses_units(self) -> bool:
        """Whether it consumes capacity units. SearchVectors does not: it is billed by the byte (API reference)."""
        return self.items and self.shape != "search"


_reads_item = partial(Operation, effect="reads", items=True)
_writes_item = partial(Operation, effect="writes", items=True)
_states = partial(Operation, effect="stated", items=True, members=())
_reads = partial(Operation, effect="reads")
_writes = partial(Operation, effect="writes")
_lists = partial(Operation, effect="reads", optional=True)

_LEGACY: Final = "Answers as AWS does since it no longer makes such tables"
_PAGED: Final = ("NextToken", "NextToken")

AREAS: Final[Mapping[str, tuple[Operation, ...]]] = {
    "Items": (
        _reads_item("GetItem"),
        _writes_item("PutItem"),
        _writes_item("UpdateItem"),
        _writes_item("DeleteItem"),
        _reads_item("Query", shape="collection", paging=("ExclusiveStartKey", "LastEvaluatedKey")),
        _reads_item("Scan", shape="collection", paging=("ExclusiveStartKey", "LastEvaluatedKey")),
        _reads_item("BatchGetItem", shape="batch", members=(), leftovers="UnprocessedKeys"),
        _writes_item("BatchWriteItem", shape="batch", members=(), leftovers="UnprocessedItems"),
        _reads_item("TransactGetItems", shape="transaction", members=()),
        _writes_item("TransactWriteItems", shape="transaction", members=(), tokens=("ClientRequestToken",)),
        _reads_item(
            "SearchVectors",
            shape="search",
            note="Exact, where AWS approximates: every item is looked at",
        ),
    ),
    "PartiQL": (
        _states("ExecuteStatement", paging=_PAGED),
        _states("BatchExecuteStatement", shape="batch"),
        _states("ExecuteTransaction", shape="transaction", tokens=("ClientRequestToken",)),
    ),
    "Tables": (
        _writes("CreateTable", members=("TableName", "GlobalTableSourceArn"), note="Without `GlobalTableSourceArn`"),
        _reads("DescribeTable", note="Counts and sizes are those of now"),
        _writes("UpdateTable", note="Also of replicas, which are real; with strong consistency, too"),
        _writes("DeleteTable"),
        _lists("ListTables", members=(), paging=("ExclusiveStartTableName", "LastEvaluatedTableName")),
        _writes("UpdateTimeToLive", note="Items go before the first request after the clock has moved"),
        _reads("DescribeTimeToLive"),
        _writes("TagResource", members=("ResourceArn",), bodiless=True),
        _writes("UntagResource", members=("ResourceArn",), bodiless=True),
        _reads("ListTagsOfResource", members=("ResourceArn",), paging=_PAGED),
        _lists("DescribeLimits", members=(), level="described", note="The quotas of a new account"),
        _lists("DescribeEndpoints", members=(), level="described", note="AWS's own endpoint"),
    ),
    "Streams": (
        _lists("ListStreams", service="dynamodbstreams", paging=("ExclusiveStartStreamArn", "LastEvaluatedStreamArn")),
        _reads(
            "DescribeStream",
            service="dynamodbstreams",
            members=("StreamArn",),
            paging=("ExclusiveStartShardId", "StreamDescription.LastEvaluatedShardId"),
        ),
        _reads("GetShardIterator", service="dynamodbstreams", members=("StreamArn",)),
        # An iterator begins with the ARN of its stream (API reference, GetShardIterator: Examples).
        _reads(
            "GetRecords",
            service="dynamodbstreams",
            members=("ShardIterator",),
            paging=("ShardIterator", "NextShardIterator"),
        ),
        _writes("EnableKinesisStreamingDestination", level="described", note="Nothing is sent to Kinesis"),
        _writes("DisableKinesisStreamingDestination", level="described"),
        _writes("UpdateKinesisStreamingDestination", level="described"),
        _reads("DescribeKinesisStreamingDestination", level="described"),
    ),
    "Backups": (
        _writes("UpdateContinuousBackups"),
        _reads(
            "DescribeContinuousBackups",
            note="The latest time to restore is five minutes ago on the engine's clock",
        ),
        _writes(
            "RestoreTableToPointInTime",
            members=("SourceTableName", "SourceTableArn", "TargetTableName"),
            note="Any second of the window",
        ),
        _writes("CreateBackup"),
        _reads("DescribeBackup", members=("BackupArn",)),
        _lists("ListBackups", paging=("ExclusiveStartBackupArn", "LastEvaluatedBackupArn")),
        _writes("DeleteBackup", members=("BackupArn",)),
        _writes("RestoreTableFromBackup", members=("BackupArn", "TargetTableName"), note="Also in another region"),
    ),
    "Export and import": (
        _writes(
            "ExportTableToPointInTime",
            members=("TableArn",),
            tokens=("ClientToken",),
            note="Files as S3 has them, in a local folder: all items, some, or what has changed. "
            "Format: `DYNAMODB_JSON`",
        ),
        _reads("DescribeExport", members=("ExportArn",)),
        _lists("ListExports", members=("TableArn",), paging=_PAGED),
        _writes(
            "ImportTable",
            members=("TableCreationParameters.TableName",),
            tokens=("ClientToken",),
            note="From a local folder. Formats: `DYNAMODB_JSON`, `CSV`; plain or `GZIP`",
        ),
        _reads("DescribeImport", members=("ImportArn",)),
        _lists("ListImports", members=("TableArn",), paging=_PAGED),
        _writes(
            "StartBulkPutItems",
            tokens=("ClientToken",),
            note="Format: `DYNAMODB_JSON`, plain or `GZIP`. No reports are written",
        ),
        _reads("DescribeBulkOperation", members=("BulkOperationArn",)),
        _lists("ListBulkOperations", members=(), paging=_PAGED),
        _writes("CancelBulkOperation", members=("BulkOperationArn",)),
    ),
    "Policies and insights": (
        _writes(
            "PutResourcePolicy",
            members=("ResourceArn",),
            level="described",
            note="Kept and told as AWS writes them; nobody is denied anything",
        ),
        _reads("GetResourcePolicy", members=("ResourceArn",), level="described"),
        _writes("DeleteResourcePolicy", members=("ResourceArn",), level="described"),
        _writes("UpdateContributorInsights", level="described"),
        _reads("DescribeContributorInsights", level="described"),
        _lists("ListContributorInsights", paging=_PAGED, level="described"),
    ),
    "Global tables": (
        _writes("UpdateTableReplicaAutoScaling", level="described", note="Nothing is scaled"),
        _reads("DescribeTableReplicaAutoScaling", level="described"),
        _writes("CreateGlobalTable", members=("GlobalTableName",), level="described", note=_LEGACY),
        _writes("UpdateGlobalTable", members=("GlobalTableName",), level="described", note=_LEGACY),
        _reads("DescribeGlobalTable", members=("GlobalTableName",), level="described", note=_LEGACY),
        _lists(
            "ListGlobalTables",
            members=(),
            paging=("ExclusiveStartGlobalTableName", "LastEvaluatedGlobalTableName"),
            level="described",
            note=_LEGACY,
        ),
        _writes("UpdateGlobalTableSettings", members=("GlobalTableName",), level="described", note=_LEGACY),
        _reads("DescribeGlobalTableSettings", members=("GlobalTableName",), level="described", note=_LEGACY),
    ),
}
"""Every operation of AWS's models of DynamoDB and its streams, by area."""

OPERATIONS: Final[Mapping[str, Operation]] = {one.name: one for area in AREAS.values() for one in area}
"""The same by name."""


def named(
    *, effect: OperationEffect | None = None, shape: RequestShape | None = None, items: bool = True
) -> frozenset[str]:
    """The names of the operations with this effect and shape; ``None`` matches any. ``items``: those on items, or else
    those on tables.
    """
    return frozenset(
        one.name
        for one in OPERATIONS.values()
        if one.items == items and effect in {None, one.effect} and shape in {None, one.shape}
    )
