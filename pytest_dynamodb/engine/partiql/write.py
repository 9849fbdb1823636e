"""Statements that write: the one item that each names, and the write that it becomes.

===========  ==============  ===================================================================
statement    write           on what condition
===========  ==============  ===================================================================
INSERT       Put             there is no item: otherwise DuplicateItemException
UPDATE       UpdateWrite     there is an item, and it meets the rest of WHERE: it makes none
DELETE       Delete          there is no item, or it meets the rest of WHERE
EXISTS       ConditionCheck  there is an item, and it meets the rest of WHERE
===========  ==============  ===================================================================

(dynamodb-conformance, partiql/executeStatement, whereFunctions and fromFirstUpdate.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import project_paths
from pytest_dynamodb.engine.evaluation.updates import compile_update
from pytest_dynamodb.engine.parameters.keypaths import check_scalar_keys
from pytest_dynamodb.engine.partiql.messages import reject, text
from pytest_dynamodb.engine.partiql.plan import key_clause
from pytest_dynamodb.engine.partiql.request import BoundStatement
from pytest_dynamodb.engine.partiql.syntax import (
    DeleteStatement,
    InsertStatement,
    Parameter,
    ReturningClause,
    Select,
    Struct,
    UpdateStatement,
)
from pytest_dynamodb.engine.partiql.trees import update_tree
from pytest_dynamodb.engine.partiql.values import literal
from pytest_dynamodb.engine.schema import KeySchema
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.validation.keys import NO_MATCH
from pytest_dynamodb.engine.validation.values import check_item_size
from pytest_dynamodb.engine.validation.wording import CLASSIC, BadValue
from pytest_dynamodb.engine.writes.write import (
    UNCONDITIONAL,
    ConditionCheck,
    Conditions,
    Delete,
    Put,
    UpdateWrite,
    Write,
)
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.values import AttributeValue, item_size

StatementKey = dict[str, dict[str, Any]]


class NotOneItem(ValidationException):
    """A WHERE that does not fix the key of exactly one item with values of the key's types.

    ``reason`` is the message in a transaction, where this is a reason for cancellation (hectorvent/floci's captures).
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


def split_key(
    where: nodes.ConditionTree | None, keys: KeySchema, *, conflicts: bool = False
) -> tuple[StatementKey, list[nodes.ConditionTree]]:
    """The key that equalities fix, and the remaining conditions.

    Two values for one key attribute are an error, or with ``conflicts`` conditions: EXISTS takes the first value.
    Raises NotOneItem.
    """
    key: StatementKey = {}
    others: list[nodes.ConditionTree] = []
    for condition in () if where is None else _conjuncts(where):
        clause = key_clause(condition, keys.names)
        if clause is None or clause.operator != "=":
            others.append(condition)
            continue
        value = clause.operands[0].wire
        if key.setdefault(clause.attribute, value) != value:
            if not conflicts:
                message = text("several-keys", name=clause.attribute)
                raise NotOneItem(message, message)
            others.append(condition)
    if len(key) != len(keys.parts):
        raise NotOneItem(text("no-key"), NO_MATCH)
    return key, others


def _conjuncts(condition: nodes.ConditionTree) -> Iterator[nodes.ConditionTree]:
    if isinstance(condition, nodes.And):
        for part in condition.conditions:
            yield from _conjuncts(part)
    else:
        yield condition


# --- writes ---

_DUPLICATE: Final = "Duplicate primary key exists in table"


class Insert(Put):
    """A put that requires that there is no item yet."""

    __slots__ = ()

    def check(self, old: StoredItem | None) -> None:
        """Raise DuplicateItemException if there is an item."""
        if old is not None:
            raise error_for("DuplicateItemException", _DUPLICATE)


class Modify(UpdateWrite):
    """An update whose size is that of the item (dynamodb-conformance, limits/itemSizeBySurface), and whose depth is
    limited.
    """

    __slots__ = ("paths",)

    def __init__(self, key: StoredItem, conditions: Conditions, tree: nodes.UpdateTree) -> None:
        compiled = compile_update(tree)
        super().__init__(key, conditions, compiled, tree=tree)
        self.paths: tuple[nodes.Path, ...] = compiled.paths

    def outcome(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """The updated item. The message for one that is too deep is shorter here (hectorvent/floci's captures)."""
        try:
            return super().outcome(table, old)
        except ValidationException as problem:
            if problem.message == CLASSIC.about(BadValue("nesting")).message:
                reject("levels")
            raise


def write_of(bound: BoundStatement, table: Table, *, failure: str | None = None) -> Write:
    """The write that a statement becomes, for its table's keys.

    ``failure`` is ReturnValuesOnConditionCheckFailure. Raises ValidationException; NotOneItem for its key.
    """
    statement = bound.statement
    match statement:
        case InsertStatement():
            return _insert(statement, bound.parameters)
        case UpdateStatement():
            tree = update_tree(statement.assignments, bound.parameters)
            key, others = split_key(bound.where, table.keys)
            _check_key_paths(table, others)
            return Modify(_item(key), _if(_all([_exists(table), *others]), failure), tree)
        case DeleteStatement():
            key, others = split_key(bound.where, table.keys)
            _check_key_paths(table, others)
            item = _item(key)
            return Delete(item.attributes, item.size, _if(_or_absent(table, others), failure))
        case Select():
            return _check(bound, table, failure)


def _check(bound: BoundStatement, table: Table, failure: str | None) -> ConditionCheck:
    key, others = split_key(bound.where, table.keys, conflicts=True)
    if not others:
        reject("exists-read")
    item = _item(key)
    return ConditionCheck(item.attributes, item.size, _if(_all([_exists(table), *others]), failure))


def _check_key_paths(table: Table, trees: Sequence[nodes.ConditionTree]) -> None:
    index_keys = [name for index in table.indexes.values() for name in index.schema.keys.names]
    check_scalar_keys(trees, table.keys.names, index_keys)


def _insert(statement: InsertStatement, parameters: Sequence[AttributeValue]) -> Insert:
    if statement.returning is not None:
        reject("insert-returning")
    if not isinstance(statement.value, Struct):
        reject("insert-value")
    attributes = {
        name: parameters[value.index] if isinstance(value, Parameter) else literal(value)
        for name, value in statement.value.members
    }
    if "" in attributes:
        raise CLASSIC.about(BadValue("empty-name"))
    size = item_size(attributes)
    check_item_size(size)
    return Insert(StoredItem(attributes, size), UNCONDITIONAL, batch=False)


def _item(key: StatementKey) -> StoredItem:
    return StoredItem(key, item_size(key))


def _if(condition: nodes.ConditionTree | None, failure: str | None) -> Conditions:
    return Conditions(None if condition is None else compile_condition(condition), failure)


def _all(conditions: list[nodes.ConditionTree]) -> nodes.ConditionTree:
    return conditions[0] if len(conditions) == 1 else nodes.And(tuple(conditions))


def _exists(table: Table) -> nodes.ConditionTree:
    return nodes.Function("attribute_exists", (_key_path(table),))


def _or_absent(table: Table, conditions: list[nodes.ConditionTree]) -> nodes.ConditionTree | None:
    if not conditions:
        return None
    return nodes.Or((nodes.Function("attribute_not_exists", (_key_path(table),)), _all(conditions)))


def _key_path(table: Table) -> nodes.Path:
    return nodes.Path((nodes.Name(table.keys.hash[0][0]),))


# --- RETURNING ---


def check_returning(bound: BoundStatement) -> None:
    """Raise ValidationException for a RETURNING that DELETE does not take."""
    statement = bound.statement
    if isinstance(statement, DeleteStatement) and statement.returning not in {None, ReturningClause("ALL", "OLD")}:
        reject("delete-returning", clause=statement.returning)


def returning_of(bound: BoundStatement) -> ReturningClause | None:
    return None if isinstance(bound.statement, Select) else bound.statement.returning


def returned_item(returning: ReturningClause | None, write: Write, change: Change) -> Attributes | None:
    """The attributes that RETURNING asks for; ``None`` if there are none.

    MODIFIED is what is at the statement's paths before or after, even if something else has moved there
    (dynamodb-conformance, partiql/executeStatement).
    """
    if returning is None:
        return None
    item = change.old if returning.when == "OLD" else change.new
    if item is None or returning.which == "ALL" or not isinstance(write, Modify):
        return None if item is None else item.attributes
    return project_paths(write.paths, item.attributes) or None
