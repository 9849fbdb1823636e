"""The canonical form that equal attribute values share. Runs once for every request that is replayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values.attribute import MAX_DEPTH
from pytest_dynamodb.values.numbers import CANONICAL, canonical_number


def canonical_value(value: Any) -> Any:
    """An attribute value in canonical form: numbers plain, members of sets in order, at every level.

    Returns plain JSON: a new value where something changed, else possibly the given one. Whatever is not a valid
    attribute value (a bad number, an unknown tag, a wrong type, too deep nesting) stays as it is. Never raises, and
    does not change ``value``.
    """
    return _canonical(value, 0)


def canonical_item(item: Any) -> Any:
    """``canonical_value`` of every attribute of an item or a key. What is not a mapping is returned as it is."""
    if type(item) is not dict:
        return item
    return {name: _canonical(value, 0) for name, value in item.items()}


def _canonical(value: Any, depth: int) -> Any:
    if type(value) is not dict or len(value) != 1:
        return value
    for tag, content in value.items():
        # S first and without a look-up: most values of most requests are keys, and most keys are text.
        if tag == "S":
            return value
        form = _FORMS.get(tag)
        if form is None:
            return value
        return {tag: form(content, depth)}
    return value


def _number_form(content: Any, _depth: int) -> Any:
    if type(content) is not str or CANONICAL.fullmatch(content):
        return content
    try:
        return canonical_number(content)
    except ValidationException:
        return content


def _set_form(content: Any, _depth: int) -> Any:
    if type(content) is list and all(type(member) is str for member in content):
        return sorted(content)
    return content


def _number_set_form(content: Any, depth: int) -> Any:
    if type(content) is list:
        return _set_form([_number_form(member, depth) for member in content], depth)
    return content


def _list_form(content: Any, depth: int) -> Any:
    if type(content) is list and depth <= 2 * MAX_DEPTH:
        return [_canonical(member, depth + 1) for member in content]
    return content


def _map_form(content: Any, depth: int) -> Any:
    if type(content) is dict and depth <= 2 * MAX_DEPTH:
        return {name: _canonical(member, depth + 1) for name, member in content.items()}
    return content


_FORMS: dict[Any, Callable[[Any, int], Any]] = {
    "N": _number_form,
    "SS": _set_form,
    "BS": _set_form,
    "NS": _number_set_form,
    "L": _list_form,
    "M": _map_form,
}
