"""Two recordings of one test: what differs between them by itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.volatile.bindings import Renaming
from pytest_dynamodb.cassette.volatile.parts import alike, is_time, is_unmistakable, split, whole_seconds
from pytest_dynamodb.cassette.volatile.places import Leaf, PlacePath, leaves, place_name
from pytest_dynamodb.exchange import Exchange, Response

_ONE_DAY, _MOST_DAYS_AHEAD = 86_400, 400
"""Times are taken for made from the clock if they are not older than a day, nor further ahead than these days."""

_encode = json.JSONEncoder(sort_keys=True).encode
_BLANK: Final = "~"


@dataclass(slots=True)
class Differing:
    """What differed between two recordings of the same test.

    ``values`` are those of the later one that can be carried from requests into answers, each with its places;
    ``places`` are where something else differed, which can only be ignored; ``unpaired`` are the requests that were
    made in one of them alone, how many in the former and how many in the latter.
    """

    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    unpaired: tuple[int, int] = (0, 0)

    @property
    def bound(self) -> tuple[str, ...]:
        """The places of the values."""
        return tuple(sorted({place for places in self.values.values() for place in places}))


def compare(one: Sequence[Exchange], other: Sequence[Exchange], matcher: Matcher) -> Differing:
    """What differs by itself between two recordings of one test, in what ``matcher`` compares.

    Requests are paired that have the same shape, in recorded order.
    """
    values: dict[str, dict[str, None]] = defaultdict(dict)
    places: dict[str, None] = {}
    former, latter = _by_shape(one, matcher), _by_shape(other, matcher)
    lost = new = 0
    for shape in former.keys() | latter.keys():
        before, after = former.get(shape, []), latter.get(shape, [])
        lost, new = lost + max(0, len(before) - len(after)), new + max(0, len(after) - len(before))
        for was, now in zip(before, after, strict=False):
            places.update(dict.fromkeys(_other_differences(was, now)))
            for leaf, value in _differences(was, now):
                values[value][place_name(leaf.path)] = None
    found = {value: tuple(sorted(places)) for value, places in sorted(values.items())}
    return Differing(found, tuple(sorted(places)), (lost, new))


def _by_shape(exchanges: Sequence[Exchange], matcher: Matcher) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for exchange in exchanges:
        params = matcher.part(exchange.operation, exchange.params, exchange.tokens)
        found[exchange.operation + _encode(_shape(params))].append(params)
    return found


def _shape(node: Any) -> Any:
    """A request without its values; of names, what looks made is left out."""
    if isinstance(node, dict):
        return {_blank(key): _shape(value) for key, value in node.items()}
    if isinstance(node, list):
        return len(node) if all(isinstance(value, str) for value in node) else [_shape(value) for value in node]
    return _BLANK if isinstance(node, str) else type(node).__name__


def _blank(key: str) -> str:
    return "".join([_BLANK if part.kind in {"id", "time", "number"} else part.text for part in split(key)])


def _differences(was: dict[str, Any], now: dict[str, Any]) -> Iterator[tuple[Leaf, str]]:
    """The differing texts of the latter request, part by part where the two are alike, with their leaves."""
    for one, other in zip(_sorted(was), _sorted(now), strict=False):
        for name, name_now in zip(one.at, other.at, strict=False):
            if name != name_now and isinstance(name, str) and isinstance(name_now, str):
                for value in _differing_parts(name, name_now):
                    yield other._replace(path=other.path[: other.at.index(name_now)] or other.path), value
        before, after = list(one.parts), list(other.parts)
        if isinstance(other.text, tuple):
            before, after = sorted(set(before) - set(after)), sorted(set(after) - set(before))
        for text, text_now in zip(before, after, strict=False):
            if text != text_now:
                for value in _differing_parts(text, text_now):
                    yield other, value


def _sorted(params: dict[str, Any]) -> list[Leaf]:
    return sorted(
        leaves(params), key=lambda leaf: [str(step) if isinstance(step, int) else _blank(step) for step in leaf.at]
    )


def _differing_parts(text: str, now: str) -> list[str]:
    one, other = split(text), split(now)
    if not alike(one, other):
        return [now]
    parts = [b.text for a, b in zip(one, other, strict=True) if a.text != b.text]
    return parts if all(map(is_unmistakable, parts)) else [now]


def _other_differences(was: Any, now: Any, path: PlacePath = ()) -> Iterator[str]:
    """Where numbers and booleans differ that are no attribute values: nothing of them is carried."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in was.keys() & now.keys():
            yield from _other_differences(was[key], now[key], (*path, key))
    elif isinstance(was, list) and isinstance(now, list):
        for one, other in zip(was, now, strict=False):
            yield from _other_differences(one, other, (*path, "[]"))
    elif not isinstance(was, str) and was != now:
        yield place_name(path)


def has_whole_seconds(exchanges: Iterable[Exchange], now: float) -> bool:
    """Whether requests hold times of the present in whole seconds, which two recordings within one second share."""
    return any(
        -_ONE_DAY < seconds - now < _MOST_DAYS_AHEAD * _ONE_DAY
        for exchange in exchanges
        for leaf in leaves(exchange.params)
        for text in leaf.parts
        for seconds in whole_seconds(text)
    )


# --- recordings compared but for what is new in every run ---


def numbered(exchanges: Sequence[Exchange], volatile: Iterable[str]) -> list[Exchange]:
    """Exchanges with numbers in the place of volatile values, in the order in which these come; times are all one.

    So two recordings are equal that differ in nothing but such values.
    """
    known, names, count = set(volatile), Renaming(), 0
    if not known:
        return list(exchanges)
    for leaf, value in _texts(exchanges):
        if value in known and names.of(leaf.attribute, value) is None:
            count += not is_time(value)
            number = _TIME if is_time(value) else _TIME + count
            names.add(leaf.attribute, value, str(number), anywhere=is_unmistakable(value))
    return [_renamed(exchange, names) for exchange in exchanges]


def texts_of(exchanges: Iterable[Exchange]) -> set[str]:
    """Every text in requests, and the parts of each."""
    return {text for _, text in _texts(exchanges)}


def _texts(exchanges: Iterable[Exchange]) -> Iterator[tuple[Leaf, str]]:
    for exchange in exchanges:
        for leaf in leaves(exchange.params):
            for text in leaf.parts:
                yield leaf, text
                yield from ((leaf, part.text) for part in split(text) if part.kind)


_TIME: Final = 10**30
"""Stands for every time; the numbers of other values begin after it."""


def _renamed(exchange: Exchange, names: Renaming) -> Exchange:
    outcome = exchange.outcome
    if isinstance(outcome, Response) and isinstance(outcome.body, dict):
        outcome = replace(outcome, body=names.in_tree(outcome.body))
    return replace(exchange, params=names.in_tree(exchange.params), outcome=outcome)
