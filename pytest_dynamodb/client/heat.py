"""Which partition keys are asked for most: counters, to find hot partitions before they are throttled.

A partition gives 3,000 read units and 1,000 write units a second (developer guide, "Designing partition keys"), and a
key is in one partition. ``ClientConfig(observer=KeyHeat({"app": "pk"}))`` counts calls by key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_dynamodb import forks
from pytest_dynamodb.client.telemetry.observers import Quiet
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.requests import parts
from pytest_dynamodb.values import from_wire

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.observer import Watch
    from pytest_dynamodb.client.policy import State


class _Unmoved(Quiet):
    """A watch with nothing left to do once the call has begun."""

    __slots__ = ()

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        """Nothing."""


_UNMOVED = _Unmoved()


@dataclass(frozen=True, slots=True)
class HotKey:
    """A partition key, and how often it was asked for. ``index`` is ``None`` for the table itself.

    ``share`` is its part of all requests counted for that table or index, from 0 to 1.
    """

    table: str
    index: str | None
    key: Any
    reads: int
    writes: int
    share: float

    @property
    def total(self) -> int:
        """Reads and writes."""
        return self.reads + self.writes


class KeyHeat:
    """An observer that counts items read and written, and queries, by partition key. Safe for threads and tasks.

    ``keys`` names the partition key of each table to be watched, and of each index as ``"table/index"``. Writes count
    for an index too where the item that is put has its key. At most ``2 * capacity`` keys of each are kept: when there
    are more, those asked for least are forgotten. Retries do not count, nor do statements that
    do not say the key outright: ``"pk" = ?`` does, ``"pk" IN [?, ?]`` does not.
    """

    def __init__(self, keys: Mapping[str, str], *, capacity: int = 1000) -> None:
        if capacity < 1:
            raise ConfigurationError(f"capacity is 1 or more, not {capacity!r}")
        self._keys, self._capacity = dict(keys), capacity
        self._lock = forks.lock()
        self._counts: dict[str, dict[tuple[str, str], list[int]]] = {}
        self._totals: dict[str, int] = {}
        self._indexes: dict[str, list[str]] = {}
        for watched in keys:
            table, _, index = watched.partition("/")
            if index:
                self._indexes.setdefault(table, []).append(watched)

    def begin(self, call: ApiCall[Any]) -> Watch:
        """A call begins."""
        for watched, value, writes in self._touched(call.operation, call.params):
            self._count(watched, value, writes=writes)
        return _UNMOVED

    def breaker_changed(self, key: str, state: State) -> None:
        """A circuit has changed its state."""

    def hottest(self, number: int = 10, *, table: str | None = None) -> list[HotKey]:
        """The keys asked for most, of all tables or of one, the hottest first."""
        with self._lock:
            found = [
                _hot_key(watched, part, counts, self._totals[watched])
                for watched, keys in self._counts.items()
                for part, counts in keys.items()
                if table is None or watched.partition("/")[0] == table
            ]
        return sorted(found, key=lambda hot: hot.total, reverse=True)[:number]

    def reset(self) -> None:
        """Start counting from zero."""
        with self._lock:
            self._counts.clear()
            self._totals.clear()

    def _count(self, watched: str, value: Mapping[str, Any], *, writes: bool) -> None:
        ((tag, content),) = value.items()
        with self._lock:
            keys = self._counts.setdefault(watched, {})
            keys.setdefault((tag, str(content)), [0, 0])[writes] += 1
            self._totals[watched] = self._totals.get(watched, 0) + 1
            if len(keys) > 2 * self._capacity:
                warm = sorted(keys.items(), key=lambda one: sum(one[1]), reverse=True)[: self._capacity]
                self._counts[watched] = dict(warm)

    def _touched(self, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
        """Each partition key that a request is about: of which table or index, and whether it writes."""
        for part in parts(operation, params):
            watched = [part.table if part.index_name is None else f"{part.table}/{part.index_name}"]
            if part.writes:
                watched += self._indexes.get(part.table, ())
            names = [(one, name) for one in watched if (name := self._keys.get(one)) is not None]
            attributes = part.attributes if names else {}
            yield from ((one, attributes[name], part.writes) for one, name in names if name in attributes)


def _hot_key(watched: str, part: tuple[str, str], counts: list[int], total: int) -> HotKey:
    table, _, index = watched.partition("/")
    reads, writes = counts
    return HotKey(table, index or None, from_wire({part[0]: part[1]}), reads, writes, (reads + writes) / total)
