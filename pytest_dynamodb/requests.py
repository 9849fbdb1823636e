"""What a request is about: its parts, each of them one item or one collection of a table. As far as parameters tell.

Single calls, batches, transactions, legacy parameters and PartiQL alike. Nothing is wrong enough to raise: what is
malformed is DynamoDB's to say, and a part of which nothing can be told is a part all the same, so that parts stand
where the request's entries do.
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
"""What is done with a part; ``get`` is any read, ``check`` a ConditionCheck."""

UNTOLD: Final = ""
"""The name of a table that cannot be told."""

TRUE: Final = frozenset({"TRUE", "1", "YES"})
"""Texts that AWS takes for ``true``, in capitals."""

_NOTHING: Final[Params] = {}


class Part(NamedTuple):
    """One item's part of a request, or a Query's or Scan's. ``content`` holds the item, the key or the key condition.

    ``consistent``: it is a read that sees every write before it.
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
        """The item's key and nothing else; ``None`` where a request says it with other attributes, or not at all."""
        key = self.content.get("Key")
        return key if isinstance(key, dict) else None

    @property
    def attributes(self) -> Params:
        """Attributes, in wire form, among which are those of the key that the request names outright.

        Of an item that is put all of them, of a Query those that its key condition wants to be equal to something.
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
    """The parts of a request about items, in the order written; none of other requests."""
    spread = _SPREADS.get(operation)
    return () if spread is None else spread(params)


def tables_of(operation: str, params: Params) -> tuple[str, ...]:
    """The tables that a request names, each once, in their order; ``UNTOLD`` among them where one cannot be told.

    A request that needs no table and names none has none.
    """
    row = OPERATIONS.get(operation)
    if row is None or row.members or row.optional:
        members, optional = (_ANY_MEMBERS, False) if row is None else (row.members, row.optional)
        found = [_named(member, value) for member in members if (value := _member(params, member)) is not None]
        return tuple(dict.fromkeys(found)) or (() if optional else (UNTOLD,))
    return tuple(dict.fromkeys([*_batched(params), *(part.table for part in parts(operation, params))])) or (UNTOLD,)


def changes_nothing(operation: str, params: Params) -> bool:
    """Whether a request surely leaves items, tables and settings as they are."""
    row = OPERATIONS.get(operation)
    if row is None or row.effect != "stated":
        return row is not None and row.effect == "reads"
    return all(part.action == "get" for part in parts(operation, params))


def capacity_kind(operation: str, params: Params) -> CapacityKind | None:
    """Whether a request reads or writes items, and so which capacity units it uses; ``None`` if neither."""
    row = OPERATIONS.get(operation)
    if row is None or not row.items:
        return None
    return "Read" if changes_nothing(operation, params) else "Write"


def is_write(operation: str, params: Params) -> bool:
    """Whether a request may change items."""
    return capacity_kind(operation, params) == "Write"


def truth(content: Any) -> bool:
    """A boolean as AWS reads it: ``true`` and ``false``, and the words it takes for them."""
    return content is True or (isinstance(content, str) and content.upper() in TRUE)


def table_name(given: str) -> str:
    """A table's name, where it may also be given as an ARN of it or of what belongs to it, such as its stream."""
    if given.startswith("arn:") and ":table/" in given:
        return given.split(":table/", 1)[1].split("/", 1)[0]
    return given


# --- tables ----------------------------------------------------------------------------------------------------------

#: Of operations that are newer than this package.
_ANY_MEMBERS: Final = tuple(dict.fromkeys(member for row in OPERATIONS.values() for member in row.members))


def _member(params: Params, path: str) -> Any:
    value: Any = params
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _named(member: str, given: Any) -> str:
    """The table that a member names, which may give it by its name only where it is called so."""
    name = _told(given)
    return UNTOLD if name == given and not member.endswith("Name") else name


def _told(given: Any) -> str:
    """The name of a table, ``UNTOLD`` of what is no table's name and no ARN of one."""
    if not isinstance(given, str):
        return UNTOLD
    if not given.startswith("arn:"):  # nearly always: a replay asks this for each of its recordings
        return given
    name = table_name(given)
    return UNTOLD if name is given else name


def _batched(params: Params) -> Iterator[str]:
    """The tables of a batch, those with no entries as well."""
    yield from map(_told, _map(params.get("RequestItems")))


# --- parts -----------------------------------------------------------------------------------------------------------

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
    return (Part(_told(params.get("TableName")), action, params, params.get("IndexName"), consistent),)


def _batch_get(params: Params) -> Sequence[Part]:
    return [
        Part(_told(table), "get", {"Key": key}, None, truth(_map(wanted).get("ConsistentRead")))
        for table, wanted in _map(params.get("RequestItems")).items()
        for key in _list(_map(wanted).get("Keys"))
    ]


def _batch_write(params: Params) -> Sequence[Part]:
    return [
        Part(_told(table), _BATCHED.get(action, "put"), content)
        for table, entries in _map(params.get("RequestItems")).items()
        for entry in _list(entries)
        for action, content in _entry(entry)
    ]


def _transaction(params: Params) -> Sequence[Part]:
    return [
        Part(_told(content.get("TableName")), _TRANSACTED.get(action, "check"), content, None, action == "Get")
        for entry in _list(params.get("TransactItems"))
        for action, content in _entry(entry)
    ]


def _entry(entry: Any) -> Iterator[tuple[str, Params]]:
    """What is to be done: one thing, in a request that DynamoDB accepts."""
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
        return Part(UNTOLD, "update", _NOTHING)
    return Part(_told(statement.table), _STATED[statement.verb], request, statement.index, consistent)


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
    """The key attributes that a Query wants to be equal to something."""
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
