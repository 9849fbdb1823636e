"""The canonical form of one expression: its clauses as text, sorted, the same for all texts that mean the same.

``canonical`` describes the form. A text is compiled once into a function of names and values, kept in a bounded cache;
only the values are written for each request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final, TypeAlias

from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.parser import CACHED_TEXTS, ExpressionName, read
from pytest_dynamodb.values import canonical_value

GivenNames: TypeAlias = Mapping[str, Any]
GivenValues: TypeAlias = Mapping[str, Any]

ClauseWriter: TypeAlias = Callable[[GivenNames, GivenValues], str]
"""Writes a clause or an operand; raises KeyError, TypeError, ValueError or RecursionError where it cannot."""

_FLIPPED: Final = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
CANNOT: Final = (KeyError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled expression: the function that writes its clauses, and the placeholders that it uses."""

    clauses: tuple[ClauseWriter, ...]
    names: frozenset[str]
    values: frozenset[str]

    def run(self, names: GivenNames, values: GivenValues) -> list[str]:
        """The clauses in canonical order. Raises what ``ClauseWriter`` raises."""
        clauses = [write(names, values) for write in self.clauses]
        clauses.sort()
        return clauses


def canonical_clauses(tree: nodes.Tree) -> list[str]:
    """The canonical clauses of a resolved tree. Raises ``KeyError`` for an alias or placeholder left in it."""
    return _compile(tree).run({}, {})


@lru_cache(maxsize=CACHED_TEXTS)
def plan_of(expression: ExpressionName, text: str) -> Plan | None:
    """The plan of a text, or None where the text must stay as it is."""
    try:
        tree = read(expression, text).tree
    except ExpressionError:
        return None
    if isinstance(tree, nodes.UpdateTree) and len({section.name for section in tree.sections}) < len(tree.sections):
        return None
    return _compile(tree)


def _compile(tree: nodes.Tree) -> Plan:
    found = list(nodes.walk(tree))
    names = frozenset(
        part.text
        for node in found
        if isinstance(node, nodes.Path)
        for part in node.parts
        if isinstance(part, nodes.Alias)
    )
    values = frozenset(node.text for node in found if isinstance(node, nodes.Placeholder))
    if isinstance(tree, nodes.UpdateTree):
        clauses = [_action(section, action) for section in tree.sections for action in section.actions]
    elif isinstance(tree, nodes.ProjectionTree):
        clauses = [_path(path) for path in tree.paths]
    else:
        tree = _without_double_negation(tree)
        clauses = [_condition(part) for part in (tree.conditions if isinstance(tree, nodes.And) else (tree,))]
    return Plan(tuple(clauses), names, values)


def _without_double_negation(node: nodes.ConditionTree) -> nodes.ConditionTree:
    match node:
        case nodes.Not(condition=nodes.Not(condition=inner)):
            return _without_double_negation(inner)
        case nodes.Not(condition=inner):
            return nodes.Not(_without_double_negation(inner))
        case nodes.And(conditions=conditions):
            return nodes.And(tuple(map(_without_double_negation, conditions)))
        case nodes.Or(conditions=conditions):
            return nodes.Or(tuple(map(_without_double_negation, conditions)))
        case _:
            return node


def _condition(node: nodes.ConditionTree) -> ClauseWriter:
    match node:
        case nodes.And(conditions=conditions):
            return _unordered("(", " AND ", ")", tuple(map(_condition, conditions)))
        case nodes.Or(conditions=conditions):
            return _unordered("(", " OR ", ")", tuple(map(_condition, conditions)))
        case nodes.Not(condition=condition):
            inner = _condition(condition)
            return lambda names, values: f"NOT ({inner(names, values)})"
        case nodes.Compare():
            return _comparison(node)
        case nodes.Between(operand=operand, low=low, high=high):
            write, lower, upper = _operand(operand), _operand(low), _operand(high)
            return lambda n, v: f"{write(n, v)} BETWEEN {lower(n, v)} AND {upper(n, v)}"
        case nodes.In(operand=operand, choices=choices):
            write, members = _operand(operand), _unordered("(", ", ", ")", tuple(map(_operand, choices)))
            return lambda n, v: f"{write(n, v)} IN {members(n, v)}"
        case nodes.Function():
            return _function(node)


def _unordered(opening: str, joint: str, closing: str, parts: tuple[ClauseWriter, ...]) -> ClauseWriter:
    """Parts whose order means nothing, joined in order of text. A part that stands twice is written twice."""

    def write(names: GivenNames, values: GivenValues) -> str:
        return opening + joint.join(sorted([part(names, values) for part in parts])) + closing

    return write


def _comparison(node: nodes.Compare) -> ClauseWriter:
    left, right = _operand(node.left), _operand(node.right)
    operator, flipped = node.operator, _FLIPPED[node.operator]
    flips_equals = operator[0] == ">"  # so that `a > a` and `a < a`, which only differ in order, are one

    def write(names: GivenNames, values: GivenValues) -> str:
        first, second = left(names, values), right(names, values)
        if second < first or (flips_equals and first == second):
            return f"{second} {flipped} {first}"
        return f"{first} {operator} {second}"

    return write


def _function(node: nodes.Function) -> ClauseWriter:
    name, arguments = node.name, tuple(map(_operand, node.arguments))

    def write(names: GivenNames, values: GivenValues) -> str:
        return f"{name}({', '.join([argument(names, values) for argument in arguments])})"

    return write


def _action(section: nodes.Section, action: nodes.SectionAction) -> ClauseWriter:
    name, path = section.name, _path(action.path)
    if isinstance(action, nodes.RemoveAction):
        return lambda names, values: f"REMOVE {path(names, values)}"
    joint = " = " if isinstance(action, nodes.SetAction) else " "
    value = _set_value(action.value)
    return lambda names, values: f"{name} {path(names, values)}{joint}{value(names, values)}"


def _set_value(node: nodes.SetValue) -> ClauseWriter:
    if not isinstance(node, nodes.Arithmetic):
        return _operand(node)
    left, right = _operand(node.left), _operand(node.right)
    if node.operator == "+":
        return _unordered("", " + ", "", (left, right))
    return lambda names, values: f"{left(names, values)} - {right(names, values)}"


# --- operands ---


def _operand(node: nodes.Operand) -> ClauseWriter:
    match node:
        case nodes.Placeholder(text=placeholder):
            return lambda _, values: value_text(values[placeholder])
        case nodes.Path():
            return _path(node)
        case nodes.Function():
            return _function(node)
        case nodes.Literal(wire=wire):
            text = value_text(wire)
            return lambda _names, _values: text


def _path(path: nodes.Path) -> ClauseWriter:
    """Writes ``a.b[2]``: constant text, in which the names that aliases stand for are put."""
    constants, aliases = [""], []
    for part in path.parts:
        if isinstance(part, nodes.ListIndex):
            constants[-1] += f"[{part.position}]"
            continue
        if part is not path.parts[0]:
            constants[-1] += "."
        if isinstance(part, nodes.Alias):
            aliases.append(part.text)
            constants.append("")
        else:
            constants[-1] += _name_text(part.text)
    if not aliases:
        return lambda _names, _values: constants[0]
    if len(aliases) == 1 and constants == ["", ""]:
        alias = aliases[0]
        return lambda names, _: _name_text(names[alias])
    return lambda names, _: (
        constants[0]
        + "".join([_name_text(names[alias]) + constant for alias, constant in zip(aliases, constants[1:], strict=True)])
    )


def _name_text(name: Any) -> str:
    """A name as it is written in a path; quoted where it would not read as one name."""
    if type(name) is not str:
        raise TypeError(type(name))
    return name if name.isascii() and name.isidentifier() else quoted(name)


def value_text(wire: Any) -> str:
    """A value as compact JSON. The two commonest types without the detour over `json`."""
    if type(wire) is not dict or not wire:
        raise TypeError(type(wire))
    canonical = canonical_value(wire)
    if len(canonical) == 1:
        for tag, content in canonical.items():
            if (tag == "S" or tag == "N") and type(content) is str:  # noqa: PLR1714  # a tuple test is slower here
                return f'{{"{tag}":{quoted(content)}}}'
    return json.dumps(canonical, sort_keys=True, separators=(",", ":"))
