"""What a region keeps longer than its tables: backups, exports, imports, bulk operations."""

from __future__ import annotations

from random import Random
from typing import Any, TypeVar

Record = TypeVar("Record")


class Records:
    """Frozen records by the resource in their ARN: ``app/backup/01791504762511-2779fadd``.

    ``last`` is the number in the newest identifier.
    """

    __slots__ = ("_kinds", "last")

    def __init__(self) -> None:
        self._kinds: dict[type, dict[str, Any]] = {}
        self.last = 0

    def of(self, kind: type[Record]) -> dict[str, Record]:
        """The records of a kind, in the order in which they were added. Adding to the result adds a record."""
        return self._kinds.setdefault(kind, {})

    def copy(self) -> Records:
        """An independent copy."""
        copy = Records()
        copy._kinds = {kind: found.copy() for kind, found in self._kinds.items()}
        copy.last = self.last
        return copy

    def new_id(self, now: float, random: Random) -> str:
        """An identifier: milliseconds since the epoch, which orders records, and eight random hexadecimal digits."""
        self.last = max(int(now * 1000), self.last + 1)
        return f"{self.last:014d}-{random.getrandbits(32):08x}"
