"""A tree written as expression text, with one allocator of placeholders for a whole request.

One allocator, because names and values belong to the request: boto3 numbers its placeholders per expression and has
overwritten a caller's ``:v1`` with a condition's value, and so written the wrong item (boto3#4032). Here whatever the
caller brings, in its maps or in a text of its own, is taken: allocated placeholders go round it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Final

from pytest_dynamodb.expressions.nodes import (
    Alias,
    And,
    Arithmetic,
    Between,
    Compare,
    Condition,
    Function,
    In,
    Index,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Path,
    Placeholder,
    Projection,
    RemoveAction,
    SetAction,
    Tree,
    Update,
    ValueAction,
)
from pytest_dynamodb.expressions.reserved import is_reserved
from pytest_dynamodb.expressions.resolution import placeholders
from pytest_dynamodb.expressions.tokens import CONDITION_WORDS, UPDATE_WORDS

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Placeholders:
    """The names and values of one request: those the caller gave, and those allocated while rendering.

    ``names`` and ``values`` are what the request is sent with. Given entries are never overwritten, nor is a
    placeholder that one of ``trees`` spells out; pass every tree of the request that may hold some.
    """

    def __init__(
        self,
        names: Mapping[str, str] | None = None,
        values: Mapping[str, dict[str, Any]] | None = None,
        *,
        trees: Iterable[Tree] = (),
    ) -> None:
        self.names: dict[str, str] = dict(names or {})
        self.values: dict[str, dict[str, Any]] = dict(values or {})
        self._taken = {*self.names, *self.values}
        self._alias_of = {name: alias for alias, name in self.names.items()}
        self._aliases, self._placeholders = count(), count()
        self.reserve(trees)

    def reserve(self, trees: Iterable[Tree]) -> None:
        """Never allocate what these trees spell out."""
        used = placeholders(trees)
        self._taken.update(used.names, used.values)

    def alias(self, name: str) -> str:
        """The alias of an attribute name: the caller's, or the one allocated for it before, or a new one."""
        alias = self._alias_of.get(name)
        if alias is None:
            alias = self._alias_of[name] = self._next("#n", self._aliases)
            self.names[alias] = name
        return alias

    def value(self, wire: dict[str, Any]) -> str:
        """A new placeholder for an attribute value."""
        placeholder = self._next(":v", self._placeholders)
        self.values[placeholder] = wire
        return placeholder

    def _next(self, prefix: str, numbers: Iterable[int]) -> str:
        placeholder = next(text for number in numbers if (text := f"{prefix}{number}") not in self._taken)
        self._taken.add(placeholder)
        return placeholder


def render(tree: Tree, into: Placeholders) -> str:
    """The tree as expression text; the names and values that it needs are allocated in ``into``.

    Names are written bare where DynamoDB takes them so, and behind an alias where they are reserved, hold other
    characters than letters, digits and underscores, or do not begin with a letter. Parsing the text and resolving it
    with ``into`` gives the tree back. The text's size is not checked.
    """
    into.reserve((tree,))
    return _Renderer(into).write(tree)


class _Renderer:
    def __init__(self, into: Placeholders) -> None:
        self._into = into

    def write(self, node: Node) -> str:
        match node:
            case And(conditions=conditions):
                return " AND ".join([self._part(part, (Or,)) for part in conditions])
            case Or(conditions=conditions):
                return " OR ".join([self._part(part, (And,)) for part in conditions])
            case Not(condition=condition):
                return f"NOT {self._part(condition, (And, Or, Not, Compare, Between, In))}"
            case (
                Compare(operator=operator, left=left, right=right)
                | Arithmetic(operator=operator, left=left, right=right)
            ):
                return f"{self.write(left)} {operator} {self.write(right)}"
            case Between(operand=operand, low=low, high=high):
                return f"{self.write(operand)} BETWEEN {self.write(low)} AND {self.write(high)}"
            case In(operand=operand, choices=choices):
                return f"{self.write(operand)} IN ({self._list(choices)})"
            case Function(name=name, arguments=arguments):
                return f"{name}({self._list(arguments)})"
            case Path():
                return self._path(node)
            case Placeholder(text=text):
                return text
            case Literal(wire=wire):
                return self._into.value(wire)
            case _:
                return self._write_update(node)

    def _write_update(self, node: Node) -> str:
        match node:
            case Update(sections=sections):
                return " ".join([f"{section.name} {self._list(section.actions)}" for section in sections])
            case Projection(paths=paths):
                return self._list(paths)
            case SetAction(path=path, value=value):
                return f"{self._path(path)} = {self.write(value)}"
            case RemoveAction(path=path):
                return self._path(path)
            case ValueAction(path=path, value=value):
                return f"{self._path(path)} {self.write(value)}"
            case _:
                raise TypeError(f"not an expression's node: {node!r}")

    def _part(self, condition: Condition, in_parentheses: tuple[type, ...]) -> str:
        text = self.write(condition)
        return f"({text})" if isinstance(condition, in_parentheses) else text

    def _list(self, listed: Iterable[Node]) -> str:
        return ", ".join([self.write(node) for node in listed])

    def _path(self, path: Path) -> str:
        text = ""
        for part in path.parts:
            if isinstance(part, Index):
                text += f"[{part.position}]"
            else:
                text += f".{self._name(part)}"
        return text[1:]

    def _name(self, part: Name | Alias) -> str:
        if isinstance(part, Alias) or is_bare(part.text):
            return part.text
        return self._into.alias(part.text)


def is_bare(name: str) -> bool:
    """Whether an attribute name may be written into an expression as it is."""
    return bool(
        _PLAIN.fullmatch(name)
        and not is_reserved(name)
        and name.upper() not in CONDITION_WORDS
        and name.upper() not in UPDATE_WORDS
    )
