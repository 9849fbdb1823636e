"""What a request is about: its tables, its index, the keys it names. As far as its parameters tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from pytest_dynamodb.expressions import ExpressionError, key_clauses, parse, resolve
from pytest_dynamodb.expressions.nodes import Condition
from pytest_dynamodb.throttling import Kind

WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
BATCHES: Final = frozenset({"BatchGetItem", "BatchWriteItem"})
TRANSACTIONS: Final = frozenset({"TransactGetItems", "TransactWriteItems"})

_READS: Final = frozenset({"BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"})
_PARTIQL: Final = frozenset({"BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"})

Params = Mapping[str, Any]

_STATEMENT: Final = re.compile(
    r"""\b(?:FROM|INTO|UPDATE)\s+"?([\w.-]+?)"?(?:\."?([\w.-]+)"?)?(?:\s|$)""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """One table's part of a request: an item's, or a Query's or Scan's. ``key`` has the key among its attributes."""

    table: str
    key: Params | None
    index: str | None = None


def parts_of(operation: str, params: Params) -> list[Part]:
    """The parts of a request, in the order written. Nothing is wrong enough to raise."""
    try:
        return list(_SPREAD.get(operation, _single)(params))
    except (AttributeError, KeyError, TypeError, ExpressionError):
        return []  # what is malformed is DynamoDB's to say


def kind_of(operation: str, params: Params) -> Kind | None:
    """Whether a request reads or writes items; ``None`` if neither."""
    if operation in WRITES:
        return "Write"
    if operation in _READS:
        return "Read"
    if operation in _PARTIQL:
        return "Read" if str(_first_statement(params)).lstrip()[:6].upper() == "SELECT" else "Write"
    return None


def _first_statement(params: Params) -> Any:
    listed = params.get("Statements") or params.get("TransactStatements")
    holder = listed[0] if isinstance(listed, list) and listed else params
    return holder.get("Statement") if isinstance(holder, Mapping) else None


def table_name(given: Any) -> str:
    """A table's name, where it may also be given as an ARN."""
    text = str(given)
    return text.split(":table/", 1)[1].split("/", 1)[0] if text.startswith("arn:") and ":table/" in text else text


def _single(params: Params) -> Iterator[Part]:
    if isinstance(params.get("Statement"), str):
        yield from _statement(params)
    elif "TableName" in params:
        yield _action(params)


def _action(action: Params) -> Part:
    return Part(table_name(action["TableName"]), action.get("Key") or action.get("Item"), action.get("IndexName"))


def _query(params: Params) -> Iterator[Part]:
    yield Part(table_name(params["TableName"]), _equalities(params), params.get("IndexName"))


def _equalities(params: Params) -> Params:
    """The key attributes that a Query asks to be equal to something."""
    text = params.get("KeyConditionExpression")
    if not isinstance(text, str):
        legacy = params.get("KeyConditions") or {}
        return {
            name: condition["AttributeValueList"][0]
            for name, condition in legacy.items()
            if condition.get("ComparisonOperator") == "EQ"
        }
    names, values = params.get("ExpressionAttributeNames") or {}, params.get("ExpressionAttributeValues") or {}
    tree = cast("Condition", resolve(parse("KeyConditionExpression", text), names, values))
    return {clause.attribute: clause.operands[0].wire for clause in key_clauses(tree) if clause.operator == "="}


def _batch_get(params: Params) -> Iterator[Part]:
    for table, wanted in params["RequestItems"].items():
        for key in wanted["Keys"]:
            yield Part(table_name(table), key)


def _batch_write(params: Params) -> Iterator[Part]:
    for table, writes in params["RequestItems"].items():
        for write in writes:
            for action in write.values():
                yield Part(table_name(table), action.get("Key") or action.get("Item"))


def _transaction(params: Params) -> Iterator[Part]:
    for entry in params["TransactItems"]:
        for action in entry.values():
            yield _action(action)


def _statement(params: Params) -> Iterator[Part]:
    found = _STATEMENT.search(params["Statement"])
    if found is not None:
        yield Part(found[1], None, found[2])


def _statements(params: Params) -> Iterator[Part]:
    for statement in params.get("Statements") or params.get("TransactStatements") or ():
        yield from _statement(statement)


_SPREAD: Final[Mapping[str, Callable[[Params], Iterator[Part]]]] = {
    "BatchExecuteStatement": _statements,
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "ExecuteTransaction": _statements,
    "Query": _query,
    "TransactGetItems": _transaction,
    "TransactWriteItems": _transaction,
}
