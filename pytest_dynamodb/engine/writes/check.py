"""A condition check of TransactWriteItems: a write that writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.writes.conditions import read_keyed
from pytest_dynamodb.engine.writes.write import Write


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

    def outcome(self, table: Table, old: Item | None) -> Item | None:
        """What there is."""
        return old
