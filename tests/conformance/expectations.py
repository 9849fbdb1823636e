"""Whether an answer is the expected one. An expectation is plain JSON, in which these stand for more than themselves:

    $any                     anything at all
    {$any_order: [...]}      a list with these elements
    {$includes: {...}}       an object with at least these members, as they are here
    {$absent: [names]}       an object without these members
    {$matches: "a|b"}        a text that the regular expression matches as a whole
    {$one_of: [a, b]}        one of these
    {$in_order: [...]}       a list with these elements in this order, where a set's members have none otherwise

The members of number, string and binary sets are compared without their order: DynamoDB promises none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = Any

_SETS = ({"SS"}, {"NS"}, {"BS"})


def differences(expected: Json, actual: Json, at: str = "$") -> Iterator[str]:
    """What is not as expected, one line each; none if all is."""
    if expected == "$any":
        return
    if isinstance(expected, dict):
        yield from _object(expected, actual, at)
    elif isinstance(expected, list):
        yield from _list(expected, actual, at)
    elif isinstance(expected, bool) != isinstance(actual, bool) or expected != actual:
        yield f"{at}: {shown(actual)} instead of {shown(expected)}"


def agree(expected: Json, actual: Json) -> bool:
    """Whether nothing differs."""
    return next(differences(expected, actual), None) is None


def _object(expected: dict[str, Json], actual: Json, at: str) -> Iterator[str]:
    matched = False
    for name, matcher in _MATCHERS.items():
        if name in expected:
            yield from matcher(expected[name], actual, at)
            matched = True
    if matched:
        return
    if not isinstance(actual, dict):
        yield f"{at}: {shown(actual)} instead of {shown(expected)}"
    elif set(expected) in _SETS and set(actual) == set(expected):
        tag, members = next(iter(expected.items()))
        compare = _any_order if isinstance(members, list) else differences
        yield from compare(members, actual[tag], f"{at}.{tag}")
    else:
        for extra in sorted(actual.keys() - expected.keys()):
            yield f"{at}.{extra}: {shown(actual[extra])} is not expected"
        yield from _includes(expected, actual, at)


def _includes(expected: dict[str, Json], actual: Json, at: str) -> Iterator[str]:
    if not isinstance(actual, dict):
        yield f"{at}: {shown(actual)} is no object"
        return
    for name, value in expected.items():
        if name in actual:
            yield from differences(value, actual[name], f"{at}.{name}")
        else:
            yield f"{at}.{name}: missing, {shown(value)} is expected"


def _absent(expected: list[str], actual: Json, at: str) -> Iterator[str]:
    for name in expected:
        if isinstance(actual, dict) and name in actual:
            yield f"{at}.{name}: {shown(actual[name])} is not expected"


def _list(expected: list[Json], actual: Json, at: str) -> Iterator[str]:
    if not isinstance(actual, list) or len(actual) != len(expected):
        yield f"{at}: {shown(actual)} instead of {shown(expected)}"
        return
    for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(one, other, f"{at}[{index}]")


def _any_order(expected: list[Json], actual: Json, at: str) -> Iterator[str]:
    if not isinstance(actual, list) or len(actual) != len(expected):
        yield f"{at}: {shown(actual)} instead of {shown(expected)} in any order"
        return
    left = list(actual)
    for element in expected:
        found = next((index for index, each in enumerate(left) if agree(element, each)), None)
        if found is None:
            yield f"{at}: {shown(element)} is not in {shown(actual)}"
        else:
            del left[found]


def _matches(expected: str, actual: Json, at: str) -> Iterator[str]:
    if not isinstance(actual, str) or not re.fullmatch(expected, actual, re.DOTALL):
        yield f"{at}: {shown(actual)} does not match {expected}"


def _one_of(expected: list[Json], actual: Json, at: str) -> Iterator[str]:
    if not any(agree(each, actual) for each in expected):
        yield f"{at}: {shown(actual)} is none of {shown(expected)}"


_MATCHERS: dict[str, Any] = {
    "$any_order": _any_order,
    "$includes": _includes,
    "$absent": _absent,
    "$matches": _matches,
    "$one_of": _one_of,
    "$in_order": _list,
}


def shown(value: Json, most: int = 400) -> str:
    """A value in a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"
