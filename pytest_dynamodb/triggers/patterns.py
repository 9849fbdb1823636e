"""Event patterns: which records a filter lets through.

(Lambda developer guide, "Control which events Lambda sends to your function"; EventBridge user guide, "Comparison
operators for use in event patterns", where the column "Pipe support" tells what is known outside of event buses.)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pytest_dynamodb.errors import ConfigurationError

EventTest: TypeAlias = Callable[[Any], bool]
"""Tells whether a value of an event is one that a pattern wants; ``MISSING`` stands for none."""

MISSING: Final = object()

MAX_CHARACTERS: Final = 4096
"""Lambda API reference, Filter: the length of a pattern."""

_ONLY_BUSES: Final = frozenset({"wildcard", "cidr"})
"""What event buses know, and neither pipes nor event source mappings do."""


def matcher_of(pattern: Mapping[str, Any] | str) -> EventTest:
    """What a pattern, given as JSON or as the object that it spells, makes of an event.

    Raises ``ConfigurationError``, which says where in the pattern something is wrong.
    """
    if isinstance(pattern, str):
        try:
            pattern = json.loads(pattern)
        except ValueError as problem:
            raise ConfigurationError(f"the filter pattern is no JSON: {problem}") from None
    try:
        text = json.dumps(pattern)
    except (TypeError, ValueError) as problem:
        raise ConfigurationError(f"the filter pattern cannot be written as JSON: {problem}") from None
    if len(text) > MAX_CHARACTERS:
        raise ConfigurationError(f"the filter pattern has {len(text)} characters, and at most {MAX_CHARACTERS} may be")
    return _fields(json.loads(text), "the filter pattern")


def _fields(pattern: Any, where: str) -> EventTest:
    """All fields of an object have to match. Where the event has a list of objects, one of them has to."""
    if not isinstance(pattern, dict) or not pattern:
        raise ConfigurationError(f"{where} must be an object that names at least one field, not {pattern!r}")
    wanted = [
        (None, _any_of(rules, f"{where}.$or")) if name == "$or" else (name, _field(rules, f"{where}.{name}"))
        for name, rules in pattern.items()
    ]

    def matches(event: Any) -> bool:
        if isinstance(event, list):
            return any(map(matches, event))
        fields = event if isinstance(event, dict) else {}
        return all(rule(event if name is None else fields.get(name, MISSING)) for name, rule in wanted)

    return matches


def _any_of(patterns: Any, where: str) -> EventTest:
    if not isinstance(patterns, list) or len(patterns) < 2:
        raise ConfigurationError(f"{where} must be a list of at least two objects, not {patterns!r}")
    either = [_fields(pattern, f"{where}[{index}]") for index, pattern in enumerate(patterns)]
    return lambda event: any(rule(event) for rule in either)


def _field(rules: Any, where: str) -> EventTest:
    if isinstance(rules, dict):
        return _fields(rules, where)
    if not isinstance(rules, list) or not rules:
        raise ConfigurationError(f"{where} must be a list of values and rules, or an object, not {rules!r}")
    either = [_rule(rule, where) for rule in rules]

    def matches(value: Any) -> bool:
        if isinstance(value, list) and value:
            return any(map(matches, value))
        return any(rule(value) for rule in either)

    return matches


# --- rules ---


def _rule(rule: Any, where: str) -> EventTest:
    if not isinstance(rule, dict):
        return _equals(rule, where)
    if len(rule) != 1:
        raise ConfigurationError(f"{where}: a rule has one operator, not {', '.join(rule) or 'none'}")
    ((operator, operand),) = rule.items()
    made = _OPERATORS.get(operator)
    if made is None:
        reason = "is known to event buses only" if operator in _ONLY_BUSES else "is no operator"
        raise ConfigurationError(f"{where}: {operator!r} {reason}; there are {', '.join(_OPERATORS)}")
    return made(operand, f"{where}.{operator}")


def _is_leaf(value: Any) -> bool:
    return value is not MISSING and not isinstance(value, (dict, list))


def _equals(wanted: Any, where: str) -> EventTest:
    """The same by its spelling: ``300`` is not ``300.0`` (EventBridge user guide, "Event patterns")."""
    if isinstance(wanted, list):
        raise ConfigurationError(f"{where}: a list cannot stand among the values: {wanted!r}")
    text = json.dumps(wanted)
    return lambda value: _is_leaf(value) and json.dumps(value) == text


def _texts(test: Callable[[str, str], bool]) -> Callable[[Any, str], EventTest]:
    """An operator on the beginning or the end of texts, that can be told to ignore their case."""

    def made(operand: Any, where: str) -> EventTest:
        if isinstance(operand, dict) and list(operand) == ["equals-ignore-case"]:
            folded = _text(operand["equals-ignore-case"], where).lower()
            return lambda value: isinstance(value, str) and test(value.lower(), folded)
        wanted = _text(operand, where)
        return lambda value: isinstance(value, str) and test(value, wanted)

    return made


def _text(operand: Any, where: str) -> str:
    if not isinstance(operand, str):
        raise ConfigurationError(f"{where} takes a text, not {operand!r}")
    return operand


def _ignoring_case(operand: Any, where: str) -> EventTest:
    folded = _text(operand, where).lower()
    return lambda value: isinstance(value, str) and value.lower() == folded


def _anything_but(operand: Any, where: str) -> EventTest:
    if isinstance(operand, dict):
        raise ConfigurationError(f"{where} with {', '.join(operand)} is known to event buses only; give it values")
    listed = operand if isinstance(operand, list) else [operand]
    if not listed or any(isinstance(one, (dict, list)) for one in listed):
        raise ConfigurationError(f"{where} takes a value or a list of values, not {operand!r}")
    unwanted = [_equals(one, where) for one in listed]
    return lambda value: _is_leaf(value) and not any(rule(value) for rule in unwanted)


def _exists(operand: Any, where: str) -> EventTest:
    """Only leaves exist in this sense (EventBridge user guide, "Exists matching")."""
    if not isinstance(operand, bool):
        raise ConfigurationError(f"{where} takes true or false, not {operand!r}")
    return lambda value: _is_leaf(value) is operand


_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}
_LIMIT: Final = 5e9
"""Numbers in rules lie between -5e9 and 5e9 (EventBridge user guide, "Numeric matching")."""


def _numeric(operand: Any, where: str) -> EventTest:
    """One comparison, or two for a range. Of an item's numbers, which are texts in a record, none matches."""
    bounds = _pairs(operand) if isinstance(operand, list) else None
    if bounds is None:
        raise ConfigurationError(f'{where} takes pairs such as [">", 0, "<=", 5], not {operand!r}')
    if any(abs(bound) > _LIMIT for _, bound in bounds):
        raise ConfigurationError(f"{where} takes numbers between -5e9 and 5e9, not {operand!r}")

    def matches(value: Any) -> bool:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and all(_COMPARISONS[sign](value, bound) for sign, bound in bounds)

    return matches


def _pairs(operand: Sequence[Any]) -> list[tuple[str, float]] | None:
    signs, numbers = operand[::2], operand[1::2]
    are_numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in numbers)
    if not signs or len(signs) != len(numbers) or len(signs) > 2 or not are_numbers:
        return None
    if any(not isinstance(sign, str) or sign not in _COMPARISONS for sign in signs):
        return None
    return list(zip(signs, numbers, strict=True))


_OPERATORS: Final[dict[str, Callable[[Any, str], EventTest]]] = {
    "anything-but": _anything_but,
    "equals-ignore-case": _ignoring_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _texts(str.startswith),
    "suffix": _texts(str.endswith),
}
