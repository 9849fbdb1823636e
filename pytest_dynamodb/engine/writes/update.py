"""An update: of UpdateItem and TransactWriteItems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.evaluation.charges import charge, may_matter
from pytest_dynamodb.engine.evaluation.operands import WRONG_TYPE
from pytest_dynamodb.engine.evaluation.updates import (
    LEGACY_MISMATCH,
    CompiledUpdate,
    Updated,
    check_keys_kept,
    compile_update,
)
from pytest_dynamodb.engine.parameters.keypaths import check_index_types, check_key_paths
from pytest_dynamodb.engine.storage.item import Attributes, Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_index_keys, check_key
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import check_updated_size, checked_item
from pytest_dynamodb.engine.writes.conditions import Conditions, read_keyed
from pytest_dynamodb.engine.writes.storedsize import stored_size
from pytest_dynamodb.engine.writes.write import Write
from pytest_dynamodb.expressions.nodes import Update as UpdateTree
from pytest_dynamodb.values import item_size


class Update(Write):
    """Changes to the item with a key, or to a new one that is made of the key.

    ``updated`` is what the last ``outcome`` did; ``None`` where there is nothing to change.
    """

    __slots__ = ("_charge", "_deep", "_nested", "_tree", "_update", "updated")

    def __init__(
        self,
        key: Item,
        conditions: Conditions,
        update: CompiledUpdate | None,
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
        self.updated: Updated | None = None

    @classmethod
    def read(cls, surface: Surface, params: Mapping[str, Any]) -> Update:
        """The key, the changes and the conditions. Raises ``ValidationException``."""
        key, conditions = read_keyed(surface, params)
        tree = conditions.update
        if tree is None:
            return cls(key, conditions, None)
        text = params.get("UpdateExpression")
        legacy, nested = text is None, text is not None and ("." in text or "[" in text)
        update = compile_update(tree, mismatch=LEGACY_MISMATCH if legacy else WRONG_TYPE)
        charged = charge(tree) if surface.charged and not legacy and may_matter(params) else 0
        # Where values may be a level too deep, they are still not stored so (limits/nestingDepth).
        deep = surface.spare_levels > 0 and _may_be_deep(params.get("ExpressionAttributeValues") or {})
        return cls(key, conditions, update, tree=tree, charge=charged, nested=nested, deep=deep)

    def check_against(self, table: Table) -> None:
        """The key must be one of the table's, and no part of it may be updated; nor an index's to another type."""
        check_key(self.key, table.keys.parts)
        if self._update is None:
            return
        check_keys_kept(self._update.paths, table.keys.names)
        if self._tree is not None:
            if table.indexes:
                check_index_types(self._tree, table.index_keys)
            if self._nested:
                check_key_paths(self._tree, table)
        check_updated_size(self._charge)

    def outcome(self, table: Table, old: Item | None) -> Item | None:
        """The item with the changes made."""
        if self._update is None:
            return Item(self.key, self.size) if old is None else old
        self.updated = self._update.apply(None if old is None else old.attributes, self.key)
        attributes = self.updated.attributes
        # The stored item is what must not be nested too deep (dynamodb-conformance, limits/nestingDepth).
        item = checked_item(attributes, limit=None) if self._deep else Item(attributes, item_size(attributes))
        check_updated_size(stored_size(table, item))
        before: Attributes = {} if old is None else old.attributes
        if table.indexes:
            check_index_keys(attributes, table.index_keys, before=before)
        return item


def _may_be_deep(values: Mapping[str, Any]) -> bool:
    return any("M" in value or "L" in value for value in values.values())
