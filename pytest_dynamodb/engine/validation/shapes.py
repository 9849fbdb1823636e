"""The shapes of requests: types, what they hold and their limits, as AWS's model and the overlay have them."""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, TypeAlias

from pytest_dynamodb import forks
from pytest_dynamodb.engine.validation import overlay

ShapeKind: TypeAlias = Literal[
    "structure", "list", "map", "string", "blob", "boolean", "integer", "long", "double", "timestamp"
]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure.

    ``newer`` says that AWS's newer validator checks its lengths and ranges whatever the dialect. ``words`` are AWS's
    own for a problem with it, by the problem's name, where they are not the usual ones: it is reported alone then.
    A ``required`` one may be absent if the member that ``unless`` names is there.
    """

    shape: Shape
    required: bool = False
    unless: str = ""
    newer: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Shape:
    """A shape of the model. ``name`` is the Java class of a structure.

    ``minimum`` and ``maximum`` limit a number's value, and the length of anything else. ``table`` says that a string
    names a table or holds the ARN of one; ``attribute`` that a structure is an AttributeValue, whose rules are those of
    ``validation.values``. Not frozen: a structure may hold itself, so members are filled in afterwards.
    """

    name: str
    kind: ShapeKind
    members: dict[str, Member] = field(default_factory=dict)
    key: Shape | None = None
    element: Shape | None = None
    minimum: int | None = None
    maximum: int | None = None
    pattern: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()
    table: bool = False

    @property
    def attribute(self) -> bool:
        """Whether this is an attribute value."""
        return self.name == "AttributeValue"

    @property
    def required(self) -> tuple[str, ...]:
        """The members that must be there."""
        return tuple(name for name, member in self.members.items() if member.required)


# --- model ---
# The shapes of all operations, read from the generated table and the overlay.


@cache
def input_shape(operation: str) -> Shape | None:
    """The shape of an operation's parameters; ``None`` if there is no such operation."""
    name = _model()["operations"].get(operation)
    if name is None:
        return None
    with _BUILDING:
        return _shape(name)


@cache
def _model() -> Mapping[str, Any]:
    text = pkgutil.get_data(__name__, "shapes.json")
    assert text is not None
    model: Mapping[str, Any] = json.loads(text)
    return model


_SHAPES: dict[str, Shape] = {}
# Half-made shapes stand in there while their members are made: nobody else may see those.
_BUILDING = forks.lock()


def _shape(name: str) -> Shape:
    """The one shape of that name, made on first use; AttributeValue holds itself, so a shape comes before its parts."""
    if name not in _SHAPES:
        entry = _model()["shapes"][name]
        shape = _SHAPES.setdefault(name, _without_parts(name, {**entry, **overlay.LIMITS.get(name, {})}))
        if "key" in entry:
            shape.key = _limited(_shape(entry["key"]), overlay.KEY_LIMITS.get(name))
        if "element" in entry:
            shape.element = _shape(entry["element"])
        for member in _ordered(name, entry.get("members", {})):
            shape.members[member] = _member(name, member, entry)
    return _SHAPES[name]


def _without_parts(name: str, entry: Mapping[str, Any]) -> Shape:
    pattern = entry.get("pattern")
    return Shape(
        name,
        entry["type"],
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        pattern=_compiled(pattern) if pattern else None,
        choices=overlay.CHOICES.get(name) or tuple(entry.get("enum", ())),
        table=name == "TableArn",
    )


def _compiled(pattern: str) -> re.Pattern[str] | None:
    r"""A Java pattern; ``None`` where Python has no such thing (``\p{Print}``, ranges of surrogates)."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _ordered(name: str, members: Mapping[str, str]) -> list[str]:
    first = overlay.ORDER.get(name, ())
    return [*first, *(member for member in members if member not in first)]


def _limited(shape: Shape, limits: Mapping[str, Any] | None) -> Shape:
    if limits is None:
        return shape
    return replace(shape, minimum=limits.get("min", shape.minimum), maximum=limits.get("max", shape.maximum))


def _member(structure: str, name: str, entry: Mapping[str, Any]) -> Member:
    where = f"{structure}.{name}"
    shape = _shape(overlay.MEMBER_SHAPES.get(where) or entry["members"][name])
    shape = _limited(shape, overlay.MEMBER_LIMITS.get(where))
    if where in overlay.ARNS:
        shape = replace(shape, table=False)
    unless = overlay.REQUIRED_UNLESS.get(where, "")
    required = bool(unless) or where in overlay.REQUIRED
    required = required or (name in entry.get("required", ()) and where not in overlay.ASKED_FOR_LATER)
    return Member(
        shape, required=required, unless=unless, newer=where in overlay.NEWER, words=overlay.WORDS.get(where, {})
    )
