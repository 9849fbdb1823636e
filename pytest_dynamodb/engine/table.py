"""A table: its schema, settings, items and index entries, which every write keeps in step; and its history."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pytest_dynamodb.engine.schema import IndexSchema, KeySchema
from pytest_dynamodb.engine.settings import TableSettings
from pytest_dynamodb.engine.storage.partition import Attributes, Identity, SortPosition, StoredItem
from pytest_dynamodb.engine.storage.store import ExpiryIndex, Store
from pytest_dynamodb.engine.vectors.entries import VectorCharge, charge_of

# --- history ---


class Overwritten(NamedTuple):
    """A write: its time, attributes that include the key, and the item before and after it."""

    time: float
    key: Attributes
    before: StoredItem | None
    after: StoredItem | None


class History:
    """Writes in order. Has an owner like a table: copied before a change if a snapshot holds it."""

    __slots__ = ("owner", "writes")

    def __init__(self, owner: object) -> None:
        self.owner: object = owner
        self.writes: list[Overwritten] = []

    def owned_by(self, owner: object) -> History:
        """This history if it is the owner's, else a copy that is."""
        if self.owner is owner:
            return self
        copy = History(owner)
        copy.writes = self.writes.copy()
        return copy

    def note(self, time: float, before: StoredItem | None, after: StoredItem | None, *, kept: float) -> None:
        """Add a write, and drop those from before ``kept``. Only for a history of one's own."""
        item = after or before
        if item is None:
            return
        if self.writes and self.writes[0].time < kept:
            del self.writes[: bisect_left(self.writes, kept, key=_time)]
        self.writes.append(Overwritten(time, item.attributes, before, after))

    def after(self, time: float) -> list[Overwritten]:
        """The writes made after a time, oldest first: those that the state at that time lacks."""
        return self.writes[bisect_right(self.writes, time, key=_time) :]


def _time(write: Overwritten) -> float:
    return write.time


# --- tables ---


class SecondaryIndex:
    """A secondary index and its entries."""

    schema: IndexSchema
    store: Store

    __slots__ = ("schema", "store")

    def __init__(self, schema: IndexSchema, store: Store) -> None:
        self.schema, self.store = schema, store

    @property
    def name(self) -> str:
        """Its name within the table."""
        return self.schema.name

    def write(self, old: StoredItem | None, new: StoredItem | None) -> EntryChange:
        """Put the entry of a new item in the place of the old one's. The store must be owned."""
        schema, store = self.schema, self.store
        before = None if old is None else schema.entry(old)
        after = None if new is None else schema.entry(new)
        came_from = (
            None if before is None else (schema.keys.identity(before.attributes), schema.order(before.attributes))
        )
        goes_to = None if after is None else (schema.keys.identity(after.attributes), schema.order(after.attributes))
        if came_from is not None and came_from != goes_to:
            store.remove(*came_from)
        if after is not None and goes_to is not None:
            store.put(*goes_to, after)
        moved = came_from is not None and goes_to is not None and came_from != goes_to
        return EntryChange(schema, before, after, moved)


class EntryChange(NamedTuple):
    """What a write did to one index. ``moved``: the entry's key changed, which is two writes."""

    schema: IndexSchema
    old: StoredItem | None
    new: StoredItem | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What a write did: the item before and after, every index's entry, and what vector indexes are charged."""

    old: StoredItem | None
    new: StoredItem | None
    entries: tuple[EntryChange, ...] = ()
    vectors: VectorCharge | None = None  # of a table with vector indexes


class Table:
    """One table of one region. Belongs to an owner as its stores do: ``owned_by`` before any change."""

    keys: KeySchema
    name: str
    owner: object
    settings: TableSettings

    __slots__ = ("expiry", "history", "indexes", "keys", "name", "owner", "settings", "store")

    def __init__(
        self,
        owner: object,
        name: str,
        keys: KeySchema,
        settings: TableSettings,
        *,
        indexes: Mapping[str, SecondaryIndex] = {},
    ) -> None:
        self.owner, self.name, self.keys, self.settings = owner, name, keys, settings
        self.store: Store = Store(owner)
        self.indexes: dict[str, SecondaryIndex] = dict(indexes)
        self.expiry: ExpiryIndex | None = None  # of a table with a time to live, from the first sweep on
        self.history: History | None = None  # of a table with point-in-time recovery

    def owned_by(self, owner: object) -> Table:
        """This one, if it is the owner's; else a copy that is and shares what it holds until that is changed."""
        if self.owner is owner:
            return self
        copy = Table(owner, self.name, self.keys, self.settings)
        copy.store = self.store.owned_by(owner)
        copy.expiry = None if self.expiry is None else self.expiry.owned_by(owner)
        copy.history = None if self.history is None else self.history.owned_by(owner)
        copy.indexes = {
            name: SecondaryIndex(index.schema, index.store.owned_by(owner)) for name, index in self.indexes.items()
        }
        return copy

    # --- items: only of an owned table, where something changes ---

    def get(self, key: Attributes) -> StoredItem | None:
        """The item with a key's attributes (there may be others beside them)."""
        return self.store.get(self.keys.identity(key), self.keys.order(key))

    def put(self, item: StoredItem) -> Change:
        """Store an item in the place of the one with its key."""
        key = item.attributes
        identity, order = self.keys.identity(key), self.keys.order(key)
        old = self.store.put(identity, order, item)
        return self._written(identity, order, old, item)

    def delete(self, key: Attributes) -> Change:
        """Take the item with a key out."""
        identity, order = self.keys.identity(key), self.keys.order(key)
        old = self.store.remove(identity, order)
        return self._written(identity, order, old, None)

    def _written(
        self, identity: Identity, order: SortPosition, old: StoredItem | None, new: StoredItem | None
    ) -> Change:
        if self.expiry is not None:
            self.expiry.write(identity, order, old, new)
        vectors = self.settings.vectors
        if not self.indexes and not vectors:
            return Change(old, new)
        entries = tuple([index.write(old, new) for index in self.indexes.values()])
        charge = charge_of(vectors.values(), self.keys.names, old, new) if vectors else None
        return Change(old, new, entries, charge)

    def expire_by(self, attribute: str | None, now: float) -> None:
        """Keep the items in the order in which they end, by an attribute; by none where there is no time to live."""
        self.expiry = None if attribute is None else ExpiryIndex(self.owner, attribute, now)
        if self.expiry is not None:
            for item in self.store:
                key = item.attributes
                self.expiry.write(self.keys.identity(key), self.keys.order(key), None, item)

    # --- indexes ---

    def add_index(self, schema: IndexSchema) -> None:
        """Make an index and fill it from the items; those that it cannot hold are left out."""
        index = SecondaryIndex(schema, Store(self.owner))
        for item in self.store:
            index.write(None, item)
        self.indexes[schema.name] = index

    def drop_index(self, name: str) -> None:
        """Take an index away."""
        del self.indexes[name]

    @property
    def index_keys(self) -> dict[str, tuple[tuple[str, str, int], ...]]:
        """The key attributes of every index, each with its largest size, by the index's name."""
        return {name: index.schema.keys.limits for name, index in self.indexes.items()}

    @property
    def local_indexes(self) -> list[SecondaryIndex]:
        """Local secondary indexes, as declared."""
        return [index for index in self.indexes.values() if not index.schema.is_global]

    @property
    def global_indexes(self) -> list[SecondaryIndex]:
        """Global secondary indexes, as declared or created."""
        return [index for index in self.indexes.values() if index.schema.is_global]

    @property
    def arn(self) -> str:
        """The table's ARN."""
        return self.settings.arn
