"""What a Query or Scan reads: a table's items, or the entries of one of its indexes."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.schema import IndexSchema, KeySchema
from pytest_dynamodb.engine.storage.partition import Attributes, Identity, SortPosition, StoredItem
from pytest_dynamodb.engine.storage.store import Store
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

_NO_INDEX: Final = "The table does not have the specified index: {name}"
_BACKFILLING: Final = "Cannot read from backfilling global secondary index: {name}"
_NOT_READ: Final = "{operation} operation not supported on this index type"
_NOT_CONSISTENT: Final = "Consistent reads are not supported on global secondary indexes"


class Source:
    """A table's items or an index's entries, and how they are placed.

    ``keys``       the key schema that is queried by
    ``key_names``  the names in a LastEvaluatedKey: for an index its keys and the table's
    ``index``      ``None`` for the table itself
    """

    index: IndexSchema | None
    keys: KeySchema
    store: Store
    table: Table

    __slots__ = ("index", "key_names", "keys", "store", "table")

    def __init__(self, table: Table, keys: KeySchema, store: Store, index: IndexSchema | None) -> None:
        self.table, self.keys, self.store, self.index = table, keys, store, index
        self.key_names: tuple[str, ...] = keys.names if index is None else index.key_names

    def identity(self, attributes: Attributes) -> Identity:
        """The partition that an item, entry or start key belongs to."""
        return self.keys.identity(attributes)

    def order(self, attributes: Attributes) -> SortPosition:
        """The place of an item, entry or start key in its partition."""
        return self.keys.order(attributes) if self.index is None else self.index.order(attributes)

    def key_of(self, item: StoredItem) -> dict[str, Any]:
        """The LastEvaluatedKey that names an item or entry."""
        attributes = item.attributes
        return {name: attributes[name] for name in self.key_names}

    def item_of(self, entry: StoredItem) -> StoredItem:
        """The table's item that an index's entry stands for."""
        item = self.table.get(entry.attributes)
        return entry if item is None else item


def source_of(table: Table, params: dict[str, Any], *, now: float) -> Source:
    """The table or index that the parameters name.

    Raises ValidationException for an index that is not there, or a consistent read of a global one.

    A vector index is searched, not read: see ``check_readable``.
    """
    name = params.get("IndexName")
    if name is None:
        return Source(table, table.keys, table.store, None)
    index = table.indexes.get(name)
    if index is None:
        raise ValidationException(_NO_INDEX.format(name=name))
    if index.schema.is_global:
        if truth(params.get("ConsistentRead")):
            raise ValidationException(_NOT_CONSISTENT)
        _check_filled(table, name, now)
    return Source(table, index.schema.keys, index.store, index.schema)


def check_readable(table: Table, params: dict[str, Any], operation: str) -> None:
    """Raise ValidationException for a vector index, which neither Query nor Scan reads.

    The full stop is AWS's, as is the order (nubo-db/dynoxide, captured in eu-west-2 on 2026-08-19).
    """
    if params.get("IndexName") not in table.settings.vectors:
        return
    if truth(params.get("ConsistentRead")):
        raise ValidationException(_NOT_CONSISTENT)
    raise ValidationException(_NOT_READ.format(operation=operation) + ("." if operation == "Query" else ""))


def _check_filled(table: Table, name: str, now: float) -> None:
    """An index that is still being made cannot be read; one that is being deleted is as good as gone."""
    settings = table.settings.at(now).indexes.get(name)
    status = "ACTIVE" if settings is None else settings.status
    if status == "CREATING":
        raise ValidationException(_BACKFILLING.format(name=name))
    if status in {"DELETING", "GONE"}:
        raise ValidationException(_NO_INDEX.format(name=name))
