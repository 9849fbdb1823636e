"""Parts of a partition, walks through what is stored, and the start keys where a read goes on.

What a key condition selects is found by bisection, whatever else is stored. A table's items are placed by a plain
value, an index's entries by a tuple: one component for each RANGE attribute, then the table's key
(``IndexSchema.order``). Where earlier components are equal, a later one is in order by itself; and cutting texts to the
length of a prefix keeps their order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.schema import KeyPart, KeySchema
from pytest_dynamodb.engine.storage.hashorder import in_segment
from pytest_dynamodb.engine.storage.partition import Attributes, Identity, Partition, SortPosition, StoredItem
from pytest_dynamodb.engine.validation.keys import NO_MATCH, check_key, check_key_value
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import checked_start_key
from pytest_dynamodb.engine.validation.wording import Wording
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.resolution import KeyOperator

View: TypeAlias = "Callable[[Any], Any]"
"""Takes from a place the part that is compared."""


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
    """The span in which an operator holds; ``component`` says which of a tuple's values is compared."""
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


def holds(spans: Spans, place: SortPosition) -> bool:
    """Whether a place lies in all of them."""
    return all(span.holds(place) for span in spans)


# --- walks ---
# What is stored, in the order in which a Query or a Scan comes across it. Lazy: only what is asked for is touched.


def walk_partition(
    source: Source, identity: Identity, spans: Spans, start: Attributes | None, *, forward: bool
) -> Iterator[StoredItem]:
    """The items of a partition within spans, in key order or against it, behind a start key."""
    partition = source.store.partitions.get(identity)
    if partition is None:
        return iter(())
    first, end = positions(partition.keys, spans)
    if start is not None:
        # The start key's item may be gone by now: its place is what counts.
        place = source.order(start)
        if forward:
            first = max(first, bisect_right(partition.keys, place))
        else:
            end = min(end, bisect_left(partition.keys, place))
    return _forward(partition, first, end) if forward else _backward(partition, first, end)


def _forward(partition: Partition, first: int, end: int) -> Iterator[StoredItem]:
    items = partition.items
    return (items[at] for at in range(first, end))


def _backward(partition: Partition, first: int, end: int) -> Iterator[StoredItem]:
    items = partition.items
    return (items[at] for at in range(end - 1, first - 1, -1))


def walk_segment(source: Source, segment: tuple[int, int], start: Attributes | None) -> Iterator[StoredItem]:
    """The items of a segment, partition by partition, behind a start key."""
    store, after = source.store, None
    if start is not None:
        after = source.identity(start)
        yield from walk_partition(source, after, (), start, forward=True)
    for identity in store.in_hash_order(after=after, segment=segment, tags=source.keys.hash_tags):
        yield from store.partitions[identity].items


# --- ExclusiveStartKey ---
# It must be a key of what is read, and lie where the read goes. Messages and their order: dynalite's suite, test/query
# and test/scan, whose cases ran against AWS.

INVALID_START_KEY: Final = "The provided starting key is invalid"
INVALID_KEY: Final = f"{INVALID_START_KEY}: {NO_MATCH}"
OUTSIDE: Final = "The provided starting key is outside query boundaries based on provided conditions"
NOT_IN_RANGE: Final = "The provided starting key does not match the range key predicate"
ONE_ROW: Final = "The query can return at most one row and cannot be restarted"
OTHER_SEGMENT: Final = (
    f"{INVALID_START_KEY}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
    "TotalSegments: {total} Segment: {segment}"
)


def read_start_key(wording: Wording, params: Mapping[str, Any]) -> Attributes | None:
    """The start key's attributes, canonical; ``None`` where there is none. Raises ValidationException for bad values.

    An empty one is no start key in SDKs' sense, but to AWS it is one without attributes.
    """
    given = params.get("ExclusiveStartKey")
    if given is None:
        return None
    return checked_start_key(given, wording=wording).attributes


def check_count(start: Attributes, source: Source, *, message: str = INVALID_START_KEY) -> None:
    """Raise ValidationException unless a start key has as many attributes as a LastEvaluatedKey of the source."""
    if len(start) != len(source.key_names):
        raise ValidationException(message)


def check_key_attribute(start: Attributes, part: KeyPart, *, is_range: bool) -> None:
    """Check that a start key has an attribute of the key that is queried by. Raises ValidationException."""
    name, tag = part
    value = start.get(name)
    if value is None:
        raise ValidationException(INVALID_START_KEY)
    if tag not in value:
        raise ValidationException(NO_MATCH)
    check_key_value(name, tag, value[tag], is_range=is_range)


def check_table_key(start: Attributes, keys: KeySchema) -> None:
    """Check that a start key has a key of the table in it. Raises ValidationException."""
    try:
        check_key({name: start[name] for name in keys.names if name in start}, keys.parts)
    except ValidationException as problem:
        raise ValidationException(f"{INVALID_START_KEY}: {problem.message}") from problem


def check_within(start: Attributes, source: Source, identity: Identity, spans: Spans) -> None:
    """Check that a start key lies where a Query looks. Raises ValidationException."""
    elsewhere = source.identity(start) != identity
    if not spans:
        if elsewhere:
            raise ValidationException(OUTSIDE)
        return
    if not holds(spans, source.order(start)):
        raise ValidationException(NOT_IN_RANGE)
    if elsewhere:
        raise ValidationException(ONE_ROW)


def check_scan_key(surface: Surface, start: Attributes, source: Source) -> None:
    """Check that a Scan's start key has the attributes that a LastEvaluatedKey has. Raises ValidationException.

    Whether those of the table's key are of its types is ``check_table_key``'s to say, later.
    """
    if source.index is None:
        check_count(start, source, message=INVALID_START_KEY if surface.reading == "newer" else INVALID_KEY)
        return
    check_count(start, source)
    for part in source.keys.hash:
        check_key_attribute(start, part, is_range=False)
    for part in source.keys.range:
        check_key_attribute(start, part, is_range=True)


def check_segment(start: Attributes, source: Source, segment: tuple[int, int]) -> None:
    """Check that a Scan's start key lies in the segment that is read. Raises ValidationException."""
    if segment != (0, 1) and not in_segment(source.identity(start), *segment, tags=source.keys.hash_tags):
        raise ValidationException(OTHER_SEGMENT.format(total=segment[1], segment=segment[0]))
