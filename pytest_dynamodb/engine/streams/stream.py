"""A stream and its shards.

Both belong to an owner as tables do: what a snapshot holds is copied before anything is added to it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pytest_dynamodb.engine.storage.hashorder import hash_of
from pytest_dynamodb.engine.storage.partition import Identity

RETENTION_SECONDS: Final = 24 * 3600.0
"""How long a record stays, and a stream that was switched off (developer guide, "DynamoDB Streams")."""

SHARD_SECONDS: Final = 4 * 3600.0
"""How long a shard takes records before a child of it does. The developer guide only says that shards are rolled over
"periodically"; four hours is what users observe."""

_FIRST_NUMBER: Final = 10**20
"""Sequence numbers have 21 to 40 digits (Streams API reference, SequenceNumberRange)."""

_HASHES: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One change: its sequence number, its time, its size in bytes, and what GetRecords tells of it."""

    number: int
    time: float
    size: int
    body: dict[str, Any]


@dataclass(slots=True)
class Shard:
    """What happened to the partition keys of a range of hashes, while the shard was open.

    ``first`` is the number of the oldest record that may be there, ``last`` that of the end, once it is closed.
    """

    id: str
    owner: object
    opened: float
    first: int
    hashes: tuple[int, int] = (0, _HASHES)
    parent: str | None = None
    records: list[StreamRecord] = field(default_factory=list)
    closed: float | None = None
    last: int | None = None

    def trim(self, now: float) -> None:
        """Forget records that are too old."""
        keep = bisect_left(self.records, now - RETENTION_SECONDS, key=lambda record: record.time)
        if keep:
            self.first = self.records[keep - 1].number + 1
            del self.records[:keep]

    def since(self, number: int) -> list[StreamRecord]:
        """The records from a sequence number on."""
        return self.records[bisect_left(self.records, number, key=lambda record: record.number) :]

    def is_gone(self, now: float) -> bool:
        """Whether it was closed so long ago that nothing can be left of it."""
        return self.closed is not None and self.closed <= now - RETENTION_SECONDS


@dataclass(slots=True)
class Stream:
    """The stream of a table; ``closed`` is when it was switched off. Shards are in the order in which they began."""

    owner: object
    arn: str
    table: str
    label: str
    view_type: str
    key_schema: list[dict[str, str]]
    created: float
    closed: float | None = None
    shards: list[Shard] = field(default_factory=list)
    next_number: int = _FIRST_NUMBER

    def owned_by(self, owner: object) -> Stream:
        """The stream itself if it is the owner's, else a copy that is."""
        if self.owner is owner:
            return self
        shards = [replace(shard, owner=owner, records=shard.records.copy()) for shard in self.shards]
        return replace(self, owner=owner, shards=shards)

    def add(self, identity: Identity, time: float, size: int, body: dict[str, Any]) -> None:
        """Keep a record of a change to an item of a partition key."""
        place = hash_of(identity)
        shard = next(shard for shard in self.open_shards if shard.hashes[0] <= place < shard.hashes[1])
        number = self._take_number()
        body["dynamodb"]["SequenceNumber"] = str(number)
        shard.records.append(StreamRecord(number, time, size, body))

    @property
    def open_shards(self) -> list[Shard]:
        """The shards that take records."""
        return [shard for shard in self.shards if shard.closed is None]

    def shard(self, name: str) -> Shard | None:
        """The shard of this id."""
        return next((shard for shard in self.shards if shard.id == name), None)

    def settle(self, now: float) -> None:
        """Do what was due by ``now``: forget old records and shards, and let children take over from old shards."""
        if not self.shards:
            self._open(self.created)
        while self.closed is None and (due := self.open_shards[0].opened + SHARD_SECONDS) <= now:
            # Of what lies wholly before the retention nothing can be seen: one long step in its place.
            behind = max(0.0, now - RETENTION_SECONDS - due)
            self.replace_shards(due + behind // SHARD_SECONDS * SHARD_SECONDS)
        for shard in self.shards:
            shard.trim(now)
        self.shards = [shard for shard in self.shards if not shard.is_gone(now)]

    def replace_shards(self, now: float, *, children: int = 1) -> None:
        """Close the open shards and open children of each, which share out its partition keys."""
        for shard in self.open_shards:
            self._close_shard(shard, now)
            low, high = shard.hashes
            width = (high - low) // children
            for child in range(children):
                end = high if child == children - 1 else low + (child + 1) * width
                self._open(now, (low + child * width, end), shard.id)

    def close(self, now: float) -> None:
        """Switch it off: it can be read for as long as its records last."""
        self.closed = now
        for shard in self.open_shards:
            self._close_shard(shard, now)

    def _open(self, now: float, hashes: tuple[int, int] = (0, _HASHES), parent: str | None = None) -> None:
        number = self._take_number()
        name = f"shardId-{int(now * 1000):020d}-{hash_of((self.arn, str(number))) >> 32:08x}"
        self.shards.append(Shard(name, self.owner, now, number, hashes, parent))

    def _close_shard(self, shard: Shard, now: float) -> None:
        shard.closed, shard.last = now, self._take_number()

    def _take_number(self) -> int:
        number = self.next_number
        self.next_number += 1
        return number
