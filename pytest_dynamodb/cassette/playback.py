"""Which recording answers a request: found by one dictionary look-up, chosen by the order of what was recorded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pytest_dynamodb import forks
from pytest_dynamodb.cassette.choices import Order
from pytest_dynamodb.cassette.items import NOTHING, ItemKey, Touched, touched
from pytest_dynamodb.cassette.matching import Matcher, RegionAndAccount, nearest_first, places_of
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.requests import is_write


class Found(NamedTuple):
    """The recording that answers, or the reason why none does."""

    number: int | None
    reason: str = ""


class Playback:
    """The recordings of one cassette while they are played. Safe to use from several threads.

    ``repeats`` lets the last recording of a request answer further equal ones, for code that polls.
    """

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        matcher: Matcher,
        *,
        order: Order = "causal",
        repeats: bool = False,
        tables: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._matcher, self._order, self._repeats = matcher, order, repeats
        self._tables = tables or {}
        self._lock = forks.lock()
        self._keys = [matcher.key(e.operation, e.params, e.tokens) for e in exchanges]
        self._places_of = [(exchange.region, exchange.account) for exchange in exchanges]
        self._places = places_of(exchanges)
        self.is_apart: bool = len(self._places) > 1
        """Whether the recordings are of several places, so that it matters where a request is asked."""
        if self.is_apart:
            self._keys = [_at(place, key) for place, key in zip(self._places_of, self._keys, strict=True)]
        self._index: dict[str, _Recordings] = {}
        for number, key in enumerate(self._keys):
            recordings = self._index.get(key)
            if recordings is None:
                recordings = self._index[key] = _Recordings()
            recordings.all.append(number)
        self._open: dict[str, _Recordings] = {}
        self._opened: dict[int, _Recordings] = {}
        self._played = bytearray(len(exchanges))
        self._causality = _causality(exchanges, self._tables, apart=self.is_apart) if order == "causal" else None
        if self._causality is not None:
            for recordings in self._index.values():
                recordings.alike = self._causality.read_alike(recordings.all)

    @property
    def played(self) -> bytes:
        """For each recording, whether it has been played: 1 or 0."""
        return bytes(self._played)

    def find(self, key: str, touches: Touched | None = None, place: RegionAndAccount | None = None) -> Found:
        """The recording that answers a request with ``key``, marked as played; ``place`` matters where ``is_apart``."""
        with self._lock:
            if place is not None and self.is_apart:
                place = self._nearest(place, key, self._index)
                key, touches = _at(place, key), touches and _touched_at(place, touches)
            recordings = self._index.get(key)
            if recordings is None:
                return Found(None, "no recording matches")
            found = self._choose(key, recordings, touches or NOTHING)
            if found.number is not None and not self._played[found.number]:
                self._play(found.number, recordings)
            return found

    def recorded_as(self, key: str, place: RegionAndAccount | None = None) -> Sequence[int]:
        """The numbers of the recordings with this key."""
        if place is not None and self.is_apart:
            key = _at(self._nearest(place, key, self._index), key)
        recordings = self._index.get(key)
        return () if recordings is None else recordings.all

    # --- recordings with values that are new in every run ---

    def lay_open(self, keys: Mapping[int, str]) -> None:
        """Let ``find_open`` find recordings, given by their numbers, under keys that several have in common."""
        for number, common in keys.items():
            key = _at(self._places_of[number], common) if self.is_apart else common
            recordings = self._open.setdefault(key, _Recordings())
            recordings.all.append(number)
            self._opened[number] = recordings

    def find_open(self, key: str, fits: Callable[[int], bool], place: RegionAndAccount | None = None) -> Found:
        """The first recording under a key of ``lay_open`` that fits and has not been played, marked as played.

        Of reads, one that was recorded in the present state of its items goes before one of a later state.
        """
        with self._lock:
            if place is not None and self.is_apart:
                key = _at(self._nearest(place, key, self._open), key)
            recordings = self._open.get(key)
            number = None if recordings is None else self._choose_open(recordings, fits)
            if number is None:
                return Found(None, "no recording matches")
            self._play(number, self._index[self._keys[number]])
            return Found(number)

    def _choose_open(self, recordings: _Recordings, fits: Callable[[int], bool]) -> int | None:
        expected, position = self._played.find(0), recordings.unplayed(0)
        later: int | None = None
        while position < len(recordings.all):
            number = recordings.all[position]
            if self._order == "strict" and number != expected:
                return None
            if fits(number):
                state = _SAME if self._causality is None else self._causality.state_of(number)
                if state == _SAME:
                    return number
                later = number if later is None and state == _EARLY else later
            position = recordings.unplayed(position + 1)
        return later

    def _nearest(self, place: RegionAndAccount, key: str, index: Mapping[str, _Recordings]) -> RegionAndAccount:
        """The place whose recordings answer, of those that have any of the request."""
        near = nearest_first(place, self._places)
        return next((other for other in near if _at(other, key) in index), near[0])

    def touches(self, operation: str, params: Mapping[str, object]) -> Touched | None:
        """The items that a request reads or writes; ``None`` where that does not decide which recording answers it."""
        return None if self._causality is None else touched(operation, params, self._tables)

    def _play(self, number: int, recordings: _Recordings) -> None:
        self._played[number] = 1
        recordings.play(number)
        if number in self._opened:
            self._opened[number].play(number)
        if self._causality is not None:
            self._causality.note(number)

    def _choose(self, key: str, recordings: _Recordings, touches: Touched) -> Found:
        if self._order == "strict":
            return self._choose_strict(key, recordings)
        if self._causality is not None and touches.items and not touches.writes:
            return self._choose_causal(self._causality, recordings, touches)
        first = recordings.unplayed(0)
        if first < len(recordings.all):
            return Found(recordings.all[first])
        return recordings.again() if self._repeats else recordings.used_up()

    def _choose_strict(self, key: str, recordings: _Recordings) -> Found:
        expected = self._played.find(0)  # a scan, at the speed of memchr
        if expected >= 0 and self._keys[expected] == key:
            return Found(expected)
        last = (expected if expected >= 0 else len(self._played)) - 1
        if self._repeats and last >= 0 and self._keys[last] == key:
            return Found(last)
        where = f"recording #{expected + 1} is next" if expected >= 0 else "every recording has been played"
        return Found(None, f'it is out of the recorded order (order="strict"): {where}')

    def _choose_causal(self, causality: _Causality, recordings: _Recordings, touches: Touched) -> Found:
        """Prefer what was recorded in the present state of the items, then what was recorded in a later one."""
        numbers, first = recordings.all, recordings.unplayed(0)

        def state(position: int) -> str:
            return causality.state(numbers[position], touches)

        if first < len(numbers) and state(first) == _SAME:
            return Found(numbers[first])
        # Writes only ever add up: stale recordings come first, then those of the present state, then later ones.
        positions = range(len(numbers))
        if recordings.alike:
            present = bisect_left(positions, True, key=lambda p: state(p) != _STALE)
            future = bisect_left(positions, True, lo=present, key=lambda p: state(p) == _EARLY)
            same, later = recordings.unplayed(present), recordings.unplayed(future)
            last = future - 1 if future > present else -1
        else:  # their items are told apart by what is ignored when requests are compared
            states = [state(p) for p in positions]
            left = [p for p in positions if not self._played[numbers[p]]]
            same = next((p for p in left if states[p] == _SAME), len(numbers))
            later = next((p for p in left if states[p] == _EARLY), len(numbers))
            last = max((p for p in positions if states[p] == _SAME), default=-1)
            future = len(numbers) if same < len(numbers) else 0
        if same < future:
            return Found(numbers[same])
        if self._repeats and last >= 0:
            return Found(numbers[last])
        if later < len(numbers):
            return Found(numbers[later])
        if first == len(numbers):
            return recordings.again() if self._repeats else recordings.used_up()
        if touches.whole:
            return Found(numbers[first])  # which items of a collection matter is unknown: recorded order decides
        return Found(None, _STALE_ONLY)


_STALE_ONLY = (
    "its recordings were made before a write of the same item that has been played since "
    '(order="any" would answer with what was recorded before)'
)


class _Recordings:
    """The recordings of equal requests, by their numbers in the cassette.

    ``alike`` says that they read the same items, as they do unless what tells them apart is ignored.
    """

    __slots__ = ("_next", "alike", "all")

    def __init__(self) -> None:
        self.all: list[int] = []
        self.alike = True
        self._next: list[int] = []

    def play(self, number: int) -> None:
        """Note that the recording with ``number`` has been played."""
        if not self._next:
            self._next = list(range(len(self.all) + 1))
        position = bisect_left(self.all, number)
        self._next[position] = position + 1

    def unplayed(self, position: int) -> int:
        """The first position from ``position`` on that has not been played, or the number of recordings."""
        following = self._next
        if not following:
            return position
        end = position
        while following[end] != end:
            end = following[end]
        while following[position] != end:  # next time it is one step from anywhere on this way
            following[position], position = end, following[position]
        return end

    def again(self) -> Found:
        """The last recording once more."""
        return Found(self.all[-1])

    def used_up(self) -> Found:
        """No answer, because each has been given."""
        often = "once" if len(self.all) == 1 else f"{len(self.all)} times"
        return Found(
            None,
            f"it was recorded {often} and has been played as often (repeats=True lets the last one answer again)",
        )


_SAME, _STALE, _EARLY = "same", "stale", "early"


class _Causality:
    """For each recorded read, the last write before it to each item that it reads; and what this replay has written."""

    def __init__(self) -> None:
        self.seen: dict[int, dict[ItemKey, int]] = {}
        self.reads: dict[int, tuple[ItemKey, ...]] = {}
        self.writes: dict[int, tuple[ItemKey, ...]] = {}
        self._written: dict[ItemKey, int] = {}

    def note(self, number: int) -> None:
        for item in self.writes.get(number, ()):
            self._written[item] = max(self._written.get(item, -1), number)

    def read_alike(self, numbers: Sequence[int]) -> bool:
        """Whether these recordings read the same items."""
        one = self.reads.get(numbers[0])
        return all((other := self.reads.get(n)) == one or set(other or ()) == set(one or ()) for n in numbers[1:])

    def state_of(self, number: int) -> str:
        """The state that a recorded read saw, as of the items that it reads itself; that of a write is the present."""
        return self.state(number, Touched(self.reads.get(number, ()), writes=False))

    def state(self, number: int, touches: Touched) -> str:
        """Whether a recorded read saw the items as they are now, as they were before, or as they will be."""
        seen, early = self.seen.get(number, {}), False
        for item in touches.items:
            recorded, now = seen.get(item, -1), self._written.get(item, -1)
            if recorded < now:
                return _STALE
            early = early or recorded > now
        return _EARLY if early else _SAME


def _at(place: RegionAndAccount, name: str) -> str:
    return f"{place[0]} {place[1]} {name}"


def _touched_at(place: RegionAndAccount, touches: Touched) -> Touched:
    """What is touched, of a place: tables of one name in two of them have nothing to do with each other."""
    return touches._replace(items=tuple((_at(place, table), key) for table, key in touches.items))


def _causality(
    exchanges: Sequence[Exchange], tables: Mapping[str, tuple[str, ...]], *, apart: bool
) -> _Causality | None:
    if not any(is_write(exchange.operation, exchange.params) for exchange in exchanges):
        return None  # nothing changes, so any order will do
    causality, last = _Causality(), dict[ItemKey, int]()
    for number, exchange in enumerate(exchanges):
        touches = touched(exchange.operation, exchange.params, tables)
        if apart:
            touches = _touched_at((exchange.region, exchange.account), touches)
        if touches.writes:
            if exchange.error_code is None:
                causality.writes[number] = touches.items
                last.update(dict.fromkeys(touches.items, number))
        elif touches.items:
            causality.reads[number] = touches.items
            causality.seen[number] = {item: last[item] for item in touches.items if item in last}
    return causality
