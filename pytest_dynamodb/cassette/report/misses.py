"""The report of a request that no recording answers, in DynamoDB's language."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from pytest_dynamodb.cassette.inventory import Inventory
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.paths import compile_paths, select, without
from pytest_dynamodb.cassette.report.expressions import describe_expressions, take_expressions
from pytest_dynamodb.cassette.report.requests import request_line, title
from pytest_dynamodb.cassette.report.trees import Path, describe, find_differences, path_text
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.expressions.canonical import canonical_params

#: How many places `ignore` is suggested for, and how many differences of a recording are listed.
_MOST_IGNORED, _MOST_LISTED = 2, 20


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
    matcher, suggested, differs = cassette.matcher, list[str](), False
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
    lines.append(f"  cassette   {cassette.path} ({_holdings(cassette)})")
    lines.append(f"  fix        {cassette.options.remedy}")
    if suggested:
        lines.append(f"  or         leave out what always differs: ignore=[{', '.join(map(_quoted, suggested))}]")
    elif differs:
        lines.append("  or         leave out what always differs: ignore=[…] with JMESPath, such as Item.created_at")
    return "\n".join(lines)


def _compare(recorded: Any, now: Any, colour: bool) -> Iterator[str]:
    """Only what the matcher holds different: both are its canonical forms."""
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


def _without(ignored: Sequence[Any], params: dict[str, Any], tokens: tuple[str, ...]) -> dict[str, Any]:
    kept = {name: value for name, value in params.items() if name not in tokens}
    left: dict[str, Any] = without(kept, select(ignored, kept))
    return left


def _quoted(path: str) -> str:
    return f"'{path}'" if '"' in path else f'"{path}"'


def _may_be_ignored(place: Path, keys: set[str]) -> bool:
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
    recorded = cassette.header.recorded[:10] or "an unknown date"
    old = "" if age is None else f", {_days(age.days)}"
    return f"{count} exchange{'' if count == 1 else 's'}, recorded {recorded}{old}"


def _days(days: int) -> str:
    return "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
