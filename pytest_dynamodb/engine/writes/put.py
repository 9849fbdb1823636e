"""A put: of PutItem, BatchWriteItem and TransactWriteItems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.parameters.surfaces import SurfaceName
from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_index_keys, check_item_keys
from pytest_dynamodb.engine.validation.rules.writes import check_return_values
from pytest_dynamodb.engine.validation.values import check_item_size, checked_item
from pytest_dynamodb.engine.validation.wording import wording_of
from pytest_dynamodb.engine.writes.conditions import Conditions, read_conditions
from pytest_dynamodb.engine.writes.storedsize import stored_size
from pytest_dynamodb.engine.writes.write import Write
from pytest_dynamodb.expressions import Dialect

_SURFACES: Final[dict[str, SurfaceName]] = {"PutItem": "PutItem", "TransactWriteItems": "Put"}


class Put(Write):
    """An item in the place of the one with its key."""

    __slots__ = ("_batch", "_item")

    def __init__(self, item: Item, conditions: Conditions, *, batch: bool) -> None:
        super().__init__(item.attributes, item.size, conditions)
        self._item, self._batch = item, batch

    @classmethod
    def read(cls, operation: str, params: Mapping[str, Any], *, dialect: Dialect) -> Put:
        """How expressions are used, the item, then the expressions (dynalite's suite, test/putItem).

        Raises ``ValidationException``.
        """
        surface = _SURFACES.get(operation)
        if surface is not None:
            check_usage(surface, params, dialect=dialect, operation=operation)
        item = checked_item(params["Item"], wording=wording_of(operation, dialect), limit=None)
        if operation == "PutItem":
            check_return_values(params, operation=operation, dialect=dialect)
        check_item_size(item.size)
        conditions = read_conditions(operation, surface, params, dialect=dialect)
        return cls(item, conditions, batch=operation == "BatchWriteItem")

    def aim(self, table: Table) -> None:
        """The item must have the table's keys, and keys of indexes only of their types."""
        check_item_keys(self.key, table.keys.parts, batch=self._batch)
        if table.indexes:
            check_index_keys(self.key, table.index_keys)
            check_item_size(stored_size(table, self._item))

    def outcome(self, table: Table, old: Item | None) -> Item | None:
        """The item put."""
        return self._item
