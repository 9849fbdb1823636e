"""What the engine calls by name and loads when first needed: operations, and what follows a change of an item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

from pytest_dynamodb.engine.call import Call, Follower
from pytest_dynamodb.operations import OPERATIONS

# --- operations ---
# Modules are named by text and loaded when an operation is first called: the engine never imports the control plane,
# and a test that only puts and gets items loads nothing of backups and exports. A function is called as its operation
# is in Python: ``get_item(call)`` returns the body of GetItem's answer.

Handler = Callable[[Call], dict[str, Any]]
"""What carries an operation out."""

_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "engine.items": ("GetItem", "PutItem", "UpdateItem", "DeleteItem"),
    "engine.batches": ("BatchGetItem", "BatchWriteItem"),
    "engine.transactions": ("TransactGetItems", "TransactWriteItems"),
    "engine.queries": ("Query", "Scan"),
    "engine.vectors.search": ("SearchVectors",),
    "engine.partiql.operations": ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"),
    "engine.streams.operations": ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"),
    "control.tables.operations": (
        *("CreateTable", "UpdateTable", "DeleteTable", "DescribeTable", "ListTables"),
        *("DescribeEndpoints", "DescribeLimits"),
    ),
    "control.tags": ("TagResource", "UntagResource", "ListTagsOfResource"),
    "control.timetolive": ("UpdateTimeToLive", "DescribeTimeToLive"),
    "control.policies": ("GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"),
    "control.insights": (*("DescribeContributorInsights", "ListContributorInsights", "UpdateContributorInsights"),),
    "control.kinesis": (
        *("DescribeKinesisStreamingDestination", "EnableKinesisStreamingDestination"),
        *("DisableKinesisStreamingDestination", "UpdateKinesisStreamingDestination"),
    ),
    "control.backups.operations": (
        *("CreateBackup", "DeleteBackup", "DescribeBackup", "ListBackups"),
        *("DescribeContinuousBackups", "UpdateContinuousBackups"),
        *("RestoreTableFromBackup", "RestoreTableToPointInTime"),
    ),
    "control.exports.operations": (
        *("ExportTableToPointInTime", "DescribeExport", "ListExports"),
        *("ImportTable", "DescribeImport", "ListImports"),
        *("StartBulkPutItems", "DescribeBulkOperation", "ListBulkOperations", "CancelBulkOperation"),
    ),
    "control.replication.legacy": (
        *("CreateGlobalTable", "DescribeGlobalTable", "ListGlobalTables", "UpdateGlobalTable"),
        *("DescribeGlobalTableSettings", "UpdateGlobalTableSettings"),
    ),
    "control.replication.scaling": ("DescribeTableReplicaAutoScaling", "UpdateTableReplicaAutoScaling"),
}
_MODULE_OF: Final = {name: module for module, names in _MODULES.items() for name in names}

LOADED: dict[str, Handler] = {}
"""What has been loaded so far, by operation."""


def handler_named(name: str) -> Handler | None:
    """What carries an operation out; ``None`` if there is nothing that does."""
    handler = LOADED.get(name)
    if handler is None:
        module = _MODULE_OF.get(name)
        if module is not None:
            handler = LOADED[name] = getattr(import_module(f"pytest_dynamodb.{module}"), OPERATIONS[name].method)
    return handler


# --- what follows a change ---
# Some of it is in rooms above the engine, which never imports them.

_FOLLOWERS: Final = (
    ("pytest_dynamodb.engine.streams.capture", "capture"),
    ("pytest_dynamodb.control.backups.backup", "note"),
    ("pytest_dynamodb.control.replication.delivery", "send"),
    ("pytest_dynamodb.control.kinesis", "send"),
)
"""Who is told of each change of an item, in this order."""

_DELIVER: Final = ("pytest_dynamodb.control.replication.delivery", "deliver")


@cache
def followers() -> tuple[Follower, ...]:
    """What follows a change: records in streams, an entry in the history, writes in other regions."""
    return tuple(_named(module, name) for module, name in _FOLLOWERS)


def deliver(call: Call) -> None:
    """Apply to the call's region what other regions wrote, as far as it is due."""
    _named(*_DELIVER)(call)


@cache
def _named(module: str, name: str) -> Any:
    return getattr(import_module(module), name)
