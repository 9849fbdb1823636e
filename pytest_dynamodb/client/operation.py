"""DynamoDB's operations as a client sees them: botocore's method of each, and which of them only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """``method`` is botocore's name. ``reads``: it changes nothing, and so may be asked of another region."""

    method: str
    reads: bool = False


_READS = {
    "BatchGetItem": "batch_get_item",
    "DescribeTable": "describe_table",
    "DescribeTimeToLive": "describe_time_to_live",
    "GetItem": "get_item",
    "ListTables": "list_tables",
    "Query": "query",
    "Scan": "scan",
    "TransactGetItems": "transact_get_items",
}
_OTHERS = {
    "BatchExecuteStatement": "batch_execute_statement",
    "BatchWriteItem": "batch_write_item",
    "CreateTable": "create_table",
    "DeleteItem": "delete_item",
    "DeleteTable": "delete_table",
    "ExecuteStatement": "execute_statement",
    "ExecuteTransaction": "execute_transaction",
    "PutItem": "put_item",
    "TransactWriteItems": "transact_write_items",
    "UpdateItem": "update_item",
    "UpdateTable": "update_table",
    "UpdateTimeToLive": "update_time_to_live",
}

OPERATIONS: Mapping[str, Operation] = {
    **{name: Operation(method, reads=True) for name, method in _READS.items()},
    **{name: Operation(method) for name, method in _OTHERS.items()},
}


def tables_of(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The tables that a request names, each once, in their order; none for statements and for lists of tables."""
    name = params.get("TableName")
    return (name,) if name is not None else tuple(dict.fromkeys(_tables(params)))


def _tables(params: Mapping[str, Any]) -> Iterator[str]:
    yield from params.get("RequestItems") or ()
    for action in params.get("TransactItems") or ():
        for content in action.values():
            yield content["TableName"]


def is_consistent_read(params: Mapping[str, Any]) -> bool:
    """Whether a read must see every write before it, which another region does not promise."""
    if params.get("ConsistentRead"):
        return True
    return any(asked.get("ConsistentRead") for asked in (params.get("RequestItems") or {}).values())
