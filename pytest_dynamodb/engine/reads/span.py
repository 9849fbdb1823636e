"""The part of a partition that a key condition selects: found by bisection, whatever else is stored.

A table's items are placed by a plain value, an index's entries by a tuple: one component for each RANGE attribute,
then the table's key (``IndexSchema.order``). Where earlier components are equal, a later one is in order by itself; and
cutting texts to the length of a prefix keeps their order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from pytest_dynamodb.engine.storage.partition import Order
from pytest_dynamodb.expressions.keyconditions import KeyOperator

View: TypeAlias = "Callable[[Any], Any]"
"""What of a place is compared."""


class Span(NamedTuple):
    """Places from ``low`` to ``high``, each ``None`` where there is no bound, seen through ``view``.

    ``after`` excludes ``low`` itself, ``before`` excludes ``high``.
    """

    low: Any = None
    high: Any = None
    after: bool = False
    before: bool = False
    view: View | None = None

    def narrowed(self, keys: list[Any], start: int, stop: int) -> tuple[int, int]:
        """The positions within ``start`` and ``stop`` that lie in it, of sorted keys."""
        low, high, view = self.low, self.high, self.view
        if low is not None:
            start = (bisect_right if self.after else bisect_left)(keys, low, start, stop, key=view)
        if high is not None:
            stop = (bisect_left if self.before else bisect_right)(keys, high, start, stop, key=view)
        return start, stop

    def holds(self, place: Any) -> bool:
        """Whether a place lies in it."""
        seen = place if self.view is None else self.view(place)
        low, high = self.low, self.high
        if low is not None and (seen < low or (self.after and seen == low)):
            return False
        return high is None or not (seen > high or (self.before and seen == high))


Spans: TypeAlias = tuple[Span, ...]
"""One for each RANGE attribute with a condition, in the order of the key schema."""

_ONE_BOUND: Final[dict[KeyOperator, Callable[[Any, View | None], Span]]] = {
    "=": lambda bound, view: Span(bound, bound, view=view),
    "<": lambda bound, view: Span(high=bound, before=True, view=view),
    "<=": lambda bound, view: Span(high=bound, view=view),
    ">": lambda bound, view: Span(bound, after=True, view=view),
    ">=": lambda bound, view: Span(bound, view=view),
}


def span_of(operator: KeyOperator, bounds: Sequence[Any], component: int | None) -> Span:
    """The places that compare so with ``bounds``; ``component`` says which of a tuple's is compared."""
    view = None if component is None else itemgetter(component)
    if operator == "BETWEEN":
        return Span(bounds[0], bounds[1], view=view)
    if operator == "begins_with":
        return Span(bounds[0], bounds[0], view=_beginning(len(bounds[0]), view))
    return _ONE_BOUND[operator](bounds[0], view)


def _beginning(length: int, view: View | None) -> View:
    if view is None:
        return itemgetter(slice(length))
    return lambda place: view(place)[:length]


def positions(keys: list[Any], spans: Spans) -> tuple[int, int]:
    """The positions in a partition's keys that spans select: from the first up to, and without, the second."""
    start, stop = 0, len(keys)
    for span in spans:
        start, stop = span.narrowed(keys, start, stop)
    return start, max(start, stop)


def holds(spans: Spans, place: Order) -> bool:
    """Whether a place lies in all of them."""
    return all(span.holds(place) for span in spans)
