"""The size that UpdateItem's expression counts as, against the limit of an item's size.

UpdateItem counts what its expression writes plus a cost for each clause, function and path, whatever is stored. The
request alone determines it, so it is checked before the condition (dynamodb-conformance, limits/itemSizeBySurface: 80
probes of 2026-10-09, in eu-west-2; ten regions of 33 count the item alone). No other write counts so, and neither do
AttributeUpdates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.errors import error_for
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.values import value_size

_STATEMENT: Final = 3
_WRITE, _REMOVAL = 19, 1
"""Of a SET or an ADD, and of a REMOVE or a DELETE, of which only the target counts."""

_TARGET_STEP, _PATH, _PATH_STEP = 4, 1, 14
_ARITHMETIC: Final = {"+": 34, "-": 37}
_FUNCTIONS: Final = {"if_not_exists": 39, "list_append": 37}


_SHORT: Final = 256
"""Characters of a text, of each name and of each value: with as few a charge is below 200,000, whatever they are."""


def may_matter(params: Mapping[str, Any]) -> bool:
    """Whether an update expression may come near the limit; most are far too short for that."""
    names, values = params.get("ExpressionAttributeNames"), params.get("ExpressionAttributeValues")
    if len(params["UpdateExpression"]) > _SHORT or (names and any(len(name) > _SHORT for name in names.values())):
        return True
    return values is not None and not all(map(_is_short, values.values()))


def _is_short(value: Mapping[str, Any]) -> bool:
    return all(content.__class__ is str and len(content) <= _SHORT for content in value.values())


def charge(update: nodes.UpdateTree) -> int:
    """The bytes that a resolved, checked update expression counts as."""
    total = _STATEMENT
    for section in update.sections:
        for action in section.actions:
            if isinstance(action, nodes.SetAction) or (isinstance(action, nodes.ValueAction) and section.name == "ADD"):
                total += _WRITE + _target(action.path) + _operand(action.value)
            else:
                total += _REMOVAL + _target(action.path)
    return total


def _target(path: nodes.Path) -> int:
    first, *rest = path.parts
    return _length(first) + sum(_TARGET_STEP + _length(part) for part in rest)


def _operand(value: nodes.SetValue) -> int:
    """A value counts at every use. What a path reads is free, and so is the result."""
    if isinstance(value, nodes.Path):
        return _PATH + sum(_PATH_STEP + _length(part) for part in value.parts)
    if isinstance(value, nodes.Literal):
        return value_size(value.wire)
    if isinstance(value, nodes.Arithmetic):
        return _ARITHMETIC[value.operator] + _operand(value.left) + _operand(value.right)
    assert isinstance(value, nodes.Function)  # no checked, resolved tree has a placeholder
    return _FUNCTIONS[value.name] + sum(map(_operand, value.arguments))


def _length(part: nodes.PathPart) -> int:
    """Bytes of a name, or digits of a list position."""
    text = str(part.position) if isinstance(part, nodes.ListIndex) else part.text
    try:
        return len(text.encode())
    except UnicodeEncodeError:  # a lone surrogate: no text that AWS could store
        raise error_for("SerializationException", "") from None
