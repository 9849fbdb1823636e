"""Resolving: putting names and values in place of placeholders, and checking both.

``ExpressionAttributeNames`` and ``ExpressionAttributeValues`` belong to a request, not to an expression: only all
expressions of the request together show whether one is unused (``check_unused``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar, cast
from typing import Literal as Choice

from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.values import value_size

MAX_KEY_BYTES: Final = 255
"""Bytes of a placeholder with its first character (developer guide, "Quotas": Expression parameters)."""

MAX_SUBSTITUTION_BYTES: Final = 2 * 1024 * 1024
"""Bytes of all names or all values of a request (same page: substitution variables)."""

_KEY: Final = re.compile(r"[#:][0-9A-Za-z_]+")

AnyNode = TypeVar("AnyNode", bound=nodes.Node)


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

    def path(self, path: nodes.Path) -> nodes.Path:
        if not any(isinstance(part, nodes.Alias) for part in path.parts):
            return path
        return nodes.Path(
            tuple([self._name(part.text) if isinstance(part, nodes.Alias) else part for part in path.parts])
        )

    def _name(self, alias: str) -> nodes.Name:
        name = self._names.get(alias)
        if not isinstance(name, str):
            raise ExpressionError("undefined-name", expression=self._expression, token=alias)
        return nodes.Name(name)

    def value(self, placeholder: str) -> nodes.Literal | nodes.Placeholder:
        value = self._values.get(placeholder)
        if not isinstance(value, dict):
            raise ExpressionError("undefined-value", expression=self._expression, token=placeholder)
        return nodes.Literal(value)


class _NameResolver(_Resolver):
    def value(self, placeholder: str) -> nodes.Literal | nodes.Placeholder:
        return nodes.Placeholder(placeholder)


class _ValueResolver(_Resolver):
    def path(self, path: nodes.Path) -> nodes.Path:
        return path


# How each kind of node is made again of its parts; the table saves a chain of tests on every node of every request.
_BUILDERS: Final[dict[type, Callable[[_Resolver, Any], Any]]] = {
    nodes.Path: lambda put, node: put.path(node),
    nodes.Placeholder: lambda put, node: put.value(node.text),
    nodes.Compare: lambda put, node: nodes.Compare(node.operator, put.put(node.left), put.put(node.right)),
    nodes.And: lambda put, node: nodes.And(put.all(node.conditions)),
    nodes.Or: lambda put, node: nodes.Or(put.all(node.conditions)),
    nodes.Not: lambda put, node: nodes.Not(put.put(node.condition)),
    nodes.Function: lambda put, node: nodes.Function(node.name, put.all(node.arguments)),
    nodes.Between: lambda put, node: nodes.Between(put.put(node.operand), put.put(node.low), put.put(node.high)),
    nodes.In: lambda put, node: nodes.In(put.put(node.operand), put.all(node.choices)),
    nodes.SetAction: lambda put, node: nodes.SetAction(put.path(node.path), put.put(node.value)),
    nodes.RemoveAction: lambda put, node: nodes.RemoveAction(put.path(node.path)),
    nodes.ValueAction: lambda put, node: nodes.ValueAction(put.path(node.path), put.put(node.value)),
    nodes.Arithmetic: lambda put, node: nodes.Arithmetic(node.operator, put.put(node.left), put.put(node.right)),
    nodes.Section: lambda put, node: nodes.Section(node.name, put.all(node.actions)),
    nodes.UpdateTree: lambda put, node: nodes.UpdateTree(put.all(node.sections)),
    nodes.ProjectionTree: lambda put, node: nodes.ProjectionTree(put.all(node.paths)),
}


@dataclass(frozen=True, slots=True)
class Used:
    """The aliases and placeholders that trees refer to, each once, in the order written."""

    names: tuple[str, ...]
    values: tuple[str, ...]


def placeholders(trees: Iterable[nodes.Tree]) -> Used:
    """The aliases and placeholders in trees."""
    names: dict[str, None] = {}
    values: dict[str, None] = {}
    for tree in trees:
        for node in nodes.walk(tree):
            if isinstance(node, nodes.Placeholder):
                values[node.text] = None
            elif isinstance(node, nodes.Path):
                names.update(dict.fromkeys(part.text for part in node.parts if isinstance(part, nodes.Alias)))
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


def check_unused(
    trees: Iterable[nodes.Tree], names: Mapping[str, Any] | None, values: Mapping[str, Any] | None
) -> None:
    """Raise ``ExpressionError`` if a name, or else a value, of a request is used by none of its expressions' trees.

    ``trees`` are all of them, as parsed. DynamoDB checks this last (dynalite's suite: extra ExpressionAttributeNames).
    """
    used = placeholders(trees)
    for kind, given, seen in (("names", names, used.names), ("values", values, used.values)):
        unused = [key for key in given or () if key not in seen]
        if unused:
            raise ExpressionError(f"unused-{kind}", token=unused[0], keys=", ".join(unused))


# --- key conditions ---
# DynamoDB checks this after every expression of the request has been checked as such, and before it looks for the table
# (dynalite's suite: KeyConditionExpression). Whether the attributes are the table's or index's key, of its types and no
# more than it has, needs the schema and is the engine's to check.

KeyOperator: TypeAlias = Choice["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]

_MIRRORED: Final[dict[str, KeyOperator]] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FOREIGN_FUNCTIONS: Final = frozenset({"attribute_exists", "attribute_not_exists", "attribute_type", "contains"})


@dataclass(frozen=True, slots=True)
class KeyClause:
    """A condition on one attribute of a key: ``operands`` are one value, or BETWEEN's two."""

    attribute: str
    operator: KeyOperator
    operands: tuple[nodes.Literal, ...]


def key_clauses(tree: nodes.ConditionTree) -> tuple[KeyClause, ...]:
    """The clauses of a resolved, checked key condition, in the order written.

    Raises ``ExpressionError`` ("key-...") for what a key condition may not contain.
    """
    clauses: dict[str, KeyClause] = {}
    for leaf in _conjuncts(tree):
        clause = _clause(leaf)
        if clause.attribute in clauses:
            raise _rejection("key-repeated")
        clauses[clause.attribute] = clause
    return tuple(clauses.values())


def _conjuncts(node: nodes.ConditionTree) -> Iterator[nodes.ConditionTree]:
    yield from node.conditions if isinstance(node, nodes.And) else (node,)


def _clause(leaf: nodes.ConditionTree) -> KeyClause:
    _check_operator(leaf)
    if isinstance(leaf, (nodes.Between, nodes.Function)) and not isinstance(nodes.operands(leaf)[0], nodes.Path):
        raise _rejection("key-first-operand", "BETWEEN" if isinstance(leaf, nodes.Between) else leaf.name)
    attribute = _attribute(leaf)
    values = tuple(operand for operand in nodes.operands(leaf) if isinstance(operand, nodes.Literal))
    if isinstance(leaf, nodes.Compare):
        mirrored = isinstance(leaf.right, nodes.Path)
        operator = _MIRRORED[leaf.operator] if mirrored else cast("KeyOperator", leaf.operator)
        return KeyClause(attribute, operator, values)
    return KeyClause(attribute, "BETWEEN" if isinstance(leaf, nodes.Between) else "begins_with", values)


def _check_operator(leaf: nodes.ConditionTree) -> None:
    match leaf:
        case nodes.Or() | nodes.Not() | nodes.In():
            raise _rejection("key-operator", type(leaf).__name__.upper())
        case nodes.Compare(operator="<>"):
            raise _rejection("key-operator", "<>")
        case nodes.Function(name=name) if name in _FOREIGN_FUNCTIONS:
            raise _rejection("key-operator", name)


def _attribute(leaf: nodes.ConditionTree) -> str:
    """The one attribute of a clause. Operands are looked at as written, and the first fault found is reported."""
    found: nodes.Path | None = None
    for operand in nodes.operands(leaf):
        if isinstance(operand, nodes.Function):
            raise _rejection("key-nested-operation")
        if isinstance(operand, nodes.Path):
            if found is not None:
                raise _rejection("key-several-attributes")
            _check_top_level(operand)
            found = operand
    if found is None:
        raise _rejection("key-no-attribute")
    return cast("nodes.Name", found.parts[0]).text


def _check_top_level(path: nodes.Path) -> None:
    if len(path.parts) > 1:
        raise _rejection("key-nested-attribute")


def _rejection(kind: str, token: str | None = None) -> ExpressionError:
    return ExpressionError(kind, expression="KeyConditionExpression", token=token)
