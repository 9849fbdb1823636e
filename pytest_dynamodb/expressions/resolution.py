"""Names and values put in place of placeholders, and what a request says about them checked.

``ExpressionAttributeNames`` and ``ExpressionAttributeValues`` belong to a request, not to an expression: whether one is
unused shows only once every expression of the request is known (``check_unused``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
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


def put_values(node: AnyNode, values: Mapping[str, dict[str, Any]], *, expression: str = "") -> AnyNode:
    """The same tree with a literal for every placeholder; its names must be in place already.

    Raises ``ExpressionError`` ("undefined-value").
    """
    return cast("AnyNode", _ValueResolver({}, values, expression).put(node))


class _Resolver:
    def __init__(self, names: Mapping[str, str], values: Mapping[str, dict[str, Any]], expression: str) -> None:
        self._names, self._values, self._expression = names, values, expression

    def put(self, node: Any) -> Any:
        build = _BUILDERS.get(type(node))
        return node if build is None else build(self, node)  # literals are what they stand for

    def all(self, several: Iterable[Any]) -> tuple[Any, ...]:
        return tuple([self.put(node) for node in several])

    def path(self, path: Path) -> Path:
        if not any(isinstance(part, Alias) for part in path.parts):
            return path
        return Path(tuple([self._name(part.text) if isinstance(part, Alias) else part for part in path.parts]))

    def _name(self, alias: str) -> Name:
        name = self._names.get(alias)
        if not isinstance(name, str):
            raise ExpressionError("undefined-name", expression=self._expression, token=alias)
        return Name(name)

    def value(self, placeholder: str) -> Literal | Placeholder:
        value = self._values.get(placeholder)
        if not isinstance(value, dict):
            raise ExpressionError("undefined-value", expression=self._expression, token=placeholder)
        return Literal(value)


class _NameResolver(_Resolver):
    def value(self, placeholder: str) -> Literal | Placeholder:
        return Placeholder(placeholder)


class _ValueResolver(_Resolver):
    def path(self, path: Path) -> Path:
        return path


# How each kind of node is made again of its parts; the table saves a chain of tests on every node of every request.
_BUILDERS: Final[dict[type, Callable[[_Resolver, Any], Any]]] = {
    Path: lambda put, node: put.path(node),
    Placeholder: lambda put, node: put.value(node.text),
    Compare: lambda put, node: Compare(node.operator, put.put(node.left), put.put(node.right)),
    And: lambda put, node: And(put.all(node.conditions)),
    Or: lambda put, node: Or(put.all(node.conditions)),
    Not: lambda put, node: Not(put.put(node.condition)),
    Function: lambda put, node: Function(node.name, put.all(node.arguments)),
    Between: lambda put, node: Between(put.put(node.operand), put.put(node.low), put.put(node.high)),
    In: lambda put, node: In(put.put(node.operand), put.all(node.choices)),
    SetAction: lambda put, node: SetAction(put.path(node.path), put.put(node.value)),
    RemoveAction: lambda put, node: RemoveAction(put.path(node.path)),
    ValueAction: lambda put, node: ValueAction(put.path(node.path), put.put(node.value)),
    Arithmetic: lambda put, node: Arithmetic(node.operator, put.put(node.left), put.put(node.right)),
    Section: lambda put, node: Section(node.name, put.all(node.actions)),
    Update: lambda put, node: Update(put.all(node.sections)),
    Projection: lambda put, node: Projection(put.all(node.paths)),
}


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

    Names may not be empty either; values are checked with all attribute values of a request. Raises
    ``ExpressionError``.
    """
    for kind, first, given in (("names", "#", names), ("values", ":", values)):
        if given is None:
            continue
        if not given:
            raise ExpressionError(f"{kind}-empty")
        for key in given:
            if (size := len(key.encode("utf-8", "surrogatepass"))) > MAX_KEY_BYTES:
                raise ExpressionError(f"{kind}-key-size", token=key, size=size)
            if not _KEY.fullmatch(key) or not key.startswith(first):
                raise ExpressionError(f"{kind}-key", token=key)
            if given is names and given[key] == "":
                raise ExpressionError("names-value", token=key)


def check_sizes(names: Mapping[str, str] | None, values: Mapping[str, dict[str, Any]] | None) -> None:
    """Raise ``ExpressionError`` if names or values, keys included, take more than 2 MB.

    ``values`` must be valid attribute values: DynamoDB checks those before.
    """
    for kind, size in (
        ("names", sum(len(key) + len(name.encode("utf-8", "surrogatepass")) for key, name in (names or {}).items())),
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
