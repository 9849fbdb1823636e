"""Expressions of two requests, clause by clause: ``-`` was recorded, ``+`` is asked now, what both have stands once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from pytest_dynamodb.cassette.report.requests import EXPRESSIONS, WIDEST_VALUE, cut
from pytest_dynamodb.cassette.report.trees import TreePath, path_text, shorten_both
from pytest_dynamodb.terminal import BOLD, GREEN, RED, RESET, printable

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\w.]+|\s+|.', re.DOTALL)
"""A quoted text is one token, so that a value is highlighted as a whole."""

_WIDEST_CLAUSE = 2 * WIDEST_VALUE
"""Longer clauses are shortened; a clause holds an operator and its operands' values."""


def take_expressions(request: dict[str, Any]) -> tuple[dict[str, Any], dict[TreePath, list[str]]]:
    """A request without its expressions, and the expressions: the place and the clauses of each.

    Takes canonical forms, and parameters as they were sent, where an expression's text is its one clause.
    """
    taken: dict[TreePath, list[str]] = {}
    rest = _own(request, (), taken)
    actions = rest.get("TransactItems")
    if isinstance(actions, list):
        rest["TransactItems"] = [_each(entry, ("TransactItems", number), taken) for number, entry in enumerate(actions)]
    if "RequestItems" in rest:
        rest["RequestItems"] = _each(rest["RequestItems"], ("RequestItems",), taken)
    return rest, taken


def _each(requests: Any, at: TreePath, taken: dict[TreePath, list[str]]) -> Any:
    if not isinstance(requests, dict):
        return requests
    return {name: _own(request, (*at, name), taken) for name, request in requests.items()}


def _own(request: Any, at: TreePath, taken: dict[TreePath, list[str]]) -> Any:
    if not isinstance(request, dict):
        return request
    for name in EXPRESSIONS.keys() & request:
        place, clauses = (*at, name), request[name]
        taken[place] = [printable(str(clause)) for clause in (clauses if isinstance(clauses, list) else [clauses])]
    return {name: value for name, value in request.items() if name not in EXPRESSIONS}


def describe_expressions(
    recorded: dict[TreePath, list[str]], now: dict[TreePath, list[str]], *, colour: bool
) -> Iterator[str]:
    """For each expression that differs, its name and below it its clauses."""
    for place in sorted({*recorded, *now}, key=str):
        one, other = recorded.get(place, []), now.get(place, [])
        if one != other:
            yield path_text(place)
            for line in _clauses(one, other, colour=colour):
                yield f"  {line}"


def _clauses(recorded: list[str], now: list[str], *, colour: bool) -> Iterator[str]:
    one, other = Counter(recorded), Counter(now)
    gone, new = sorted((one - other).elements()), sorted((other - one).elements())
    for clause in sorted((one & other).elements()):
        yield f"  {cut(clause, _WIDEST_CLAUSE)}"
    for was in gone:
        partner = max(new, key=lambda clause: _similarity(was, clause), default=None)
        if partner is None:
            yield _line("-", cut(was, _WIDEST_CLAUSE), colour=colour)
            continue
        new.remove(partner)
        yield from _pair(*shorten_both(was, partner, _WIDEST_CLAUSE), colour=colour)
    for clause in new:
        yield _line("+", cut(clause, _WIDEST_CLAUSE), colour=colour)


def _similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_WIDEST_CLAUSE], other[:_WIDEST_CLAUSE], autojunk=False).quick_ratio()


def _pair(was: str, now: str, *, colour: bool) -> Iterator[str]:
    """A clause and what has become of it. What differs is highlighted: by colour, else by carets below."""
    before, after = _TOKENS.findall(was), _TOKENS.findall(now)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    kept_before, kept_after = _marks(matcher, before, 0), _marks(matcher, after, 1)
    yield _line("-", _highlighted(before, kept_before, RED) if colour else was, colour=colour, paint=RED)
    yield _line("+", _highlighted(after, kept_after, GREEN) if colour else now, colour=colour, paint=GREEN)
    if not colour and matcher.ratio() > 0.5:
        carets = "".join(
            ("^" if changed else " ") * len(token) for token, changed in zip(after, kept_after, strict=True)
        )
        if carets.strip():
            yield f"  {carets.rstrip()}"


def _marks(matcher: SequenceMatcher[str], tokens: list[str], side: int) -> list[bool]:
    """For each token, whether it is another one on the other side."""
    changed = [True] * len(tokens)
    for block in matcher.get_matching_blocks():
        start = block[side]
        changed[start : start + block.size] = [False] * block.size
    return changed


def _highlighted(tokens: list[str], changed: list[bool], paint: str) -> str:
    return "".join(
        f"{BOLD}{token}{RESET}{paint}" if different else token for token, different in zip(tokens, changed, strict=True)
    )


def _line(sign: str, text: str, *, colour: bool, paint: str | None = None) -> str:
    paint = paint or (RED if sign == "-" else GREEN)
    return f"{paint}{sign} {text}{RESET}" if colour else f"{sign} {text}"
