"""The checks that DynamoDB makes on a parsed expression, in its order.

Of all kinds come first the checks that need no names and values (``checked_tree``), then the others (``bind``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeAlias, cast

from pytest_dynamodb.errors import PytestDynamoDbError, ValidationException
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.parser import CACHED_TEXTS, ExpressionName, parse
from pytest_dynamodb.expressions.reserved import is_reserved
from pytest_dynamodb.expressions.resolution import AnyNode, resolve
from pytest_dynamodb.expressions.tokens import locate
from pytest_dynamodb.values import order_key

# --- shared checks ---

Names: TypeAlias = Mapping[str, str]
Values: TypeAlias = Mapping[str, dict[str, Any]]

MAX_PATH_DEPTH: Final = 32
"""Names and indexes of a document path (developer guide, "Quotas": nested attribute depth)."""

MAX_POSITION: Final = 4_294_967_294
"""The highest list position that a path may name (floci#3073, measured on AWS)."""

# What a function's result is, where an operand's type matters.
_RESULT_TYPES: Final = {"size": "N", "list_append": "L"}


class Checks(ABC):
    """The checks that all kinds of expressions share."""

    names: Names
    values: Values

    functions: Mapping[str, int] = {}

    def __init__(self, expression: ExpressionName, names: Names, values: Values) -> None:
        self.expression, self.names, self.values = expression, names, values

    @abstractmethod
    def text_alone(self, tree: Any) -> None:
        """Check what can be checked without names and values."""

    @abstractmethod
    def resolved(self, tree: Any) -> nodes.Tree:
        """The node with names and values in place, once the rest is checked, too."""

    def put(self, node: AnyNode) -> AnyNode:
        """The node with names and values in place."""
        return resolve(node, self.names, self.values, expression=self.expression)

    def reject(self, kind: str, token: str | None = None, **details: Any) -> NoReturn:
        """Raise the error of a kind for this expression."""
        raise ExpressionError(kind, expression=self.expression, token=token, **details)

    def reserved_words(self, found: Iterable[nodes.Node]) -> None:
        """No bare name may be a reserved word."""
        for node in found:
            if isinstance(node, nodes.Path):
                for part in node.parts:
                    if isinstance(part, nodes.Name) and is_reserved(part.text):
                        self.reject("reserved-word", part.text)

    def path_depth(self, found: Iterable[nodes.Node]) -> None:
        """No path may be too deep."""
        for node in found:
            if isinstance(node, nodes.Path) and len(node.parts) > MAX_PATH_DEPTH:
                self.reject("path-depth", count=len(node.parts))

    def list_positions(self, found: Iterable[nodes.Node]) -> None:
        """No list position may be too high."""
        for node in found:
            if isinstance(node, nodes.Path):
                for part in node.parts:
                    if isinstance(part, nodes.ListIndex) and part.position > MAX_POSITION:
                        self.reject("list-position", index=part.position)

    def unknown_functions(self, found: Iterable[nodes.Node]) -> None:
        """Every function must be one of this kind of expression."""
        for node in found:
            if isinstance(node, nodes.Function) and node.name not in self.functions:
                self.reject("unknown-function", node.name)

    def operand_count(self, node: nodes.Function) -> None:
        """A function takes a fixed number of operands."""
        if len(node.arguments) != self.functions[node.name]:
            self.reject("operand-count", node.name, count=len(node.arguments))

    def operand_type(self, operator: str, tag: str | None, allowed: frozenset[str]) -> None:
        """Reject an operand whose type is known and not among those allowed."""
        if tag is not None and tag not in allowed:
            self.reject("operand-type", operator, type=tag)

    def distinct_paths(self, paths: list[nodes.Path]) -> None:
        """Reject a path that is a prefix of another, or that uses a name where another one uses a position."""
        conflict: tuple[nodes.Path, nodes.Path] | None = None
        for index, path in enumerate(paths):
            for earlier in paths[:index]:
                relation = _relation(earlier, path)
                if relation == "overlap":
                    self.reject("overlapping-paths", path=earlier, other=path)
                if relation == "conflict" and conflict is None:
                    conflict = earlier, path
        if conflict is not None:
            self.reject("conflicting-paths", path=conflict[0], other=conflict[1])


def _relation(one: nodes.Path, two: nodes.Path) -> str:
    for left, right in zip(one.parts, two.parts, strict=False):  # up to where the shorter one ends
        if isinstance(left, nodes.ListIndex) is not isinstance(right, nodes.ListIndex):
            return "conflict"
        if left != right:
            return "apart"
    return "overlap"


def type_of(operand: nodes.Node) -> str | None:
    """The type of an operand, where it is known without an item."""
    if isinstance(operand, nodes.Literal):
        return operand.tag
    if isinstance(operand, nodes.Function):
        return _RESULT_TYPES.get(operand.name)
    return None


# --- conditions ---

MAX_IN_OPERANDS: Final = 100
"""Operands in IN's list (developer guide, "Comparison operator and function reference": up to 100 values)."""

CONDITION_FUNCTIONS: Final = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
"""Functions, and how many operands each takes (same page)."""

_ORDERED: Final = frozenset({"S", "N", "B"})
_ORDERINGS: Final = frozenset({"<", "<=", ">", ">="})
_UNSIZED: Final = frozenset({"N", "BOOL", "NULL"})
_TYPE_NAMES: Final = frozenset({"S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"})


class ConditionChecks(Checks):
    """The checks of conditions, filters and key conditions."""

    functions: Mapping[str, int] = CONDITION_FUNCTIONS

    def text_alone(self, tree: nodes.ConditionTree) -> None:
        """Functions known, functions where they belong, reserved words, path depth."""
        found = list(nodes.walk(tree))
        self.unknown_functions(found)
        self.misused_functions(tree)
        self.list_positions(found)
        self.reserved_words(found)
        self.path_depth(found)

    def resolved(self, tree: nodes.ConditionTree) -> nodes.ConditionTree:
        """Condition by condition: names and values, number of operands, equal operands, types."""
        try:
            resolved = self.put(tree)
        except ExpressionError:
            for leaf in nodes.leaves(tree):  # an earlier condition may be at fault otherwise
                self.leaf(self.put(leaf))
            raise
        for leaf in nodes.leaves(resolved):
            self.leaf(leaf)
        return resolved

    def misused_functions(self, tree: nodes.ConditionTree) -> None:
        """`size` is an operand and no condition, every other function a condition and no operand."""
        for leaf in nodes.leaves(tree):
            self.misused_operands(leaf)
            if isinstance(leaf, nodes.Function) and leaf.name == "size":
                self.reject("misused-function", leaf.name)

    def misused_operands(self, node: nodes.Node) -> None:
        """Report the innermost function first, as it is read first."""
        for operand in nodes.operands(node):
            if isinstance(operand, nodes.Function):
                self.misused_operands(operand)
                if operand.name != "size":
                    self.reject("misused-function", operand.name)

    def leaf(self, leaf: nodes.ConditionTree) -> None:
        """One condition, resolved: number of operands, equal operands, types."""
        functions = [node for node in nodes.walk(leaf) if isinstance(node, nodes.Function)]
        for function in functions:
            self.operand_count(function)
        if isinstance(leaf, nodes.In) and len(leaf.choices) > MAX_IN_OPERANDS:
            self.reject("in-operands", "IN", count=len(leaf.choices))
        self.equal_operands(leaf)
        # Innermost first, as they are read: an outer operand's type follows from an inner function.
        for function in reversed(functions):
            self.function_types(function)
        self.types(leaf)

    def equal_operands(self, leaf: nodes.ConditionTree) -> None:
        """The first operand, if a path, must not come again."""
        name = _operator(leaf)
        first, *others = nodes.operands(leaf)
        if isinstance(first, nodes.Path) and first in others:
            self.reject("same-operands", name, path=first)

    def function_types(self, node: nodes.Function) -> None:
        """What each function takes."""
        first = node.arguments[0]
        match node.name:
            case "attribute_exists" | "attribute_not_exists":
                if not isinstance(first, nodes.Path):
                    self.reject("needs-path", node.name)
            case "begins_with":
                for operand in node.arguments:
                    self.operand_type(node.name, type_of(operand), frozenset({"S", "B"}))
            case "size":
                if (tag := type_of(first)) in _UNSIZED:
                    self.reject("operand-type", node.name, type=tag)
            case "attribute_type":
                self.attribute_type(node.arguments[1])

    def attribute_type(self, operand: nodes.Operand) -> None:
        """The second operand names a type."""
        tag = type_of(operand)
        if tag != "S":
            # Without a value, AWS prints the set of types in no fixed order.
            self.reject("operand-type", "attribute_type", type=tag or "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
        name = cast("nodes.Literal", operand).wire["S"]
        if name not in _TYPE_NAMES:
            self.reject("attribute-type", "attribute_type", type=name)

    def types(self, leaf: nodes.ConditionTree) -> None:
        """Operands of orderings (dynamodb-conformance, error-messages/queryKeyConditionOperands)."""
        if isinstance(leaf, nodes.Compare) and leaf.operator in _ORDERINGS:
            for operand in nodes.operands(leaf):
                self.operand_type(leaf.operator, type_of(operand), _ORDERED)
        elif isinstance(leaf, nodes.Between):
            for operand in nodes.operands(leaf):
                self.operand_type("BETWEEN", type_of(operand), _ORDERED)
            self.bounds(leaf.low, leaf.high)

    def bounds(self, low: nodes.Operand, high: nodes.Operand) -> None:
        """BETWEEN's bounds, where both are values: of one type and in order."""
        if not isinstance(low, nodes.Literal) or not isinstance(high, nodes.Literal):
            return
        if low.tag != high.tag:
            self.reject("between-types", "BETWEEN", low=_bound(low), high=_bound(high))
        try:
            inverted = order_key(low.wire) > order_key(high.wire)  # type: ignore[operator]  # of one tag, so of one type
        except (ValidationException, PytestDynamoDbError, AttributeError):
            return  # no text, a bad number or bad base64: reported where a request's values are checked
        if inverted:
            self.reject("between-order", "BETWEEN", low=_bound(low), high=_bound(high))


def _operator(leaf: nodes.ConditionTree) -> str:
    match leaf:
        case nodes.Compare(operator=operator):
            return operator
        case nodes.Function(name=name):
            return name
        case _:
            return type(leaf).__name__.upper()


def _bound(literal: nodes.Literal) -> str:
    return f"{{{literal.tag}:{literal.wire[literal.tag]}}}"


# --- updates and projections ---

UPDATE_FUNCTIONS: Final = {"if_not_exists": 2, "list_append": 2}
"""Functions, and how many operands each takes (developer guide, "Update expressions")."""

# ADD and DELETE spell types out (dynalite's suite: incorrect types in UpdateExpression).
_LONG_TYPES: Final = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}


class UpdateChecks(Checks):
    """The checks of update expressions."""

    functions: Mapping[str, int] = UPDATE_FUNCTIONS

    def text_alone(self, tree: nodes.UpdateTree) -> None:
        """Reserved words, functions known and where they may be, sections written once, path depth."""
        found = list(nodes.walk(tree))
        self.list_positions(found)
        self.reserved_words(found)
        self.unknown_functions(found)
        self.nested_appends(found)
        self.repeated_sections(tree)
        self.path_depth(found)

    def resolved(self, tree: nodes.UpdateTree) -> nodes.UpdateTree:
        """Names, values, paths apart, what is added or deleted, operands."""
        self.undefined(list(nodes.walk(tree)))
        resolved = self.put(tree)
        self.distinct_paths([action.path for action in resolved.actions])
        self.section_operands(resolved)
        for node in nodes.walk(resolved):
            self.operand_types(node)
        return resolved

    def nested_appends(self, found: list[nodes.Node]) -> None:
        """No list_append is an operand of another (Parity Suite's captures of October 2026)."""
        for node in found:
            if isinstance(node, nodes.Function) and node.name == "list_append":
                for operand in node.arguments:
                    if isinstance(operand, nodes.Function) and operand.name == "list_append":
                        self.reject("misused-function", operand.name)

    def repeated_sections(self, tree: nodes.UpdateTree) -> None:
        """A section comes once at most."""
        seen: set[str] = set()
        for section in tree.sections:
            if section.name in seen:
                self.reject("repeated-section", section.name)
            seen.add(section.name)

    def undefined(self, found: list[nodes.Node]) -> None:
        """All names before all values, other than in conditions."""
        for node in found:
            if isinstance(node, nodes.Path):
                for part in node.parts:
                    if isinstance(part, nodes.Alias) and part.text not in self.names:
                        self.reject("undefined-name", part.text)
        for node in found:
            if isinstance(node, nodes.Placeholder) and node.text not in self.values:
                self.reject("undefined-value", node.text)

    def section_operands(self, tree: nodes.UpdateTree) -> None:
        """ADD takes numbers and sets, DELETE sets (developer guide, "Update expressions")."""
        for section in tree.sections:
            for action in section.actions:
                if isinstance(action, nodes.ValueAction) and isinstance(action.value, nodes.Literal):
                    tag = action.value.tag
                    if tag in _LONG_TYPES and not (section.name == "ADD" and tag == "N"):
                        self.reject("update-operand-type", section.name, type=_LONG_TYPES[tag])

    def operand_types(self, node: nodes.Node) -> None:
        """What sums and functions take."""
        if isinstance(node, nodes.Arithmetic):
            for operand in nodes.operands(node):
                self.operand_type(node.operator, type_of(operand), frozenset({"N"}))
        elif isinstance(node, nodes.Function):
            self.operand_count(node)
            if node.name == "if_not_exists" and not isinstance(node.arguments[0], nodes.Path):
                self.reject("needs-path", node.name)
            if node.name == "list_append":
                for operand in node.arguments:
                    self.operand_type(node.name, type_of(operand), frozenset({"L"}))


class ProjectionChecks(Checks):
    """The checks of projection expressions."""

    def text_alone(self, tree: nodes.ProjectionTree) -> None:
        """Reserved words, path depth."""
        self.list_positions(tree.paths)
        self.reserved_words(tree.paths)
        self.path_depth(tree.paths)

    def resolved(self, tree: nodes.ProjectionTree) -> nodes.ProjectionTree:
        """Names, paths apart."""
        resolved = self.put(tree)
        self.distinct_paths(list(resolved.paths))
        return resolved


# --- the checks in order ---
# A condition            unknown function, misused function, reserved word; then condition by condition, as written:
#                        undefined names and values, number of operands, equal operands, operand types
# An update              reserved word, unknown function, repeated section, undefined names, undefined values,
#                        overlapping paths, conflicting paths, ADD and DELETE operands, function operands
# A projection           reserved word, undefined names, overlapping paths, conflicting paths
#
# Each is checked on the whole expression before the next (dynalite's suite, whose cases ran against AWS; the part that
# goes condition by condition also dynamodb-conformance, validation-ordering/queryKeyCondition). Limits that no source
# orders come where they cost nothing: path depth before the names.

_CHECKS: Final[dict[ExpressionName, type[Checks]]] = {
    "ConditionExpression": ConditionChecks,
    "FilterExpression": ConditionChecks,
    "KeyConditionExpression": ConditionChecks,
    "UpdateExpression": UpdateChecks,
    "ProjectionExpression": ProjectionChecks,
}


def compile_expression(expression: ExpressionName, text: str, names: Names, values: Values) -> nodes.Tree:
    """The resolved, checked tree of a request's only expression: ``checked_tree`` and ``bind`` in one.

    Raises ``ExpressionError`` for what DynamoDB would report first.
    """
    try:
        return bind(expression, checked_tree(expression, text), names, values)
    except ExpressionError as problem:
        if problem.position is None and problem.token is not None:
            problem.position = locate(text, problem.token)
        raise


@lru_cache(maxsize=CACHED_TEXTS)
def checked_tree(expression: ExpressionName, text: str) -> nodes.Tree:
    """The tree of a text, after every check that needs neither names nor values. Cached by text, bounded.

    DynamoDB comes so far with every expression of a request before it looks at the names and values of the first
    (dynalite's suite, test/scan). Raises ``ExpressionError``.
    """
    tree = parse(expression, text)
    check_tree(expression, tree)
    return tree


def check_tree(expression: ExpressionName, tree: nodes.Tree) -> None:
    """Check a tree that was built and not parsed as ``checked_tree`` checks a text's. Raises ``ExpressionError``."""
    _CHECKS[expression](expression, {}, {}).text_alone(tree)


def bind(expression: ExpressionName, tree: nodes.Tree, names: Names, values: Values) -> nodes.Tree:
    """The resolved tree of a checked one, after the checks that need names and values. Raises ``ExpressionError``."""
    return _CHECKS[expression](expression, names, values).resolved(tree)
