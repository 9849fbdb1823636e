"""An update: of UpdateItem and TransactWriteItems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.updates import (
    LEGACY_MISMATCH,
    CompiledUpdate,
    Updated,
    check_keys_kept,
    compile_update,
)
from pytest_dynamodb.engine.legacy.attributeupdates import attribute_updates
from pytest_dynamodb.engine.parameters.surfaces import SurfaceName
from pytest_dynamodb.engine.storage.item import Attributes, Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_index_keys, check_key
from pytest_dynamodb.engine.validation.values import check_updated_size, checked_item
from pytest_dynamodb.engine.validation.wording import wording_of
from pytest_dynamodb.engine.writes.conditions import Conditions, read_conditions
from pytest_dynamodb.engine.writes.storedsize import stored_size
from pytest_dynamodb.engine.writes.write import Write
from pytest_dynamodb.expressions import Dialect
from pytest_dynamodb.values import item_size

_SURFACES: Final[dict[str, SurfaceName]] = {"UpdateItem": "UpdateItem", "TransactWriteItems": "Update"}


class Update(Write):
    """Changes to the item with a key, or to a new one that is made of the key.

    ``updated`` is what the last ``outcome`` did; ``None`` where there is nothing to change.
    """

    __slots__ = ("_update", "updated")

    def __init__(self, key: Item, conditions: Conditions, update: CompiledUpdate | None) -> None:
        super().__init__(key.attributes, key.size, conditions)
        self._update = update
        self.updated: Updated | None = None

    @classmethod
    def read(cls, operation: str, params: Mapping[str, Any], *, dialect: Dialect) -> Update:
        """Usage of expressions, the key's values, then the expressions. Raises ``ValidationException``."""
        key = checked_item(params["Key"], wording=wording_of(operation, dialect), limit=None)
        conditions = read_conditions(operation, _SURFACES[operation], params, dialect=dialect)
        update = None if conditions.update is None else compile_update(conditions.update)
        legacy = attribute_updates(params, dialect=dialect)
        if legacy is not None:
            update = compile_update(legacy, mismatch=LEGACY_MISMATCH)
        return cls(key, conditions, update)

    def aim(self, table: Table) -> None:
        """The key must be one of the table's, and no part of it may be updated."""
        check_key(self.key, table.keys.parts)
        if self._update is not None:
            check_keys_kept(self._update.paths, table.keys.names)

    def outcome(self, table: Table, old: Item | None) -> Item | None:
        """The item with the changes made."""
        if self._update is None:
            return Item(self.key, self.size) if old is None else old
        self.updated = self._update.apply(None if old is None else old.attributes, self.key)
        attributes = self.updated.attributes
        # The stored item is what must not be nested too deep (dynamodb-conformance, limits/nestingDepth).
        deep = any(len(path.parts) > 1 for path in self._update.paths)
        item = checked_item(attributes, limit=None) if deep else Item(attributes, item_size(attributes))
        # AWS adds the update's own bytes and leaves the keys out (nubo-db/dynoxide, measured on AWS).
        check_updated_size(max(item.size, item.size - self.size + self._update.overhead))
        check_updated_size(stored_size(table, item))
        before: Attributes = {} if old is None else old.attributes
        if table.indexes:
            check_index_keys(attributes, table.index_keys, before=before)
        return item
