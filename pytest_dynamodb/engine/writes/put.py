"""A put: of PutItem, BatchWriteItem and TransactWriteItems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_index_keys, check_item_keys
from pytest_dynamodb.engine.validation.rules.writes import check_return_values
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import check_item_size, checked_item
from pytest_dynamodb.engine.writes.conditions import Conditions, read_conditions
from pytest_dynamodb.engine.writes.storedsize import stored_size
from pytest_dynamodb.engine.writes.write import Write


class Put(Write):
    """An item in the place of the one with its key."""

    __slots__ = ("_batch", "_item")

    def __init__(self, item: Item, conditions: Conditions, *, batch: bool) -> None:
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

    def outcome(self, table: Table, old: Item | None) -> Item | None:
        """The item put."""
        return self._item
