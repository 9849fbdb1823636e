"""Writes from other regions that have not arrived in a region yet."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple, TypeAlias

from pytest_dynamodb.engine.storage.partition import Attributes, Identity, SortPosition, StoredItem

TablePlace: TypeAlias = tuple[str, Identity, SortPosition]
"""A table's name, and where an item is in it."""


class ReplicatedWrite(NamedTuple):
    """A write to a replica elsewhere: when it arrives here, which item it is for, the item's key, and the item after
    it.
    """

    due: float
    place: TablePlace
    key: Attributes
    item: StoredItem | None


class Inbox:
    """The writes in the order in which they were made and will arrive: all take the same time."""

    __slots__ = ("_messages", "_waiting")

    def __init__(self, messages: list[ReplicatedWrite] | None = None) -> None:
        self._messages: list[ReplicatedWrite] = [] if messages is None else messages
        self._waiting = Counter(message.place for message in self._messages)

    def __bool__(self) -> bool:
        return bool(self._messages)

    def copy(self) -> Inbox:
        """An independent copy."""
        return Inbox(self._messages.copy())

    def add(self, message: ReplicatedWrite) -> None:
        """Add a write that is on its way."""
        self._messages.append(message)
        self._waiting[message.place] += 1

    def overtaken(self, place: TablePlace) -> None:
        """An item was written here. The last writer wins, and writes to it that are on their way were made earlier:
        drop them.
        """
        if self._waiting.pop(place, 0):
            self._messages = [message for message in self._messages if message.place != place]

    def take(self, now: float) -> list[ReplicatedWrite]:
        """Remove and return the writes that are due."""
        count = 0
        while count < len(self._messages) and self._messages[count].due <= now:
            count += 1
        due, self._messages = self._messages[:count], self._messages[count:]
        self._waiting = Counter(message.place for message in self._messages)
        return due
