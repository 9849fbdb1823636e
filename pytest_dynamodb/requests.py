"""What a request is about: its parts, each one item or one collection of items of a table.

Covers single calls, batches, transactions, legacy parameters and PartiQL. Nothing here raises: malformed input is for
DynamoDB to reject. An entry that cannot be understood still gives a part, so that parts line up with the request's
entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.statements import StatementSummary, read_statement
from pytest_dynamodb.throttling import CapacityKind

Params: TypeAlias = Mapping[str, Any]

PartAction: TypeAlias = Literal["get", "put", "update", "delete", "check"]
"""What is done with a part: ``get`` is any read, ``check`` a ConditionCheck."""

UNKNOWN_TABLE: Final = ""
"""Stands for a table's name where a request does not let it be determined."""

TRUE: Final = frozenset({"TRUE", "1", "YES"})
"""The texts that AWS accepts as ``true``, in capitals."""

_NOTHING: Final[Params] = {}


class Part(NamedTuple):
    """One part of a request: a single item, or what a Query or Scan reads.

    ``content`` is the request's own mapping that holds the item, the key or the key condition. ``consistent`` says that
    it is a strongly consistent read.
    """

    table: str
    action: PartAction
    content: Params
    index_name: str | None = None
    consistent: bool = False

    @property
    def writes(self) -> bool:
        """Whether it changes an item."""
        return self.action not in {"get", "check"}

    @property
    def exact_key(self) -> Params | None:
        """The item's key in wire form, where the request gives the key by itself; otherwise ``None``."""
        key = self.content.get("Key")
        return key if isinstance(key, dict) else None

    @property
    def attributes(self) -> Params:
        """Attributes in wire form, among them those key attributes whose values the request states.

        Of a put these are all attributes of the item, of a Query those that its key condition compares with ``=``.
        """
        content = self.content
        for member in ("Key", "Item"):
            attributes = content.get(member)
            if isinstance(attributes, dict):
                return attributes
        if "Statement" in content:
            statement = _statement(content)
            return _NOTHING if statement is None else statement.attributes(content.get("Parameters"))
        return _equalities(content)


def parts(operation: str, params: Params) -> Sequence[Part]:
    """The parts of a request on items, in the order written; none for other operations."""
    spread = _SPREADS.get(operation)
    return () if spread is None else spread(params)


def tables_of(operation: str, params: Params) -> tuple[str, ...]:
    """The tables that a request names, each once, in the order written.

    ``UNKNOWN_TABLE`` is among them where one cannot be determined. A request that need not name a table may give none.
    """
    row = OPERATIONS.get(operation)
    if row is None or row.members or row.optional:
        members, optional = (_ANY_MEMBERS, False) if row is None else (row.members, row.optional)
        found = [_named(member, value) for member in members if (value := _member(params, member)) is not None]
        return tuple(dict.fromkeys(found)) or (() if optional else (UNKNOWN_TABLE,))
    return tuple(dict.fromkeys([*_batched(params), *(part.table for part in parts(operation, params))])) or (
        UNKNOWN_TABLE,
    )


def changes_nothing(operation: str, params: Params) -> bool:
    """Whether a request certainly leaves items, tables and settings as they are."""
    row = OPERATIONS.get(operation)
    if row is None or row.effect != "stated":
        return row is not None and row.effect == "reads"
    return all(part.action == "get" for part in parts(operation, params))


def capacity_kind(operation: str, params: Params) -> CapacityKind | None:
    """Whether a request consumes read or write units; ``None`` where it consumes neither."""
    row = OPERATIONS.get(operation)
    if row is None or not row.items:
        return None
    return "Read" if changes_nothing(operation, params) else "Write"


def is_write(operation: str, params: Params) -> bool:
    """Whether a request may change items."""
    return capacity_kind(operation, params) == "Write"


def truth(content: Any) -> bool:
    """A boolean as AWS reads it: ``true``, ``false``, or one of the texts that it accepts for them."""
    return content is True or (isinstance(content, str) and content.upper() in TRUE)


def table_name(given: str) -> str:
    """A table's name, given the name itself or an ARN of the table or of what belongs to it, such as its stream."""
    if given.startswith("arn:") and ":table/" in given:
        return given.split(":table/", 1)[1].split("/", 1)[0]
    return given


# --- tables ---

_ANY_MEMBERS: Final = tuple(dict.fromkeys(member for row in OPERATIONS.values() for member in row.members))
"""Of operations that are newer than this package."""


def _member(params: Params, path: str) -> Any:
    value: Any = params
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _named(member: str, given: Any) -> str:
    """The table named by a parameter. Only parameters called ``...Name`` may give a plain name; others must hold an
    ARN.
    """
    name = _table_named(given)
    return UNKNOWN_TABLE if name == given and not member.endswith("Name") else name


def _table_named(given: Any) -> str:
    """The table's name in a name or an ARN; ``UNKNOWN_TABLE`` for anything else."""
    if not isinstance(given, str):
        return UNKNOWN_TABLE
    if not given.startswith("arn:"):  # nearly always: a replay asks this for each of its recordings
        return given
    name = table_name(given)
    return UNKNOWN_TABLE if name is given else name


def _batched(params: Params) -> Iterator[str]:
    """The tables of a batch, including those without entries."""
    yield from map(_table_named, _map(params.get("RequestItems")))


# --- parts ---

_SINGLE: Final[Mapping[str, PartAction]] = {"PutItem": "put", "UpdateItem": "update", "DeleteItem": "delete"}
_BATCHED: Final[Mapping[str, PartAction]] = {"PutRequest": "put", "DeleteRequest": "delete"}
_TRANSACTED: Final[Mapping[str, PartAction]] = {
    "Get": "get",
    "Put": "put",
    "Update": "update",
    "Delete": "delete",
    "ConditionCheck": "check",
}
_STATED: Final[Mapping[str, PartAction]] = {
    "select": "get",
    "insert": "put",
    "update": "update",
    "delete": "delete",
    "exists": "check",
}


def _one(action: PartAction, params: Params) -> Sequence[Part]:
    consistent = "ConsistentRead" in params and truth(params["ConsistentRead"])
    return (Part(_table_named(params.get("TableName")), action, params, params.get("IndexName"), consistent),)


def _batch_get(params: Params) -> Sequence[Part]:
    return [
        Part(_table_named(table), "get", {"Key": key}, None, truth(_map(wanted).get("ConsistentRead")))
        for table, wanted in _map(params.get("RequestItems")).items()
        for key in _list(_map(wanted).get("Keys"))
    ]


def _batch_write(params: Params) -> Sequence[Part]:
    return [
        Part(_table_named(table), _BATCHED.get(action, "put"), content)
        for table, entries in _map(params.get("RequestItems")).items()
        for entry in _list(entries)
        for action, content in _entry(entry)
    ]


def _transaction(params: Params) -> Sequence[Part]:
    return [
        Part(_table_named(content.get("TableName")), _TRANSACTED.get(action, "check"), content, None, action == "Get")
        for entry in _list(params.get("TransactItems"))
        for action, content in _entry(entry)
    ]


def _entry(entry: Any) -> Iterator[tuple[str, Params]]:
    """What an entry of a transaction asks for: exactly one action, in a request that DynamoDB accepts."""
    for name, content in (_map(entry) or {"": None}).items():
        yield name, _map(content)


def _stated(params: Params) -> Sequence[Part]:
    return (_statement_part(params, truth(params.get("ConsistentRead"))),)


def _stated_batch(params: Params) -> Sequence[Part]:
    requests = map(_map, _list(params.get("Statements")))
    return [_statement_part(request, truth(request.get("ConsistentRead"))) for request in requests]


def _stated_transaction(params: Params) -> Sequence[Part]:
    return [_statement_part(_map(request), True) for request in _list(params.get("TransactStatements"))]


def _statement_part(request: Params, consistent: bool) -> Part:
    statement = _statement(request)
    if statement is None:
        return Part(UNKNOWN_TABLE, "update", _NOTHING)
    return Part(_table_named(statement.table), _STATED[statement.verb], request, statement.index, consistent)


_SPREADS: Final[Mapping[str, Callable[[Params], Sequence[Part]]]] = {
    **{row.name: partial(_one, _SINGLE.get(row.name, "get")) for row in OPERATIONS.values() if row.items},
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "TransactGetItems": _transaction,
    "TransactWriteItems": _transaction,
    "ExecuteStatement": _stated,
    "BatchExecuteStatement": _stated_batch,
    "ExecuteTransaction": _stated_transaction,
}


def _statement(request: Params) -> StatementSummary | None:
    text = request.get("Statement")
    return read_statement(text) if isinstance(text, str) else None


def _equalities(params: Params) -> Params:
    """The key attributes that a Query compares with ``=``, with their values."""
    text = params.get("KeyConditionExpression")
    if text is None:
        return dict(_legacy_equalities(_map(params.get("KeyConditions"))))
    from pytest_dynamodb.expressions import ExpressionError, key_clauses, parse, resolve
    from pytest_dynamodb.expressions.nodes import ConditionTree

    names, values = _map(params.get("ExpressionAttributeNames")), _map(params.get("ExpressionAttributeValues"))
    try:
        tree = cast("ConditionTree", resolve(parse("KeyConditionExpression", text), names, values))
        clauses = key_clauses(tree)
    except (ExpressionError, AttributeError, TypeError):
        return _NOTHING
    return {clause.attribute: clause.operands[0].wire for clause in clauses if clause.operator == "="}


def _legacy_equalities(conditions: Params) -> Iterator[tuple[str, Any]]:
    for name, condition in conditions.items():
        operands = _list(_map(condition).get("AttributeValueList"))
        if operands and condition.get("ComparisonOperator") == "EQ":
            yield name, operands[0]


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
