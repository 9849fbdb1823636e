"""One shape: a type, what it holds and its limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
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
    kind: Kind
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
