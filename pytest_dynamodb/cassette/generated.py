"""What the service makes up anew each time, and what therefore is no difference between a recording and its repetition.

Taken from the shapes of botocore's model for ``dynamodb`` and ``dynamodbstreams``: times, and names that the service
gives to what it creates. Items are not touched: an attribute's value is a map (``{"S": …}``), these are not.
"""

from __future__ import annotations

from typing import Any

GENERATED = frozenset(
    {
        "BackupArn",
        "EarliestRestorableDateTime",
        "EndingSequenceNumber",
        "ExportArn",
        "ImportArn",
        "ItemCount",  # counted every six hours or so
        "LatestStreamArn",
        "LatestStreamLabel",
        "NextShardIterator",
        "ParentShardId",
        "RevisionId",
        "SequenceNumber",
        "ShardId",
        "ShardIterator",
        "SourceBackupArn",
        "StartingSequenceNumber",
        "StreamArn",
        "StreamLabel",
        "TableId",
        "TableSizeBytes",
        "IndexSizeBytes",
        "eventID",
    }
)


def is_generated(name: str, value: Any) -> bool:
    """Whether a member of a request or an answer is something the service made up."""
    if isinstance(value, dict | list) or name.startswith("#"):  # a placeholder of an expression names nothing
        return False
    return name in GENERATED or name.endswith(("DateTime", "Timestamp"))


def without_generated(tree: Any) -> Any:
    """A copy of ``tree`` that lacks what the service made up."""
    if isinstance(tree, dict):
        return {name: without_generated(value) for name, value in tree.items() if not is_generated(name, value)}
    if isinstance(tree, list):
        return [without_generated(value) for value in tree]
    return tree
