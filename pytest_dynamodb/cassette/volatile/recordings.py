"""Recordings with values in them that are new in every run, and how a request of this run fits one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.options import Place, compile_paths, select
from pytest_dynamodb.cassette.volatile.bindings import Bindings, Pairing
from pytest_dynamodb.cassette.volatile.parts import TextPart, alike, is_unmistakable, split
from pytest_dynamodb.cassette.volatile.places import Leaf, Mask, closed, leaves, looks_open, place_name
from pytest_dynamodb.exchange import Exchange

Volatile = Mapping[str, Sequence[str]]
"""Recorded values that are new in every run, each with the places where it was found (as ``place_name`` has them)."""


class Opened(NamedTuple):
    """A request with its volatile places left open.

    ``key`` is equal for requests that differ there alone, ``leaves`` are what stands there, in the order of the key.
    """

    key: str
    leaves: tuple[Leaf, ...]


def volatile_at(expressions: Sequence[str], exchanges: Sequence[Exchange]) -> dict[str, tuple[str, ...]]:
    """The values of requests at the places that JMESPath expressions select, each with its places.

    Of a text in which ids, times or the like are found, these; else the whole.
    """
    found: dict[str, dict[str, None]] = defaultdict(dict)
    compiled = compile_paths(expressions, option="volatile")
    for exchange in exchanges:
        for leaf in _selected(select(compiled, exchange.params), exchange.params):
            for text in leaf.parts:
                for value in made_parts(text) or [text]:
                    found[value][place_name(leaf.path)] = None
    return {value: tuple(places) for value, places in found.items()}


def _selected(places: set[Place], params: dict[str, Any]) -> Iterator[Leaf]:
    if places:
        for leaf in leaves(params):
            if any(leaf.at[: len(place)] == place for place in places):
                yield leaf


def made_parts(text: str) -> list[str]:
    """The ids, times and the like in a text: parts that look as if they had been made for it."""
    return [part.text for part in split(text) if part.kind and is_unmistakable(part.text)]


class VolatileRecordings:
    """Those recordings of a cassette in which volatile values stand, found by what else they hold.

    ``volatile`` are values that are known to be so, ``expressions`` places at which any value is.
    """

    def __init__(
        self, exchanges: Sequence[Exchange], matcher: Matcher, volatile: Volatile, expressions: Sequence[str] = ()
    ) -> None:
        self._matcher = matcher
        self._compiled = compile_paths(expressions, option="volatile")
        everything = {**volatile, **volatile_at(expressions, exchanges)}
        self._anywhere = {value for value in everything if is_unmistakable(value)}
        self._at = {(place, value) for value, places in everything.items() for place in places}
        self._masks: dict[str, Mask] = defaultdict(Mask)
        self._free: dict[int, set[Place]] = {}
        self.opened: dict[int, Opened] = {}
        """The recordings with volatile values, by their numbers."""
        if everything:
            self._open(exchanges)

    def _open(self, exchanges: Sequence[Exchange]) -> None:
        asked = [self._matcher.part(e.operation, e.params, e.tokens) for e in exchanges]
        holding = []
        for number, (exchange, params) in enumerate(zip(exchanges, asked, strict=True)):
            free = select(self._compiled, params)
            open_leaves = [leaf for leaf in leaves(params) if self._is_open(leaf, free)]
            for leaf in open_leaves:
                self._masks[exchange.operation].add(leaf.path)
            if open_leaves:
                holding.append(number)
                self._free[number] = {leaf.at for leaf in open_leaves if _is_in(leaf.at, free)}
        for number in holding:
            opened = self.open(exchanges[number].operation, asked[number])
            if opened is not None:
                self.opened[number] = opened

    def _is_open(self, leaf: Leaf, free: set[Place]) -> bool:
        return _is_in(leaf.at, free) or any(
            value in self._anywhere or (place_name(leaf.path), value) in self._at
            for text in leaf.parts
            for value in (text, *(part.text for part in split(text) if part.kind))
        )

    def open(self, operation: str, params: dict[str, Any]) -> Opened | None:
        """A request (as ``Matcher.part`` has it) with its volatile places left open; ``None`` where it has none."""
        mask = self._masks.get(operation)
        if mask is None:
            return None
        tree, found = mask.opened(params)
        if not found:
            return None
        key = self._matcher.text(operation, tree)
        if key.count("@volatile") != len(found) and looks_open(self._matcher.text(operation, params)):
            return None
        pattern, in_order = closed(key, found)
        return Opened(pattern, tuple(in_order))

    def fit(self, number: int, asked: Sequence[Leaf], bindings: Bindings) -> Pairing | None:
        """What would be bound if a request with these open leaves were the recording; ``None`` if it cannot be."""
        recorded, also = self.opened[number].leaves, Pairing()
        if len(recorded) != len(asked):
            return None
        pairs = list(zip(recorded, asked, strict=True))
        for one, other in sorted(pairs, key=_is_set):  # sets last: their members may be met elsewhere in the request
            free = one.at in self._free[number]
            fits = self._fits_set if isinstance(one.text, tuple) else self._fits_text
            if one.tag != other.tag or not fits(one, one.text, other.text, bindings, also, free=free):
                return None
        return also

    def _fits_set(
        self, leaf: Leaf, recorded: Any, asked: Any, bindings: Bindings, also: Pairing, *, free: bool
    ) -> bool:
        """Member by member, as far as only one fits. Which of several is which is told by other requests."""
        was, now = _left(recorded, asked), _left(asked, recorded)
        if len(was) != len(now) or not all(self._is_volatile(leaf, text, free=free) for text in was):
            return False
        settled = True
        while settled:
            settled = False
            for text in was:
                alike = [one for one in now if self._fits_text(leaf, text, one, bindings, Pairing(also), free=free)]
                if not alike:
                    return False
                if len(alike) == 1:
                    self._fits_text(leaf, text, alike[0], bindings, also, free=free)
                    was, now = _left(was, [text]), _left(now, alike)
                    settled = True
                    break
        return True

    def _fits_text(
        self, leaf: Leaf, recorded: Any, asked: Any, bindings: Bindings, also: Pairing, *, free: bool
    ) -> bool:
        """TextPart by part where both texts are alike; as a whole where anything may stand there."""
        one, other = split(recorded), split(asked)
        if not self._is_whole(leaf, recorded) and alike(one, other):
            trial = Pairing(also)
            if all(self._fits_part(leaf, *parts, bindings, trial) for parts in zip(one, other, strict=True)):
                also.take(trial)
                return True
        whole = free or self._is_whole(leaf, recorded)
        return bindings.pair(leaf.attribute, recorded, asked, also) if whole else recorded == asked

    def _fits_part(self, leaf: Leaf, one: TextPart, other: TextPart, bindings: Bindings, also: Pairing) -> bool:
        if not one.kind or not self._is_whole(leaf, one.text):
            return one.text == other.text
        return bindings.pair(leaf.attribute, one.text, other.text, also)

    def _is_whole(self, leaf: Leaf, text: str) -> bool:
        return text in self._anywhere or (place_name(leaf.path), text) in self._at

    def _is_volatile(self, leaf: Leaf, text: str, *, free: bool) -> bool:
        return free or self._is_whole(leaf, text) or any(self._is_whole(leaf, part.text) for part in split(text))

    def unsure(self, number: int, bindings: Bindings) -> bool:
        """Whether a recording holds a short value without one of this run: being equal says little about it."""
        opened = self.opened.get(number)
        return opened is not None and any(
            not is_unmistakable(text)
            and self._is_volatile(leaf, text, free=leaf.at in self._free[number])
            and not bindings.binds(leaf.attribute, text)
            for leaf in opened.leaves
            for text in leaf.parts
            if not made_parts(text)
        )


def _is_in(at: Place, places: set[Place]) -> bool:
    return bool(places) and any(at[: len(place)] == place for place in places)


def _is_set(pair: tuple[Leaf, Leaf]) -> bool:
    return isinstance(pair[0].text, tuple)


def _left(these: Sequence[str], those: Sequence[str]) -> list[str]:
    others = set(those)
    return [text for text in these if text not in others]
