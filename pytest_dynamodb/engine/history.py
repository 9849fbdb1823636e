"""The history of a table: what every write replaced, as long as point-in-time recovery is on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem


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
        self.owner = owner
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
