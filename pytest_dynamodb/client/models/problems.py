"""What goes wrong with models, before anything is sent or after something was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.errors import ConditionalCheckFailedException, PytestDynamoDbError


class InvalidValue(PytestDynamoDbError, ValueError):
    """A value cannot be stored as its field says. Nothing has been sent."""


class InvalidKey(InvalidValue):
    """A key cannot be made of these values: one is missing, empty, or holds the delimiter of the parts of a key."""


class InvalidUpdate(PytestDynamoDbError, ValueError):
    """An update of a typed item would make it inconsistent: with its keys in an index, say. Nothing has been sent."""


class InvalidItem(PytestDynamoDbError, ValueError):
    """An item in the table does not fit the model. ``item`` is what was read, the cause is pydantic's error."""

    def __init__(self, table: str, model: str, item: Mapping[str, Any], problem: object) -> None:
        self.table, self.model, self.item = table, model, dict(item)
        super().__init__(
            f"{table}: an item is no {model}: {problem}\nRead it with raw=True, or into a model of the fields it has"
        )


class VersionConflict(ConditionalCheckFailedException):
    """Somebody else has written the item since it was read. ``item`` is what is there now, ``None`` for nothing.

    ``expected`` is the version that was to be replaced, 0 for an item that was to be new; ``found`` is the version
    in the table.
    """

    expected: int = 0
    found: int | None = None


def version_conflict(error: ConditionalCheckFailedException, expected: int, found: int | None) -> VersionConflict:
    """The failure as ``VersionConflict``."""
    there = "there is none" if found is None else f"version {found} is there"
    conflict = VersionConflict(
        f"version {expected} was to be written over, but {there}" if expected else f"it was to be new, but {there}",
        operation=error.operation,
        table=error.table,
        request_id=error.request_id,
        status=error.status,
        item=error.item,
        members=error.members,
    )
    conflict.expected, conflict.found = expected, found
    return conflict
