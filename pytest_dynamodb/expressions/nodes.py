"""The tree that every expression becomes. Frozen, typed, hashable, compared by value.

    Condition    Compare | Between | In | Function | Not | And | Or
    Operand      Path | Placeholder | Literal | Function
    SetValue     Operand | Arithmetic
    Update       Sections: SET of SetActions, REMOVE of RemoveActions, ADD and DELETE of ValueActions
    Projection   Paths

A tree as parsed holds aliases (``#name``) and placeholders (``:value``); resolving replaces them by names and literals.
``And`` and ``Or`` hold two or more conditions and never one of their own kind: ``(a AND b) AND c`` is the same tree as
``a AND b AND c``, so that boto3's one pair of parentheses per ``&`` neither nests a tree nor tells two apart.

No tree is deeper than ``MAX_DEPTH``, whoever builds it: walking one may recurse.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from typing import Literal as Choice

from pytest_dynamodb.expressions.messages import ExpressionError

MAX_DEPTH = 100
"""Levels of NOT, alternating AND and OR, and functions in functions. AWS publishes none; its 300 operators bound it."""

Comparator = Choice["=", "<>", "<", "<=", ">", ">="]
SectionName = Choice["SET", "REMOVE", "ADD", "DELETE"]


@dataclass(frozen=True, slots=True)
class Name:
    """An attribute name in a document path."""

    text: str


@dataclass(frozen=True, slots=True)
class Alias:
    """A ``#name`` in a document path, with its ``#``."""

    text: str


@dataclass(frozen=True, slots=True)
class ListIndex:
    """A list position in a document path."""

    position: int


PathPart: TypeAlias = "Name | Alias | ListIndex"


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: a name or alias, then names, aliases and indexes."""

    parts: tuple[PathPart, ...]

    def __post_init__(self) -> None:
        if not self.parts or isinstance(self.parts[0], ListIndex):
            raise ValueError("a document path begins with an attribute name")

    def __str__(self) -> str:
        """The path as DynamoDB's messages print it: ``[a, b, [1]]``."""
        return f"[{', '.join(map(_part_text, self.parts))}]"


def _part_text(part: PathPart) -> str:
    return f"[{part.position}]" if isinstance(part, ListIndex) else part.text


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A ``:value``, with its ``:``."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """An attribute value in a resolved tree, in wire form. Not to be changed."""

    wire: dict[str, Any]

    def __hash__(self) -> int:
        return hash(json.dumps(self.wire, sort_keys=True, default=repr))

    @property
    def tag(self) -> str:
        """The type tag: S, N, B, ..."""
        return next(iter(self.wire), "")


@dataclass(frozen=True, slots=True)
class Function:
    """A function call; as a condition (``begins_with``) or as an operand (``size``, ``if_not_exists``)."""

    name: str
    arguments: tuple[Operand, ...]
    depth: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        _set_depth(self, self.arguments)


Operand: TypeAlias = "Path | Placeholder | Literal | Function"


@dataclass(frozen=True, slots=True)
class Compare:
    """``left operator right``"""

    operator: Comparator
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """``operand BETWEEN low AND high``"""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """``operand IN (choices)``"""

    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``NOT condition``"""

    condition: ConditionTree
    depth: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        _set_depth(self, (self.condition,))


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more conditions. One that is an ``And`` itself is spliced in."""

    conditions: tuple[ConditionTree, ...]
    depth: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        _splice(self, And)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more conditions. One that is an ``Or`` itself is spliced in."""

    conditions: tuple[ConditionTree, ...]
    depth: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        _splice(self, Or)


ConditionTree: TypeAlias = "Compare | Between | In | Function | Not | And | Or"


def _splice(node: And | Or, kind: type[And | Or]) -> None:
    conditions: list[ConditionTree] = []
    for condition in node.conditions:
        conditions.extend(condition.conditions if isinstance(condition, kind) else (condition,))
    if len(conditions) < 2:
        raise ValueError(f"{kind.__name__} needs two conditions or more")
    object.__setattr__(node, "conditions", tuple(conditions))
    _set_depth(node, conditions)


def _set_depth(node: Function | Not | And | Or, children: Iterable[Operand | ConditionTree]) -> None:
    depth = 1 + max((getattr(child, "depth", 0) for child in children), default=0)
    if depth > MAX_DEPTH:
        raise ExpressionError("nesting", expression="expression", maximum=MAX_DEPTH)
    object.__setattr__(node, "depth", depth)


# --- updates and projections ---


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left + right`` or ``left - right`` in a SET action."""

    operator: Choice["+", "-"]
    left: Operand
    right: Operand


SetValue: TypeAlias = "Operand | Arithmetic"


@dataclass(frozen=True, slots=True)
class SetAction:
    """``path = value``"""

    path: Path
    value: SetValue


@dataclass(frozen=True, slots=True)
class RemoveAction:
    """``path``"""

    path: Path


@dataclass(frozen=True, slots=True)
class ValueAction:
    """``path value`` in an ADD or DELETE section."""

    path: Path
    value: Placeholder | Literal


SectionAction: TypeAlias = "SetAction | RemoveAction | ValueAction"


@dataclass(frozen=True, slots=True)
class Section:
    """One section of an update expression and its actions."""

    name: SectionName
    actions: tuple[SectionAction, ...]

    def __post_init__(self) -> None:
        kind = {"SET": SetAction, "REMOVE": RemoveAction}.get(self.name, ValueAction)
        if not self.actions or not all(isinstance(action, kind) for action in self.actions):
            raise ValueError(f"a {self.name} section needs one {kind.__name__} or more, and nothing else")


@dataclass(frozen=True, slots=True)
class UpdateTree:
    """An update expression. A tree may hold a section twice, as a text may; validation rejects it."""

    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        if not self.sections:
            raise ValueError("an update needs one section or more")

    @property
    def actions(self) -> Iterator[SectionAction]:
        """Every action, in the order written."""
        return (action for section in self.sections for action in section.actions)


@dataclass(frozen=True, slots=True)
class ProjectionTree:
    """A projection expression."""

    paths: tuple[Path, ...]

    def __post_init__(self) -> None:
        if not self.paths:
            raise ValueError("a projection needs one path or more")


Tree: TypeAlias = "ConditionTree | UpdateTree | ProjectionTree"
Node: TypeAlias = "Tree | Operand | Arithmetic | SectionAction"


def leaves(condition: ConditionTree) -> Iterator[Compare | Between | In | Function]:
    """The conditions without AND, OR and NOT, in the order written."""
    if isinstance(condition, (And, Or)):
        for part in condition.conditions:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.condition)
    else:
        yield condition


def operands(node: Node) -> tuple[Node, ...]:
    """What a node directly holds, in the order written: operands of a condition, paths and values of an action, ..."""
    match node:
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case Between():
            return (node.operand, node.low, node.high)
        case In():
            return (node.operand, *node.choices)
        case Function():
            return node.arguments
        case And() | Or():
            return node.conditions
        case Not():
            return (node.condition,)
        case SetAction() | ValueAction():
            return (node.path, node.value)
        case RemoveAction():
            return (node.path,)
        case UpdateTree():
            return tuple(node.actions)
        case ProjectionTree():
            return node.paths
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order written."""
    yield node
    for child in operands(node):
        yield from walk(child)
