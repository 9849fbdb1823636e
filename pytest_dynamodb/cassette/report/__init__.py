"""What a miss and a drift look like to the person who has to deal with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.exchange import Exchange, TransportFailure

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.cassette import Cassette
    from pytest_dynamodb.cassette.matching import Matcher

#: How many recordings are compared closely, and how many are shown.
_COMPARED, _SHOWN = 200, 2
_WIDEST = 200


def nearest(operation: str, params: dict[str, Any], recordings: Sequence[Exchange], played: bytes) -> list[int]:
    """The numbers of the recordings most like a request, the most alike first.

    Those of the same operation come first, then those of the same table, then those with more leaves in common; of
    equals, one that has not been played.
    """
    leaves = _leaves(params)

    def likeness(number: int) -> tuple[bool, bool, float, bool]:
        recorded = recordings[number]
        others = _leaves(recorded.params)
        common = len(leaves & others) / (len(leaves | others) or 1)
        same_table = recorded.params.get("TableName") == params.get("TableName")
        return recorded.operation == operation, same_table, common, not played[number]

    same = [n for n, recorded in enumerate(recordings) if recorded.operation == operation]
    candidates = (same or list(range(len(recordings))))[:_COMPARED]
    return sorted(candidates, key=likeness, reverse=True)[:_SHOWN]


def _leaves(node: Any, at: str = "") -> set[tuple[str, str]]:
    if isinstance(node, dict):
        return {leaf for key, value in node.items() for leaf in _leaves(value, f"{at}.{key}")}
    if isinstance(node, list):
        return {leaf for value in node for leaf in _leaves(value, f"{at}[]")}
    return {(at, str(node))}


def describe_miss(cassette: Cassette, operation: str, params: dict[str, Any], reason: str, near: Sequence[int]) -> str:
    """The report of a request that no recording answers: what it was, what was near, what to do."""
    exchanges = cassette.exchanges
    lines = [f"{_title(operation, params)}: {reason}", f"  request    {_short(params)}"]
    for number in near:
        recorded = exchanges[number]
        lines.append(
            f"  nearest    #{number + 1} {_title(recorded.operation, recorded.params)} {_short(recorded.params)}"
        )
        lines += [f"    {line}" for line in differences(recorded.params, params)] or ["    the same parameters"]
    lines.append(f"  cassette   {cassette.path} ({_holdings(cassette)})")
    lines.append(f"  fix        {cassette.options.remedy}")
    if near:
        lines.append("  or         leave out what always differs: ignore=[…] with JMESPath, such as Item.created_at")
    return "\n".join(lines)


def _holdings(cassette: Cassette) -> str:
    if not cassette.exists:
        return "does not exist yet"
    count = len(cassette.exchanges)
    recorded = cassette.header.recorded[:10] or "an unknown date"
    return f"{count} exchange{'' if count == 1 else 's'}, recorded {recorded}"


def describe_drift(recorded: Exchange, actual: Exchange, matcher: Matcher) -> list[str]:
    """A line for each difference between what was recorded and what an upstream answers now; none if it is the same.

    What ``matcher`` ignores, and what the service makes up anew each time, is no difference.
    """
    one, other = _comparable(recorded, matcher), _comparable(actual, matcher)
    if one == other:
        return []
    title = _title(recorded.operation, recorded.params)
    return [f"{title} {_short(recorded.params)}", *(f"  {line}" for line in differences(one, other))]


def _comparable(exchange: Exchange, matcher: Matcher) -> dict[str, Any]:
    outcome = exchange.outcome
    if isinstance(outcome, TransportFailure):
        return {"failure": outcome.kind}
    return {"status": outcome.status, "body": matcher.comparable(outcome.body)}


def differences(recorded: Any, actual: Any) -> list[str]:
    """Where two JSON trees differ, a line each: the place, what was recorded, what it is now."""
    from deepdiff import DeepDiff

    found = DeepDiff(recorded, actual, view="tree", verbose_level=2)
    lines = []
    for kind in sorted(found):
        for level in found[kind]:
            place = _place(level.path(output_format="list"))
            was, now = level.t1, level.t2
            if "added" in kind:
                lines.append(f"{place}: not recorded, now {_short(now)}")
            elif "removed" in kind:
                lines.append(f"{place}: recorded {_short(was)}, now missing")
            else:
                lines.append(f"{place}: recorded {_short(was)}, now {_short(now)}")
    return sorted(lines)


def _place(path: Sequence[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "(all)"


def _title(operation: str, params: dict[str, Any]) -> str:
    table = params.get("TableName")
    return f"{operation} on {table}" if isinstance(table, str) else operation


def _short(value: Any) -> str:
    text = value.hex() if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def describe_unplayed(cassette: Cassette, unplayed: Sequence[Exchange]) -> str:
    """What a passing test left over, and what to do about it."""
    titles = [
        f"  #{cassette.exchanges.index(e) + 1} {_title(e.operation, e.params)} {_short(e.params)}" for e in unplayed[:5]
    ]
    more = [f"  and {len(unplayed) - 5} more"] if len(unplayed) > 5 else []
    head = f"{cassette.path}: {len(unplayed)} of {len(cassette.exchanges)} recordings were not played"
    return "\n".join([head, *titles, *more, f"  {cassette.options.remedy}"])
