"""Reports on a cassette: requests that no recording answers, answers that have changed, recordings left over."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nlargest
from pathlib import Path
from typing import Any, NamedTuple

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.options import CassetteOptions, compile_paths, select, without
from pytest_dynamodb.cassette.report.expressions import describe_expressions, take_expressions
from pytest_dynamodb.cassette.report.requests import request_line, title
from pytest_dynamodb.cassette.report.trees import TreePath, describe, differences, find_differences, path_text
from pytest_dynamodb.cassette.volatile.parts import is_unmistakable
from pytest_dynamodb.cassette.volatile.passes import compare
from pytest_dynamodb.exchange import Exchange, TransportFailure
from pytest_dynamodb.expressions.canonical import canonical_params
from pytest_dynamodb.requests import tables_of
from pytest_dynamodb.terminal import printable

_MOST_IGNORED, _MOST_LISTED = 2, 20
"""How many places `ignore` is suggested for, and how many differences of a recording are listed."""


class Inventory(NamedTuple):
    """A cassette as it is at the moment: its file, whether that ``exists``, what it holds, and what has been played."""

    path: Path
    exists: bool
    header: Header
    options: CassetteOptions
    matcher: Matcher
    exchanges: Sequence[Exchange]
    played: Sequence[Exchange]


def describe_miss(
    cassette: Inventory,
    operation: str,
    params: dict[str, Any],
    reason: str,
    near: Sequence[int],
    *,
    tokens: tuple[str, ...] = (),
    colour: bool = False,
) -> str:
    """The report of a request that no recording answers: what it was, what was near, what to do.

    ``near`` are numbers of recordings, the nearest first: it is compared with the request clause by clause and path by
    path, the others are named. ``colour`` is for terminals.
    """
    exchanges, played = cassette.exchanges, {id(exchange) for exchange in cassette.played}
    lines = [f"{title(operation, params)}: {reason}", f"  request    {request_line(operation, params)}"]
    matcher, suggested, volatile, differs = cassette.matcher, list[str](), list[str](), False
    for rank, number in enumerate(near):
        recorded = exchanges[number]
        state = "already played" if id(recorded) in played else "not played"
        name = title(recorded.operation, recorded.params)
        line = request_line(recorded.operation, recorded.params)
        lines.append(f"  {'nearest' if rank == 0 else 'then'}".ljust(13) + f"#{number + 1} {name} {line} ({state})")
        if rank == 0 and recorded.operation == operation:
            now = matcher.form(operation, params, tokens)
            compared = list(_compare(matcher.form(recorded.operation, recorded.params, recorded.tokens), now, colour))
            lines += [f"    {text}" for text in compared] or ["    the same parameters"]
            differs = bool(compared)
            if differs:
                suggested = suggest_ignore(cassette, recorded, params, tokens)
                volatile = suggest_volatile(cassette, recorded, Exchange(operation, params, recorded.outcome, tokens))
    lines.append(f"  cassette   {printable(str(cassette.path))} ({_holdings(cassette)})")
    lines.append(f"  fix        {cassette.options.remedy}")
    if suggested:
        lines.append(f"  or         leave out what always differs: ignore=[{', '.join(map(_quoted, suggested))}]")
    elif differs:
        lines.append("  or         leave out what always differs: ignore=[…] with JMESPath, such as Item.created_at")
    if volatile:
        lines.append(f"  or         carry what is new in every run: volatile=[{', '.join(map(_quoted, volatile))}]")
    return "\n".join(lines)


def _compare(recorded: Any, now: Any, colour: bool) -> Iterator[str]:
    """The differences between two canonical forms, line by line."""
    was, recorded_clauses = take_expressions(recorded)
    rest, clauses = take_expressions(now)
    yield from describe_expressions(recorded_clauses, clauses, colour=colour)
    found = find_differences(was, rest) if was != rest else []
    yield from describe(found[:_MOST_LISTED])
    if len(found) > _MOST_LISTED:
        yield f"and {len(found) - _MOST_LISTED} more differences"


def suggest_ignore(
    cassette: Inventory, recorded: Exchange, params: dict[str, Any], tokens: tuple[str, ...]
) -> list[str]:
    """The ``ignore`` paths with which ``recorded`` would answer, if there are no more than a few; else none.

    Attributes of items are looked at, and values of expressions. That these paths suffice is tried out. Those that
    are ignored already come first: a marker's list takes the place of a project's.
    """
    options = cassette.options
    ignored = compile_paths(options.ignore, option="ignore")
    was, texts = take_expressions(_without(ignored, recorded.params, recorded.tokens))
    now, texts_now = take_expressions(_without(ignored, params, tokens))
    if texts != texts_now:
        return []
    # Any operation that has values will do: it is numbers and sets that are to be compared by value.
    found = find_differences(canonical_params("PutItem", was), canonical_params("PutItem", now))
    places = [difference.path for difference in found]
    keys = {name for names in cassette.header.tables.values() for name in names}
    if not 0 < len(places) <= _MOST_IGNORED or not all(_may_be_ignored(place, keys) for place in places):
        return []
    suggested = [*options.ignore, *map(path_text, places)]
    wider = Matcher(suggested, normalize=options.hooks.normalize)
    one = wider.key(recorded.operation, recorded.params, recorded.tokens)
    return suggested if one == wider.key(recorded.operation, params, tokens) else []


def suggest_volatile(cassette: Inventory, recorded: Exchange, asked: Exchange) -> list[str]:
    """The ``volatile`` paths with which ``recorded`` would answer, if nothing differs but ids and times; else none.

    Those that are volatile already come first, as with ``ignore``.
    """
    found = compare([recorded], [asked], cassette.matcher)
    if found.places or any(found.unpaired) or not found.values or not all(map(is_unmistakable, found.values)):
        return []
    return [*cassette.options.volatile, *(place for place in found.bound if place not in cassette.options.volatile)]


def _without(ignored: Sequence[Any], params: dict[str, Any], tokens: tuple[str, ...]) -> dict[str, Any]:
    kept = {name: value for name, value in params.items() if name not in tokens}
    left: dict[str, Any] = without(kept, select(ignored, kept))
    return left


def _quoted(path: str) -> str:
    return f"'{path}'" if '"' in path else f'"{path}"'


def _may_be_ignored(place: TreePath, keys: set[str]) -> bool:
    """Whether a place is an attribute, or a value of an expression, and not what tells one item from another."""
    names = [part for part in place if isinstance(part, str)]
    for holder, name in itertools.pairwise(names):
        if holder == "Item":
            return name not in keys
        if holder in {"ExpressionAttributeValues", "AttributeUpdates"}:
            return True
    return False


def _holdings(cassette: Inventory) -> str:
    if not cassette.exists:
        return "does not exist yet"
    count, age = len(cassette.exchanges), cassette.header.age
    recorded = printable(cassette.header.recorded[:10]) or "an unknown date"
    old = "" if age is None else f", {_days(age.days)}"
    return f"{count} exchange{'' if count == 1 else 's'}, recorded {recorded}{old}"


def _days(days: int) -> str:
    return "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"


# --- many misses at a glance ---
# Equal ones are shown once with their number, and no more of them than a person reads.

_MOST_SHOWN = 5
"""How many different misses are shown in full."""


def list_misses(reports: Sequence[str]) -> str:
    """The reports of misses as one text, in the order of the first of each."""
    counted = Counter(reports)
    shown = [_with_times(report, times) for report, times in list(counted.items())[:_MOST_SHOWN]]
    left = list(counted.values())[_MOST_SHOWN:]
    if left:
        calls = "" if sum(left) == len(left) else f", in {sum(left)} calls"
        shown.append(f"and {len(left)} more requests that no recording answered{calls}")
    return "\n\n".join(shown)


def _with_times(report: str, times: int) -> str:
    return report if times == 1 else f"{report}\n  times      {times}, the same request each time"


# --- nearest recordings ---
# Those that a request nobody answered was probably meant to be.

_SCANNED, _COMPARED, _LEAVES = 20_000, 100, 500
"""How many recordings are looked at, how many of them are compared leaf by leaf, and how many leaves of each."""


def nearest(
    operation: str, params: dict[str, Any], recordings: Sequence[Exchange], played: bytes, *, shown: int = 2
) -> list[int]:
    """The numbers of the recordings most like a request, the most alike first.

    Those of the same operation come first, then those of the same tables, then those with more leaves in common; of
    equals, one that has not been played. However many recordings there are, only some are compared closely: those of
    which most parameters are the same as a whole.
    """
    tables = set(tables_of(operation, params))
    leaves = _leaves(params)
    candidates = range(min(len(recordings), _SCANNED))
    same = [number for number in candidates if recordings[number].operation == operation]

    def at_a_glance(number: int) -> tuple[bool, int, bool]:
        recorded = recordings[number]
        equal = sum([recorded.params.get(name) == value for name, value in params.items()])
        return recorded.params.get("TableName") == params.get("TableName"), equal, not played[number]

    def likeness(number: int) -> tuple[bool, bool, float, bool]:
        recorded = recordings[number]
        others = _leaves(recorded.params)
        common = len(leaves & others) / (len(leaves | others) or 1)
        same_tables = set(tables_of(recorded.operation, recorded.params)) == tables
        return recorded.operation == operation, same_tables, common, not played[number]

    return nlargest(shown, nlargest(_COMPARED, same or candidates, key=at_a_glance), key=likeness)


def _leaves(tree: Any) -> set[tuple[str, str]]:
    """The first leaves of a tree, each with its place; where in a list they stand does not count."""
    found: set[tuple[str, str]] = set()
    waiting = [("", tree)]
    while waiting and len(found) < _LEAVES:
        at, node = waiting.pop()
        if isinstance(node, dict):
            waiting += [(f"{at}.{key}", value) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(f"{at}[]", value) for value in node]
        else:
            found.add((at, str(node)))
    return found


# --- drift and leftovers ---
# Answers that are no longer the recorded ones, and recordings that nobody asked for.

_SHOWN = 5


def describe_drift(recorded: Exchange, actual: Exchange, matcher: Matcher) -> list[str]:
    """A line for each difference between what was recorded and what an upstream answers now; none if it is the same.

    What ``matcher`` ignores, and what the service makes up anew each time, is no difference.
    """
    one, other = _comparable(recorded, matcher), _comparable(actual, matcher)
    if one == other:
        return []
    return [_line(recorded), *(f"  {line}" for line in differences(one, other))]


def _comparable(exchange: Exchange, matcher: Matcher) -> dict[str, Any]:
    outcome = exchange.outcome
    if isinstance(outcome, TransportFailure):
        return {"failure": outcome.kind}
    return {"status": outcome.status, "body": matcher.comparable(outcome.body)}


def _line(exchange: Exchange) -> str:
    return f"{title(exchange.operation, exchange.params)} {request_line(exchange.operation, exchange.params)}"


def describe_unplayed(cassette: Inventory, unplayed: Sequence[Exchange]) -> str:
    """What a passing test left over, and what to do about it."""
    exchanges = cassette.exchanges
    shown = {id(exchange) for exchange in unplayed[:_SHOWN]}
    titles = [f"  #{n} {_line(exchange)}" for n, exchange in enumerate(exchanges, 1) if id(exchange) in shown]
    more = [f"  and {len(unplayed) - _SHOWN} more"] if len(unplayed) > _SHOWN else []
    head = f"{printable(str(cassette.path))}: {len(unplayed)} of {len(exchanges)} recordings were not played"
    return "\n".join([head, *titles, *more, f"  {cassette.options.remedy}"])
