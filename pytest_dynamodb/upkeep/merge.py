"""Two branches' recordings joined by meaning, exchange by exchange, from what both began with.

What one side changed is taken from it; what both changed alike is taken once. A conflict is what no rule can decide:

- both sides changed the same exchange, and not alike;
- one side wrote what the other read: then an answer may have been recorded that is no longer the answer;
- both sides changed the order of calls that have to do with each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple, TypeVar

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.contracts import described_in
from pytest_dynamodb.cassette.items import ItemKey, Touched, key_names, touched
from pytest_dynamodb.cassette.matching import Matcher, home_of
from pytest_dynamodb.cassette.recording import equivalent
from pytest_dynamodb.cassette.report.requests import request_line, title
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.requests import parts
from pytest_dynamodb.terminal import printable
from pytest_dynamodb.upkeep.comparison import ExchangeChange, change_lines, differ, paired
from pytest_dynamodb.values import canonical_value

SideName = Literal["ours", "theirs"]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """What the two sides did that does not go together, and the exchanges it is about; ``None`` where one is gone.

    ``chosen`` says that the merged recording holds one of the two in its place, and not both.
    """

    reason: str
    ours: Exchange | None = None
    theirs: Exchange | None = None
    chosen: bool = True

    def lines(self, matcher: Matcher) -> Iterator[str]:
        """The conflict, for people: what it is about, what each side has."""
        shown = self.ours or self.theirs
        if shown is None:
            yield self.reason
            return
        yield f"{title(shown.operation, shown.params)} {request_line(shown.operation, shown.params)}"
        yield f"  {self.reason}"
        if self.ours is not None and self.theirs is not None and self.chosen:
            change = ExchangeChange("changed", self.ours, self.theirs)
            yield from (f"  ours → theirs: {line}" for line in change_lines(change, matcher))
        elif self.ours is not None and self.theirs is not None:
            yield f"  theirs: {title(self.theirs.operation, self.theirs.params)} {_asked(self.theirs)}"


class MergedRecording(NamedTuple):
    """The joined recording, and what could not be joined."""

    contents: Contents
    conflicts: list[MergeConflict]


def merge(
    base: Contents, ours: Contents, theirs: Contents, *, matcher: Matcher | None = None, take: SideName = "ours"
) -> MergedRecording:
    """The recording that holds what both sides changed since ``base``. Of conflicts it holds the side to ``take``."""
    matcher = matcher or Matcher(across_runs=True)
    tables = {**base.header.tables, **ours.header.tables, **theirs.header.tables}
    merging = _Merging(base.exchanges, ours.exchanges, theirs.exchanges, tables, matcher, take)
    exchanges = merging.result()
    header, memo_conflicts = _header(base.header, ours.header, theirs.header, exchanges, take)
    return MergedRecording(Contents(header, exchanges), [*merging.conflicts, *memo_conflicts])


_Id = tuple[str, int]
"""What an exchange is called while merging: that of the base with this number, or one added, the n-th of both sides."""


@dataclass(slots=True)
class _Side:
    """One side's exchanges by their names, in its order, and those that it changed: as they were, and as they are."""

    name: SideName
    order: list[_Id] = field(default_factory=list)
    versions: dict[_Id, Exchange] = field(default_factory=dict)
    own: list[Exchange] = field(default_factory=list)


class _Merging:
    def __init__(
        self,
        base: Sequence[Exchange],
        ours: Sequence[Exchange],
        theirs: Sequence[Exchange],
        tables: Mapping[str, tuple[str, ...]],
        matcher: Matcher,
        take: SideName,
    ) -> None:
        self._base, self._matcher, self._take = base, matcher, take
        self._added: dict[object, _Id] = {}
        self._tables = {**tables, **key_names([*base, *ours, *theirs])}
        self.ours, self.theirs = self._side("ours", ours), self._side("theirs", theirs)
        self.conflicts: list[MergeConflict] = []

    def _side(self, name: SideName, exchanges: Sequence[Exchange]) -> _Side:
        side, counted = _Side(name), Counter[object]()
        _, partners = paired(self._base, exchanges, self._matcher)
        for number, exchange in enumerate(exchanges):
            if number in partners:
                known: _Id = ("base", partners[number])
            else:
                asked = (exchange.owner, exchange.region, exchange.account, self._key(exchange))
                known = self._added.setdefault((asked, counted[asked]), ("added", len(self._added)))
                counted[asked] += 1
            side.order.append(known)
            side.versions[known] = exchange
        return side

    def _key(self, exchange: Exchange) -> str:
        return self._matcher.key(exchange.operation, exchange.params, exchange.tokens)

    def result(self) -> list[Exchange]:
        chosen = {known: self._decided(known) for known in self._names()}
        self._find_clashes()
        exchanges = [exchange for known in self._order() if (exchange := chosen[known]) is not None]
        return sorted(exchanges, key=lambda exchange: exchange.owner)  # stable: of one test they stay in order

    def _names(self) -> list[_Id]:
        base: list[_Id] = [("base", number) for number in range(len(self._base))]
        return list(dict.fromkeys([*base, *self.ours.order, *self.theirs.order]))

    def _decided(self, known: _Id) -> Exchange | None:
        """The version of an exchange that is kept; ``None`` if it is gone. Notes what is changed, and by whom."""
        before = self._base[known[1]] if known[0] == "base" else None
        ours, theirs = self.ours.versions.get(known), self.theirs.versions.get(known)
        if self._same(ours, theirs):
            return ours
        if self._same(before, theirs):
            self.ours.own += [one for one in (before, ours) if one is not None]
            return ours
        if self._same(before, ours):
            self.theirs.own += [one for one in (before, theirs) if one is not None]
            return theirs
        what = "both sides recorded it, and not alike" if before is None else "both sides changed it, and not alike"
        if ours is None or theirs is None:
            what = f"{'ours' if ours is None else 'theirs'} has it no more, and the other side changed it"
        self.conflicts.append(MergeConflict(what, ours, theirs))
        return ours if self._take == "ours" else theirs

    def _same(self, one: Exchange | None, other: Exchange | None) -> bool:
        if one is None or other is None:
            return one is other
        return not differ(one, other, self._matcher)

    # --- order ---

    def _order(self) -> list[_Id]:
        """The order of one side, with what only the other has behind what stands before it there."""
        ours, theirs = self._moved(self.ours), self._moved(self.theirs)
        if ours and theirs:
            both = [known for known in self.ours.order if known in self.theirs.versions]
            same = [known for known in self.theirs.order if known in self.ours.versions]
            one, other = ([self.ours.versions[known] for known in names] for names in (both, same))
            if not equivalent(one, other, self._matcher):
                self.conflicts.append(MergeConflict("both sides changed the order of calls, and not alike"))
        spine, other_side = (self.theirs, self.ours) if theirs and not ours else (self.ours, self.theirs)
        return _woven(spine.order, other_side.order)

    def _moved(self, side: _Side) -> bool:
        numbers = [number for kind, number in side.order if kind == "base"]
        return numbers != sorted(numbers)

    # --- what one side wrote and the other read ---

    def _find_clashes(self) -> None:
        by_table: dict[tuple[str, str], list[tuple[Exchange, Touched]]] = defaultdict(list)
        for exchange in self.theirs.own:
            touches = touched(exchange.operation, exchange.params, self._tables)
            for table in {table for table, _ in touches.items}:
                by_table[exchange.owner, table].append((exchange, touches))
        for exchange in self.ours.own:
            touches = touched(exchange.operation, exchange.params, self._tables)
            for table in sorted({table for table, _ in touches.items}):
                clash = self._clash(exchange, touches, by_table[exchange.owner, table], table)
                if clash is not None:
                    self.conflicts.append(clash)
                    break

    def _clash(
        self, mine: Exchange, touches: Touched, others: Sequence[tuple[Exchange, Touched]], table: str
    ) -> MergeConflict | None:
        for other, touching in others:
            if not (touches.writes or touching.writes) or not _meet(touches.items, touching.items, table):
                continue
            if _collections_apart(mine, other, table, self._tables.get(table, ())):
                continue
            wrote, read = ("ours", "theirs") if touches.writes else ("theirs", "ours")
            reason = f"{wrote} changed what is written, {read} what is read of it or written to it"
            return MergeConflict(reason, mine, other, chosen=False)
        return None


def _woven(spine: Sequence[_Id], other: Sequence[_Id]) -> list[_Id]:
    followers: dict[_Id | None, list[_Id]] = defaultdict(list)
    known, common = set(spine), set(other)
    last = None
    for name in other:
        if name in known:
            last = name
        else:
            followers[last].append(name)
    woven: list[_Id] = []
    waiting = followers[None]
    for name in spine:
        if waiting and name in common:  # behind what only this side put there
            woven += waiting
            waiting = []
        woven.append(name)
        waiting = waiting + followers[name]
    return woven + waiting


def _meet(ours: Sequence[ItemKey], theirs: Sequence[ItemKey], table: str) -> bool:
    """Whether two exchanges touch one item of a table, or one of them what may be any."""
    one, other = ({key for name, key in items if name == table and key} for items in (ours, theirs))
    return not one or not other or bool(one & other)


def _collections_apart(one: Exchange, other: Exchange, table: str, keys: Sequence[str]) -> bool:
    """Whether all parts of two requests name a key attribute of the table, and other values of it."""
    if not keys:
        return False
    ours, theirs = _partitions(one, table, keys[0]), _partitions(other, table, keys[0])
    return bool(ours and theirs) and None not in ours | theirs and ours.isdisjoint(theirs)


def _partitions(exchange: Exchange, table: str, key: str) -> set[str | None]:
    """The partition keys that a request is about; ``None`` among them for a part that may be about any."""
    found = set[str | None]()
    for part in parts(exchange.operation, exchange.params):
        if part.table == table:
            value = part.attributes.get(key)
            found.add(None if value is None else str(canonical_value(value)))
    return found


def _asked(exchange: Exchange) -> str:
    return request_line(exchange.operation, exchange.params)


# --- the header ---


def _header(
    base: Header, ours: Header, theirs: Header, exchanges: Sequence[Exchange], take: SideName
) -> tuple[Header, list[MergeConflict]]:
    newer = ours if ours.recorded >= theirs.recorded else theirs
    memos, conflicts = _memos(base.memos, ours.memos, theirs.memos, take)
    region, account = home_of(exchanges)
    header = replace(
        newer,
        node_id=_either(base.node_id, ours.node_id, theirs.node_id, ours.node_id),
        endpoint=_either(base.endpoint, ours.endpoint, theirs.endpoint, newer.endpoint),
        tables={**ours.tables, **theirs.tables, **key_names(exchanges)},
        pseudonyms=tuple(sorted({*ours.pseudonyms, *theirs.pseudonyms})),
        volatile={**theirs.volatile, **ours.volatile},
        schemas={**ours.schemas, **theirs.schemas, **described_in(exchanges)},
        memos=memos,
        region=region,
        account=account,
    )
    return header, conflicts


def _memos(
    base: Mapping[str, list[Any]], ours: Mapping[str, list[Any]], theirs: Mapping[str, list[Any]], take: SideName
) -> tuple[dict[str, list[Any]], list[MergeConflict]]:
    memos, conflicts = dict[str, list[Any]](), list[MergeConflict]()
    for name in dict.fromkeys([*ours, *theirs]):
        before, mine, other = base.get(name), ours.get(name), theirs.get(name)
        chosen = _either(before, mine, other, _UNDECIDED)
        if chosen is _UNDECIDED:
            shown = printable(name.rsplit("\n", 1)[-1])
            conflicts.append(MergeConflict(f"the memo {shown}: both sides changed it, and not alike"))
            chosen = mine if take == "ours" else other
        if chosen is not None:
            memos[name] = chosen
    return memos, conflicts


_UNDECIDED: Final[Any] = object()


def _either(base: Value, ours: Value, theirs: Value, otherwise: Value) -> Value:
    """The side that changed, or either if both did alike; ``otherwise`` if they did not."""
    if theirs in (ours, base):
        return ours
    return theirs if base == ours else otherwise
