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

from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import ConditionLike, PathLike, as_condition
from pytest_dynamodb.expressions.parser import ConditionName, ExpressionName
from pytest_dynamodb.expressions.reserved import is_reserved
from pytest_dynamodb.expressions.resolution import placeholders
from pytest_dynamodb.expressions.tokens import CONDITION_WORDS, UPDATE_WORDS
from pytest_dynamodb.expressions.updates import Update, as_projection, as_update

_NEGATED_IN_PARENTHESES: Final = (nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Between, nodes.In)
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
        trees: Iterable[nodes.Tree] = (),
    ) -> None:
        self.names: dict[str, str] = dict(names or {})
        self.values: dict[str, dict[str, Any]] = dict(values or {})
        self._taken = {*self.names, *self.values}
        self._alias_of = {name: alias for alias, name in self.names.items()}
        self._aliases, self._placeholders = count(), count()
        self.reserve(trees)

    def reserve(self, trees: Iterable[nodes.Tree]) -> None:
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


def render(tree: nodes.Tree, into: Placeholders) -> str:
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

    def write(self, node: nodes.Node) -> str:
        match node:
            case nodes.And(conditions=conditions):
                return " AND ".join([self._part(part, (nodes.Or,)) for part in conditions])
            case nodes.Or(conditions=conditions):
                return " OR ".join([self._part(part, (nodes.And,)) for part in conditions])
            case nodes.Not(condition=condition):
                return f"NOT {self._part(condition, _NEGATED_IN_PARENTHESES)}"
            case (
                nodes.Compare(operator=operator, left=left, right=right)
                | nodes.Arithmetic(operator=operator, left=left, right=right)
            ):
                return f"{self.write(left)} {operator} {self.write(right)}"
            case nodes.Between(operand=operand, low=low, high=high):
                return f"{self.write(operand)} BETWEEN {self.write(low)} AND {self.write(high)}"
            case nodes.In(operand=operand, choices=choices):
                return f"{self.write(operand)} IN ({self._list(choices)})"
            case nodes.Function(name=name, arguments=arguments):
                return f"{name}({self._list(arguments)})"
            case nodes.Path():
                return self._path(node)
            case nodes.Placeholder(text=text):
                return text
            case nodes.Literal(wire=wire):
                return self._into.value(wire)
            case _:
                return self._write_update(node)

    def _write_update(self, node: nodes.Node) -> str:
        match node:
            case nodes.UpdateTree(sections=sections):
                return " ".join([f"{section.name} {self._list(section.actions)}" for section in sections])
            case nodes.ProjectionTree(paths=paths):
                return self._list(paths)
            case nodes.SetAction(path=path, value=value):
                return f"{self._path(path)} = {self.write(value)}"
            case nodes.RemoveAction(path=path):
                return self._path(path)
            case nodes.ValueAction(path=path, value=value):
                return f"{self._path(path)} {self.write(value)}"
            case _:
                raise TypeError(f"not an expression's node: {node!r}")

    def _part(self, condition: nodes.ConditionTree, in_parentheses: tuple[type, ...]) -> str:
        text = self.write(condition)
        return f"({text})" if isinstance(condition, in_parentheses) else text

    def _list(self, listed: Iterable[nodes.Node]) -> str:
        return ", ".join([self.write(node) for node in listed])

    def _path(self, path: nodes.Path) -> str:
        text = ""
        for part in path.parts:
            if isinstance(part, nodes.ListIndex):
                text += f"[{part.position}]"
            else:
                text += f".{self._name(part)}"
        return text[1:]

    def _name(self, part: nodes.Name | nodes.Alias) -> str:
        if isinstance(part, nodes.Alias) or is_bare(part.text):
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


# --- expression parameters ---


def expression_params(
    *,
    condition: ConditionLike | None = None,
    filtered_by: ConditionLike | None = None,
    key_condition: ConditionLike | None = None,
    update: Update | nodes.UpdateTree | str | None = None,
    projection: Iterable[PathLike] | nodes.ProjectionTree | str | None = None,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A request's expression parameters, with the names and values that they need.

    A text is passed on as it is, and its placeholders are the caller's: to be found in ``names`` and ``values`` (wire
    form), and never allocated to anything else. What is not given is not in the result; empty maps are not either.
    Raises ``ExpressionMisuse`` or ``ExpressionError``.
    """
    conditions: dict[ConditionName, ConditionLike | None] = {
        "KeyConditionExpression": key_condition,
        "FilterExpression": filtered_by,
        "ConditionExpression": condition,
    }
    trees: dict[ExpressionName, nodes.Tree] = {
        name: as_condition(value, expression=name) for name, value in conditions.items() if value is not None
    }
    texts: dict[ExpressionName, str] = {name: value for name, value in conditions.items() if isinstance(value, str)}
    if update is not None:
        trees["UpdateExpression"] = as_update(update)
        if isinstance(update, str):
            texts["UpdateExpression"] = update
    if projection is not None:
        trees["ProjectionExpression"] = as_projection(projection)
        if isinstance(projection, str):
            texts["ProjectionExpression"] = projection
    into = Placeholders(names, values, trees=trees.values())
    params: dict[str, Any] = {name: texts.get(name) or render(tree, into) for name, tree in trees.items()}
    if into.names:
        params["ExpressionAttributeNames"] = into.names
    if into.values:
        params["ExpressionAttributeValues"] = into.values
    return params
