"""When two attribute values are equal: of one type, and the same whatever the order of a set's members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.paths import Value

SETS: Final = frozenset({"SS", "NS", "BS"})


def equal(left: Value, right: Value) -> bool:
    """Whether two canonical values are equal."""
    return left == right or (_has_sets(left) and _has_sets(right) and _frozen(left) == _frozen(right))


def equal_to(bound: Value) -> Callable[[Value], bool]:
    """Whether a canonical value is equal to ``bound``, which is looked at once."""
    if not _has_sets(bound):
        # Canonical values without sets are equal where their wire forms are.
        return bound.__eq__
    frozen = _frozen(bound)
    return lambda value: value == bound or _frozen(value) == frozen


def _has_sets(value: Value) -> bool:
    for tag, content in value.items():
        if tag in SETS:
            return True
        if tag == "L":
            return any(map(_has_sets, content))
        if tag == "M":
            return any(map(_has_sets, content.values()))
    return False


def _frozen(value: Value) -> tuple[str, Any]:
    ((tag, content),) = value.items()
    if tag in SETS:
        return tag, frozenset(content)
    if tag == "L":
        return tag, [_frozen(member) for member in content]
    if tag == "M":
        return tag, {name: _frozen(member) for name, member in content.items()}
    return tag, content
