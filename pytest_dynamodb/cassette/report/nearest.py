"""Which recordings a request nobody answered was probably meant to be."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from typing import Any

from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.requests import tables_of

#: How many recordings are looked at, how many of them are compared leaf by leaf, and how many leaves of each.
_SCANNED, _COMPARED, _LEAVES = 20_000, 100, 500


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
