"""Names and values put in place of placeholders, and what a request says about them checked.

``ExpressionAttributeNames`` and ``ExpressionAttributeValues`` belong to a request, not to an expression: whether one is
unused shows only once every expression of the request is known (``check_unused``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import (
    Alias,
    And,
    Arithmetic,
    Between,
    Compare,
    Function,
    In,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Path,
    Placeholder,
    Projection,
    RemoveAction,
    Section,
    SetAction,
    Tree,
    Update,
    ValueAction,
    walk,
)
from pytest_dynamodb.values import value_size

MAX_KEY_BYTES: Final = 255
"""Bytes of a placeholder with its first character (developer guide, "Quotas": Expression parameters)."""

MAX_SUBSTITUTION_BYTES: Final = 2 * 1024 * 1024
"""Bytes of all names or all values of a request (same page: substitution variables)."""

_KEY: Final = re.compile(r"[#:][0-9A-Za-z_]+")

AnyNode = TypeVar("AnyNode", bound=Node)


def resolve(
    node: AnyNode, names: Mapping[str, str], values: Mapping[str, dict[str, Any]], *, expression: str = ""
) -> AnyNode:
    """The same tree with a name for every alias and a literal for every placeholder.

    Parts without any are shared with ``node``. Literals share their values with ``values``. Raises ``ExpressionError``
    ("undefined-name" or "undefined-value") for the first one, as written, that is not there; ``expression`` names the
    parameter in its message.
    """
    return cast("AnyNode", _Resolver(names, values, expression).put(node))


def put_names(node: AnyNode, names: Mapping[str, str], *, expression: str = "") -> AnyNode:
    """The same tree with a name for every alias; placeholders stay. Raises ``ExpressionError`` ("undefined-name")."""
    return cast("AnyNode", _NameResolver(names, {}, expression).put(node))


class _Resolver:
    def __init__(self, names: Mapping[str, str], values: Mapping[str, dict[str, Any]], expression: str) -> None:
        self._names, self._values, self._expression = names, values, expression

    def put(self, node: Any) -> Any:
        match node:
            case Path():
                return self._path(node)
            case Placeholder(text=text):
                return self._value(text)
            case Compare(operator=operator, left=left, right=right):
                return Compare(operator, self.put(left), self.put(right))
            case And(conditions=conditions):
                return And(self._all(conditions))
            case Or(conditions=conditions):
                return Or(self._all(conditions))
            case Not(condition=condition):
                return Not(self.put(condition))
            case Function(name=name, arguments=arguments):
                return Function(name, self._all(arguments))
            case Between(operand=operand, low=low, high=high):
                return Between(self.put(operand), self.put(low), self.put(high))
            case In(operand=operand, choices=choices):
                return In(self.put(operand), self._all(choices))
            case _:
                return self._put_update(node)

    def _put_update(self, node: Any) -> Any:
        match node:
            case SetAction(path=path, value=value):
                return SetAction(self._path(path), self.put(value))
            case RemoveAction(path=path):
                return RemoveAction(self._path(path))
            case ValueAction(path=path, value=value):
                return ValueAction(self._path(path), self.put(value))
            case Arithmetic(operator=operator, left=left, right=right):
                return Arithmetic(operator, self.put(left), self.put(right))
            case Update(sections=sections):
                return Update(tuple(Section(section.name, self._all(section.actions)) for section in sections))
            case Projection(paths=paths):
                return Projection(self._all(paths))
            case _:  # literals are what they stand for
                return node

    def _all(self, nodes: Iterable[Any]) -> tuple[Any, ...]:
        return tuple([self.put(node) for node in nodes])

    def _path(self, path: Path) -> Path:
        if not any(isinstance(part, Alias) for part in path.parts):
            return path
        return Path(tuple([self._name(part.text) if isinstance(part, Alias) else part for part in path.parts]))

    def _name(self, alias: str) -> Name:
        name = self._names.get(alias)
        if not isinstance(name, str):
            raise ExpressionError("undefined-name", expression=self._expression, token=alias)
        return Name(name)

    def _value(self, placeholder: str) -> Literal | Placeholder:
        value = self._values.get(placeholder)
        if not isinstance(value, dict):
            raise ExpressionError("undefined-value", expression=self._expression, token=placeholder)
        return Literal(value)


class _NameResolver(_Resolver):
    def _value(self, placeholder: str) -> Literal | Placeholder:
        return Placeholder(placeholder)


@dataclass(frozen=True, slots=True)
class Used:
    """The aliases and placeholders that trees refer to, each once, in the order written."""

    names: tuple[str, ...]
    values: tuple[str, ...]


def placeholders(trees: Iterable[Tree]) -> Used:
    """The aliases and placeholders in trees."""
    names: dict[str, None] = {}
    values: dict[str, None] = {}
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Placeholder):
                values[node.text] = None
            elif isinstance(node, Path):
                names.update(dict.fromkeys(part.text for part in node.parts if isinstance(part, Alias)))
    return Used(tuple(names), tuple(values))


def check_keys(names: Mapping[str, Any] | None, values: Mapping[str, Any] | None) -> None:
    """Check the maps of a request as such, before any expression: not empty, well-formed keys of at most 255 bytes.

    Raises ``ExpressionError``. What the keys stand for is checked with all attribute values of a request.
    """
    for kind, first, given in (("names", "#", names), ("values", ":", values)):
        if given is None:
            continue
        if not given:
            raise ExpressionError(f"{kind}-empty")
        for key in given:
            if not _KEY.fullmatch(key) or not key.startswith(first):
                raise ExpressionError(f"{kind}-key", token=key)
            if len(key) > MAX_KEY_BYTES:
                raise ExpressionError(f"{kind}-key-size", token=key, size=len(key))


def check_sizes(names: Mapping[str, str] | None, values: Mapping[str, dict[str, Any]] | None) -> None:
    """Raise ``ExpressionError`` if names or values, keys included, take more than 2 MB.

    ``values`` must be valid attribute values: DynamoDB checks those before.
    """
    for kind, size in (
        ("names", sum(len(key) + len(name.encode()) for key, name in (names or {}).items())),
        ("values", sum(len(key) + value_size(value) for key, value in (values or {}).items())),
    ):
        if size > MAX_SUBSTITUTION_BYTES:
            raise ExpressionError(f"{kind}-size", size=size)


def check_unused(trees: Iterable[Tree], names: Mapping[str, Any] | None, values: Mapping[str, Any] | None) -> None:
    """Raise ``ExpressionError`` if a name, or else a value, of a request is used by none of its expressions' trees.

    ``trees`` are all of them, as parsed. DynamoDB checks this last (dynalite's suite: extra ExpressionAttributeNames).
    """
    used = placeholders(trees)
    for kind, given, seen in (("names", names, used.names), ("values", values, used.values)):
        unused = [key for key in given or () if key not in seen]
        if unused:
            raise ExpressionError(f"unused-{kind}", token=unused[0], keys=", ".join(unused))
