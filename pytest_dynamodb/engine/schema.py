"""Key schemas and indexes, and how keys become places in the storage. Frozen: a change makes a new one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from pytest_dynamodb.engine.storage.hashorder import hash_bytes, key_bytes
from pytest_dynamodb.engine.storage.partition import Attributes, Identity, SortPosition, StoredItem
from pytest_dynamodb.values import item_size, value_size

# --- how large the values of keys may be (developer guide, "Quotas": Partition keys and sort keys) ---

MAX_HASH_SIZE: Final = 2048
MAX_RANGE_SIZE: Final = 1024
"""Bytes of a partition key and of a sort key, in a table and in an index."""


def is_too_large(tag: str, content: str, limit: int) -> bool:
    """Whether a key's value has more bytes than ``limit``. A number never has."""
    # Text is at most four bytes a character: most keys need not be measured.
    return 4 * len(content) > limit and tag != "N" and value_size({tag: content}) > limit


KeyPart: TypeAlias = tuple[str, str]
"""A key attribute's name and type tag (S, N or B)."""

ProjectionType = Literal["ALL", "KEYS_ONLY", "INCLUDE"]

_ORDERED: dict[str, Callable[[str], Any]] = {
    # Text orders by UTF-8 bytes, which is the order of code points, which is Python's (developer guide, "Query").
    "S": str,
    "N": Decimal,
    "B": base64.b64decode,
}


@dataclass(frozen=True, slots=True)
class KeySchema:
    """The HASH and RANGE attributes of a table or an index, in the order declared.

    A table has one and at most one; a global index up to four and four (developer guide, "Multi-attribute keys").
    ``limits`` are the parts, each with the most bytes that a value may have.
    """

    hash: tuple[KeyPart, ...]
    range: tuple[KeyPart, ...] = ()
    parts: tuple[KeyPart, ...] = field(init=False)
    limits: tuple[tuple[str, str, int], ...] = field(init=False)
    hash_tags: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", self.hash + self.range)
        sizes = ((self.hash, MAX_HASH_SIZE), (self.range, MAX_RANGE_SIZE))
        limits = tuple([(name, tag, size) for parts, size in sizes for name, tag in parts])
        object.__setattr__(self, "limits", limits)
        object.__setattr__(self, "hash_tags", tuple([tag for _, tag in self.hash]))

    @property
    def names(self) -> tuple[str, ...]:
        """The key attributes' names, HASH first."""
        return tuple(name for name, _ in self.parts)

    def key_of(self, attributes: Attributes) -> dict[str, dict[str, Any]]:
        """The key attributes of an item that has them."""
        return {name: attributes[name] for name, _ in self.parts}

    def indexable(self, attributes: Attributes) -> bool:
        """Whether an item has every key attribute, of its type, not empty and not too large.

        An index leaves others out (developer guide, "Detecting and correcting index key violations").
        """
        for name, tag, limit in self.limits:
            value = attributes.get(name)
            content = None if value is None else value.get(tag)
            if not content or is_too_large(tag, content, limit):
                return False
        return True

    def identity(self, attributes: Attributes) -> Identity:
        """What names the partition: the hash key's canonical content, or a tuple of several."""
        if len(self.hash) == 1:
            name, tag = self.hash[0]
            content: str = attributes[name][tag]
            return content
        return tuple([attributes[name][tag] for name, tag in self.hash])

    def range_order(self, attributes: Attributes) -> tuple[SortPosition, ...]:
        """What the range attributes are ordered by, one after another."""
        return tuple([ordered(tag, attributes[name][tag]) for name, tag in self.range])

    def order(self, attributes: Attributes) -> SortPosition:
        """What a table's items are ordered by in their partition; the same for all where there is no RANGE."""
        if not self.range:
            return ""
        name, tag = self.range[0]
        return ordered(tag, attributes[name][tag])


def ordered(tag: str, content: str) -> SortPosition:
    """What a key value of a type is ordered by: its text, its number or its bytes."""
    place: SortPosition = content if tag == "S" else _ORDERED[tag](content)
    return place


@dataclass(frozen=True, slots=True)
class IndexProjection:
    """What an index's entries hold besides the keys."""

    type: ProjectionType
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """A secondary index: its keys, the table's keys, its projection."""

    name: str
    keys: KeySchema
    table_keys: KeySchema
    projection: IndexProjection
    is_global: bool = True
    projected: frozenset[str] | None = field(init=False)
    """The names that entries hold; ``None`` is all of them."""

    def __post_init__(self) -> None:
        names: frozenset[str] | None = None
        if self.projection.type != "ALL":
            named = self.projection.attributes if self.projection.type == "INCLUDE" else ()
            names = frozenset((*self.keys.names, *self.table_keys.names, *named))
        object.__setattr__(self, "projected", names)

    def holds(self, name: str) -> bool:
        """Whether entries hold an attribute of this name."""
        return self.projected is None or name in self.projected

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names in a LastEvaluatedKey: the index's keys, then the table's, each once."""
        return tuple(dict.fromkeys((*self.keys.names, *self.table_keys.names)))

    def key_of(self, attributes: Attributes) -> dict[str, dict[str, Any]]:
        """The attributes of a LastEvaluatedKey."""
        return {name: attributes[name] for name in self.key_names}

    def entry(self, item: StoredItem) -> StoredItem | None:
        """What the index stores of an item; ``None`` where it leaves it out."""
        if not self.keys.indexable(item.attributes):
            return None
        if self.projected is None:
            return item
        attributes = {name: value for name, value in item.attributes.items() if name in self.projected}
        return StoredItem(attributes, item_size(attributes))

    def order(self, attributes: Attributes) -> tuple[Any, ...]:
        """Range attributes first; equal ones by the table's key, so that every entry has a place of its own.

        A global index has a hash of that key before it (dynalite's suite, test/query, "basic hash global index").
        """
        table = self.table_keys
        place = (table.identity(attributes), table.order(attributes))
        if not self.is_global:
            return (*self.keys.range_order(attributes), *place)
        tie = hash_bytes(b"".join([key_bytes(tag, attributes[name][tag]) for name, tag in table.parts]))
        return (*self.keys.range_order(attributes), tie, *place)


def key_parts(schema: KeySchema) -> Iterator[tuple[str, str, str]]:
    """Name, type tag and role (HASH or RANGE) of every key attribute."""
    for name, tag in schema.hash:
        yield name, tag, "HASH"
    for name, tag in schema.range:
        yield name, tag, "RANGE"
