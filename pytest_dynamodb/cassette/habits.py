"""Habits that cost: what a test's calls say of the code that made them, judged in their order.

Each rule looks for one habit and knows nothing of the others. What is too much of it is for limits to say.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.cassette.choices import HABITS, HabitName
from pytest_dynamodb.cassette.contracts import partition_names, schemas_of
from pytest_dynamodb.cassette.items import consumed
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import is_write, parts, tables_of
from pytest_dynamodb.values import canonical_value

_encode = json.JSONEncoder(sort_keys=True, default=str).encode


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that was found. ``amount`` is how much of it, as limits count it; ``what`` is a sentence about it.

    ``numbers`` are the exchanges that it was seen in, from 1, in the order of the calls.
    """

    rule: HabitName
    amount: float
    what: str
    numbers: tuple[int, ...] = ()


# --- rules ---


def read_units(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """The read units consumed, as far as answers say."""
    units = consumed(exchanges).read
    if units:
        yield Habit("read_units", units, f"{units:g} read units")


def write_units(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """The write units consumed, as far as answers say."""
    units = consumed(exchanges).write
    if units:
        yield Habit("write_units", units, f"{units:g} write units")


def scans(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """Tables and indexes that were read from one end to the other. Amount: requests."""
    found: dict[str, list[int]] = defaultdict(list)
    looked_at: Counter[str] = Counter()
    for number, exchange in _numbered(exchanges):
        for part in parts(exchange.operation, exchange.params):
            if exchange.operation == "Scan" or ("Statement" in part.content and _is_whole(part.content)):
                place = f"{part.table}, index {part.index_name}" if part.index_name else part.table
                found[place].append(number)
                looked_at[place] += int((exchange.response or {}).get("ScannedCount") or 0)
    for place, numbers in found.items():
        read = f", {looked_at[place]} items looked at" if looked_at[place] else ""
        yield Habit("scans", len(numbers), f"{place} was scanned {_times(len(numbers))}{read}", tuple(numbers))


def _is_whole(content: Mapping[str, Any]) -> bool:
    """Whether a statement reads a table from one end to the other: a SELECT without a WHERE."""
    words = str(content.get("Statement", "")).split()
    return bool(words) and words[0].upper() == "SELECT" and "WHERE" not in {word.upper() for word in words}


def repeated_reads(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """The same read again, with nothing written to its tables in between. Amount: reads that said nothing new."""
    seen: dict[str, list[int]] = {}
    for number, exchange in _numbered(exchanges):
        row = OPERATIONS.get(exchange.operation)
        if row is None or not row.items or exchange.error_code is not None:
            continue
        if is_write(exchange.operation, exchange.params):
            written = set(tables_of(exchange.operation, exchange.params))
            for key, numbers in [*seen.items()]:
                first = exchanges[numbers[0] - 1]
                if written & set(tables_of(first.operation, first.params)):
                    yield from _repeated(exchanges, seen.pop(key))
        else:
            seen.setdefault(exchange.operation + _encode(exchange.params), []).append(number)
    for numbers in seen.values():
        yield from _repeated(exchanges, numbers)


def _repeated(exchanges: Sequence[Exchange], numbers: list[int]) -> Iterator[Habit]:
    if len(numbers) > 1:
        what = f"{_title(exchanges[numbers[0] - 1])} was asked {len(numbers)} times, with nothing written in between"
        yield Habit("repeated_reads", len(numbers) - 1, what, tuple(numbers))


def reads_in_a_row(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """Items of a table read one by one, which one BatchGetItem would read. Amount: items.

    Calls about other tables may stand between, and the first of them may be the Query that found the keys: N + 1 reads.
    """
    runs: dict[str, dict[str, int]] = {}
    for number, exchange in _numbered(exchanges):
        row = OPERATIONS.get(exchange.operation)
        if row is None or not row.items:
            continue
        tables = tables_of(exchange.operation, exchange.params)
        if exchange.operation == "GetItem":
            same = {name: value for name, value in exchange.params.items() if name != "Key"}
            runs.setdefault(_encode(same), {}).setdefault(_encode(exchange.params.get("Key")), number)
        elif is_write(exchange.operation, exchange.params):
            for key in [key for key in runs if json.loads(key).get("TableName") in tables]:
                yield from _in_a_row(exchanges, runs.pop(key))
    for run in runs.values():
        yield from _in_a_row(exchanges, run)


def _in_a_row(exchanges: Sequence[Exchange], run: Mapping[str, int]) -> Iterator[Habit]:
    if len(run) > 1:
        table = exchanges[next(iter(run.values())) - 1].params.get("TableName")
        what = f"{len(run)} items of {table} were read one by one: BatchGetItem reads up to 100 at once"
        yield Habit("reads_in_a_row", len(run), what, tuple(run.values()))


def unread_pages(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """Answers that end before the end, where nobody asked for a limit or for what comes next. Amount: answers."""
    asked = {
        _encode([exchange.operation, _at(exchange.params, row.paging[0])])
        for exchange in exchanges
        if (row := OPERATIONS.get(exchange.operation)) and row.paging
    }
    for number, exchange in _numbered(exchanges):
        row = OPERATIONS.get(exchange.operation)
        if row is None or row.paging is None or exchange.operation == "GetRecords":
            continue  # a shard goes on for as long as it is open
        ended = _at(exchange.response or {}, row.paging[1])
        limited = any(name in exchange.params for name in ("Limit", "MaxResults", "PageSize"))
        if ended and not limited and _encode([exchange.operation, ended]) not in asked:
            what = f"{_title(exchange)} ended at {row.paging[1]}, and the next page was never asked for"
            yield Habit("unread_pages", 1, what, (number,))


def _at(tree: Mapping[str, Any], path: str) -> Any:
    value: Any = tree
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def unprocessed(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """What a batch left undone and nobody asked for again. Amount: entries."""
    for number, exchange in _numbered(exchanges):
        row = OPERATIONS.get(exchange.operation)
        left = _at(exchange.response or {}, row.leftovers) if row is not None and row.leftovers else None
        if not left:
            continue
        again = Counter(entry for later in exchanges[number:] for entry in _entries(later.operation, later.params))
        dropped = sum((Counter(_entries(exchange.operation, {"RequestItems": left})) - again).values())
        if dropped:
            tables = ", ".join(sorted(left))
            what = f"{dropped} of a {exchange.operation} on {tables} came back unprocessed and were not sent again"
            yield Habit("unprocessed", dropped, what, (number,))


def _entries(operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    """What a request does, item by item: the same text for the same thing done, however it is asked for."""
    for part in parts(operation, params):
        content = {name: part.content[name] for name in ("Key", "Item") if name in part.content}
        yield _encode([part.table, part.action, content])


LEAST_SHARE: Final = 0.5
"""The part of a table's accesses that goes to one partition key before it is called hot."""


def hot_key(exchanges: Sequence[Exchange]) -> Iterator[Habit]:
    """A partition that gets half of a table's accesses or more, where others get some too. Amount: its accesses."""
    names = partition_names(schemas_of(exchanges))
    accesses: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, exchange in _numbered(exchanges):
        for part in parts(exchange.operation, exchange.params):
            value = part.attributes.get(names.get(part.table, "")) if part.index_name is None else None
            if value is not None:
                accesses[part.table][_encode(canonical_value(value))].append(number)
    for table, partitions in accesses.items():
        every = sum(map(len, partitions.values()))
        key, numbers = max(partitions.items(), key=lambda pair: len(pair[1]))
        if len(partitions) > 1 and len(numbers) >= every * LEAST_SHARE:
            what = f"{len(numbers)} of {every} accesses to {table} went to one partition, {names[table]} = {key}"
            yield Habit("hot_key", len(numbers), what, tuple(dict.fromkeys(numbers)))


RULES: Final[Mapping[HabitName, Callable[[Sequence[Exchange]], Iterator[Habit]]]] = {
    "read_units": read_units,
    "write_units": write_units,
    "scans": scans,
    "repeated_reads": repeated_reads,
    "reads_in_a_row": reads_in_a_row,
    "unread_pages": unread_pages,
    "unprocessed": unprocessed,
    "hot_key": hot_key,
}


def _numbered(exchanges: Sequence[Exchange]) -> Iterator[tuple[int, Exchange]]:
    return zip(range(1, len(exchanges) + 1), exchanges, strict=True)


def _title(exchange: Exchange) -> str:
    tables = ", ".join(filter(None, tables_of(exchange.operation, exchange.params)))
    return f"{exchange.operation} on {tables}" if tables else exchange.operation


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


# --- limits ---

USUAL: Final[Mapping[HabitName, float]] = {
    "scans": 0,
    "repeated_reads": 0,
    "reads_in_a_row": 4,
    "unread_pages": 0,
    "unprocessed": 0,
    "hot_key": 24,
}
"""What the report names unless told otherwise. Units have no limit until somebody gives one."""


@dataclass(frozen=True, slots=True)
class HabitLimits:
    """How much of each habit is too much: more than ``most`` of it. A habit without a limit is never too much."""

    most: Mapping[HabitName, float] = field(default_factory=lambda: dict(USUAL))

    def found(self, exchanges: Sequence[Exchange]) -> list[Habit]:
        """What is too much in these exchanges, rule by rule. Of scans, pages and leftovers, the sum counts."""
        habits: list[Habit] = []
        for name, most in self.most.items():
            of_rule = list(RULES[name](exchanges))
            if name in _SUMMED:
                habits += of_rule if sum(habit.amount for habit in of_rule) > most else []
            else:
                habits += [habit for habit in of_rule if habit.amount > most]
        return habits


_SUMMED: Final = frozenset({"scans", "repeated_reads", "unread_pages", "unprocessed"})


def parsed_limits(lines: Sequence[str]) -> dict[HabitName, float]:
    """Limits as an ini file has them, ``name = number`` a line. Raises ``ConfigurationError`` for a wrong one."""
    most: dict[HabitName, float] = {}
    for line in lines:
        name, _, number = (part.strip() for part in line.partition("="))
        known = next((one for one in HABITS if one == name), None)
        try:
            limit = float(number)
        except ValueError:
            limit = -1.0
        if known is None or not limit >= 0:
            raise ConfigurationError(
                f"dynamodb_cassette_limits has lines such as `scans = 0`, not {line!r}; there are {', '.join(HABITS)}"
            )
        most[known] = limit
    return most
