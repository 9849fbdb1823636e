"""Writes to one item: put, update, delete and condition check, and how each is carried out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.evaluation import updates
from pytest_dynamodb.engine.evaluation.charges import charge, may_matter
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.legacy import attribute_updates, expected_condition
from pytest_dynamodb.engine.parameters.expressions import bind_expressions, check_usage
from pytest_dynamodb.engine.parameters.keypaths import check_index_types, check_key_paths
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.validation.constraints import is_deep
from pytest_dynamodb.engine.validation.keys import check_index_keys, check_item_keys, check_key
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import check_item_size, check_updated_size, checked_item
from pytest_dynamodb.engine.validation.wording import CLASSIC, Wording
from pytest_dynamodb.engine.vectors.index import check_vectors
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.expressions.nodes import UpdateTree
from pytest_dynamodb.values import item_size

# --- conditions ---
# Of a write, from an expression or from the legacy Expected.


@dataclass(frozen=True, slots=True)
class Conditions:
    """The expressions of a write, ready to be applied.

    ``test``     what the item must meet; ``None`` is nothing
    ``failure``  ReturnValuesOnConditionCheckFailure
    ``update``   what an update changes, from an expression or from AttributeUpdates
    """

    test: Callable[[Attributes], bool] | None = None
    failure: str | None = None
    update: UpdateTree | None = None


UNCONDITIONAL: Final = Conditions()


def read_keyed(surface: Surface, params: Mapping[str, Any]) -> tuple[StoredItem, Conditions]:
    """The key and the conditions of a write that has a Key.

    How expressions are used comes first. Then a single call's key comes before its expressions (dynalite's suite,
    test/updateItem); in a transaction it comes after them (validation-ordering/deepRequests). Raises
    ``ValidationException``.
    """
    if surface.expressions:
        check_usage(surface, params)
    if surface.key_last:
        conditions = read_conditions(surface, params)
        return _key(surface, params), conditions
    key = _key(surface, params)
    if surface.only_old:
        check_return_values(surface, params)
    return key, read_conditions(surface, params)


def _key(surface: Surface, params: Mapping[str, Any]) -> StoredItem:
    return checked_item(params["Key"], wording=surface, limit=None)


def read_conditions(surface: Surface, params: Mapping[str, Any]) -> Conditions:
    """The expressions of a write or their legacy counterparts, checked in AWS's order; ``check_usage`` has passed.

    Raises ``ValidationException``.
    """
    if not surface.expressions:
        return UNCONDITIONAL
    changes = None
    if "AttributeUpdates" in params and "AttributeUpdates" in surface.legacy:
        changes = attribute_updates(params, surface)
    bound = bind_expressions(surface, params)
    tree = bound.condition
    if tree is None and "Expected" in params and "Expected" in surface.legacy:
        tree = expected_condition(params, surface)
    test = None if tree is None else compile_condition(tree)
    return Conditions(test, params.get("ReturnValuesOnConditionCheckFailure"), bound.update or changes)


_ONLY_OLD = "ReturnValues can only be ALL_OLD or NONE"


def check_return_values(wording: Wording, params: Mapping[str, Any]) -> None:
    """Raise ValidationException if a put or a delete is asked for new attributes. Checked after the item's values.

    (dynalite, test/putItem; behind an envelope where the operation has one: error-messages/deleteItem, 2026-10-09; but
    not if a value is nested too deep for the newer validator: deepRequests.)
    """
    if params.get("ReturnValues") not in {None, "ALL_OLD", "NONE"}:
        raise (CLASSIC if is_deep(params) else wording).refusal(_ONLY_OLD)


# --- writes ---
# What all of them share: where they go, on what condition, and how a call carries one out.

FAILED_CONDITION = "The conditional request failed"

_NO_ATTRIBUTES: Attributes = {}


class Write(ABC):
    """A write to one item, checked as far as that goes without its table.

    ``key``        attributes among which the key is; canonical
    ``size``       bytes that count towards the limit of a batch or a transaction
    ``condition``  what the item must meet; ``None`` is no condition
    ``failure``    ReturnValuesOnConditionCheckFailure
    """

    condition: Callable[[Attributes], bool] | None
    failure: str | None
    key: Attributes
    size: int

    __slots__ = ("condition", "failure", "key", "size")

    def __init__(self, key: Attributes, size: int, conditions: Conditions) -> None:
        self.key, self.size = key, size
        self.condition, self.failure = conditions.test, conditions.failure

    @abstractmethod
    def check_against(self, table: Table) -> None:
        """Check what depends on the table's schema. Raises ``ValidationException``."""

    @abstractmethod
    def outcome(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """The item after the write; ``None`` is no item. Changes nothing. Raises ``ValidationException``."""

    def check(self, old: StoredItem | None) -> None:
        """Raise ConditionalCheckFailedException if the condition does not hold, with the item where that is wanted."""
        if self.condition is None or self.condition(_NO_ATTRIBUTES if old is None else old.attributes):
            return
        members: dict[str, Any] = {}
        if self.failure == "ALL_OLD" and old is not None:
            members["Item"] = old.attributes
        raise error_for("ConditionalCheckFailedException", FAILED_CONDITION, members=members)


def carry_out(call: Call, write: Write, table: Table) -> Change:
    """Check a write's keys and condition, and do it. Raises ``DynamoDbError``, and then nothing was changed."""
    write.check_against(table)
    old = table.get(write.key)
    write.check(old)
    return apply(call, table, write.key, old, write.outcome(table, old))


def apply(call: Call, table: Table, key: Attributes, old: StoredItem | None, new: StoredItem | None) -> Change:
    """Store the result of a write, and tell its followers. The one place where items change."""
    if new is None and old is None:
        return Change(None, None)
    table = call.writable(table)
    change = table.delete(key) if new is None else table.put(new)
    settings = table.settings
    if settings.stream is not None or settings.recovery is not None or settings.replicas or settings.destinations:
        tell(call, table, Written(change, call.clock.now()))
    return change


def tell(call: Call, table: Table, written: Written) -> None:
    """Tell the followers of a table's change: streams, history, replicas. The table is this region's own."""
    for follower in call.followers:
        follower(call, table, written)


def returned(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """An answer's ``Attributes``: absent where there are none."""
    return {"Attributes": attributes} if attributes else {}


def stored_size(table: Table, item: StoredItem) -> int:
    """Bytes that the limit of an item's size counts: those of its entries in local indexes, too.

    (Developer guide, "Quotas": Item size for tables with LSIs.)
    """
    entries = [index.schema.entry(item) for index in table.local_indexes]
    return item.size + sum(entry.size for entry in entries if entry is not None)


# --- puts ---
# Of PutItem, BatchWriteItem and TransactWriteItems.


class Put(Write):
    """A put stores an item in place of the one with its key."""

    __slots__ = ("_batch", "_item")

    def __init__(self, item: StoredItem, conditions: Conditions, *, batch: bool) -> None:
        super().__init__(item.attributes, item.size, conditions)
        self._item, self._batch = item, batch

    @classmethod
    def read(cls, surface: Surface, params: Mapping[str, Any]) -> Put:
        """How expressions are used, the item, then the expressions (dynalite's suite, test/putItem).

        Raises ``ValidationException``.
        """
        if surface.expressions:
            check_usage(surface, params)
        item = checked_item(params["Item"], wording=surface, limit=None)
        if surface.only_old:
            check_return_values(surface, params)
        check_item_size(item.size)
        return cls(item, read_conditions(surface, params), batch=surface.operation == "BatchWriteItem")

    def check_against(self, table: Table) -> None:
        """The item must have the table's keys, and keys of indexes only of their types."""
        check_item_keys(self.key, table.keys.parts, batch=self._batch)
        if table.indexes:
            check_index_keys(self.key, table.index_keys)
            check_item_size(stored_size(table, self._item))
        if vectors := table.settings.vectors:
            check_vectors(vectors.values(), self.key)

    def outcome(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        return self._item


# --- deletes ---
# Of DeleteItem, BatchWriteItem and TransactWriteItems.


class Delete(Write):
    """A delete removes the item with a key."""

    __slots__ = ()

    @classmethod
    def read(cls, surface: Surface, params: Mapping[str, Any]) -> Delete:
        """The key and the conditions. Raises ``ValidationException``."""
        key, conditions = read_keyed(surface, params)
        return cls(key.attributes, key.size, conditions)

    def check_against(self, table: Table) -> None:
        """The key must be one of the table's."""
        check_key(self.key, table.keys.parts)

    def outcome(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        return None


# --- condition checks ---
# Of TransactWriteItems: writes that write nothing.


class ConditionCheck(Write):
    """A condition that an item must meet for others to be written."""

    __slots__ = ()

    @classmethod
    def read(cls, surface: Surface, params: Mapping[str, Any]) -> ConditionCheck:
        """The key and the condition. Raises ``ValidationException``."""
        key, conditions = read_keyed(surface, params)
        return cls(key.attributes, key.size, conditions)

    def check_against(self, table: Table) -> None:
        """The key must be one of the table's."""
        check_key(self.key, table.keys.parts)

    def outcome(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        return old


# --- updates ---
# Of UpdateItem and TransactWriteItems.


class UpdateWrite(Write):
    """Changes to the item with a key, or to a new one that is made of the key.

    Where there is no item, changes that only remove make none: they are not even looked at (Parity Suite's captures of
    October 2026). ``updated`` is what the last ``outcome`` did; ``None`` where there is nothing to change.
    """

    __slots__ = ("_charge", "_deep", "_nested", "_tree", "_update", "updated")

    def __init__(
        self,
        key: StoredItem,
        conditions: Conditions,
        update: updates.CompiledUpdate | None,
        *,
        tree: UpdateTree | None = None,
        charge: int = 0,
        nested: bool = True,
        deep: bool = False,
    ) -> None:
        """``charge``: bytes that the statement counts as. ``nested``: paths in it may lead into attributes.

        ``deep``: what is set may itself be nested too deep.
        """
        super().__init__(key.attributes, key.size, conditions)
        self._update, self._tree, self._charge, self._nested = update, tree, charge, nested
        self._deep = deep or (update is not None and any(len(path.parts) > 1 for path in update.paths))
        self.updated: updates.Updated | None = None

    @classmethod
    def read(cls, surface: Surface, params: Mapping[str, Any]) -> UpdateWrite:
        """The key, the changes and the conditions. Raises ``ValidationException``."""
        key, conditions = read_keyed(surface, params)
        tree = conditions.update
        if tree is None:
            return cls(key, conditions, None)
        text = params.get("UpdateExpression")
        legacy, nested = text is None, text is not None and ("." in text or "[" in text)
        update = updates.compile_update(tree, mismatch=updates.LEGACY_MISMATCH if legacy else updates.WRONG_TYPE)
        charged = charge(tree) if surface.charged and not legacy and may_matter(params) else 0
        # Where values may be a level too deep, they are still not stored so (limits/nestingDepth).
        deep = surface.spare_levels > 0 and _may_be_deep(params.get("ExpressionAttributeValues") or {})
        return cls(key, conditions, update, tree=tree, charge=charged, nested=nested, deep=deep)

    def check_against(self, table: Table) -> None:
        """The key must be one of the table's, and no part of it may be updated; nor an index's to another type."""
        check_key(self.key, table.keys.parts)
        if self._update is None:
            return
        updates.check_keys_kept(self._update.paths, table.keys.names)
        if self._tree is not None:
            if table.indexes:
                check_index_types(self._tree, table.index_keys)
            if self._nested:
                check_key_paths(self._tree, table)
        check_updated_size(self._charge)

    def outcome(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """The item with the changes made; ``None`` where there was none and nothing is set."""
        if self._update is None:
            return StoredItem(self.key, self.size) if old is None else old
        if old is None and self._update.only_removes:
            self.updated = None
            return None
        self.updated = self._update.apply(None if old is None else old.attributes, self.key)
        attributes = self.updated.attributes
        # The stored item is what must not be nested too deep (dynamodb-conformance, limits/nestingDepth).
        item = checked_item(attributes, limit=None) if self._deep else StoredItem(attributes, item_size(attributes))
        check_updated_size(stored_size(table, item))
        before: Attributes = {} if old is None else old.attributes
        if table.indexes:
            check_index_keys(attributes, table.index_keys, before=before)
        if vectors := table.settings.vectors:
            check_vectors(vectors.values(), attributes, before=before)
        return item


def _may_be_deep(values: Mapping[str, Any]) -> bool:
    return any("M" in value or "L" in value for value in values.values())
