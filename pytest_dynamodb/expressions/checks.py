"""What the checks of conditions, updates and projections share: paths, functions, operand types."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn, TypeAlias

from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import Function, Index, Literal, Name, Node, Path, Tree
from pytest_dynamodb.expressions.parser import ExpressionName
from pytest_dynamodb.expressions.reserved import is_reserved
from pytest_dynamodb.expressions.resolution import AnyNode, resolve

Names: TypeAlias = Mapping[str, str]
Values: TypeAlias = Mapping[str, dict[str, Any]]

MAX_PATH_DEPTH: Final = 32
"""Names and indexes of a document path (developer guide, "Quotas": nested attribute depth)."""

MAX_POSITION: Final = 4_294_967_294
"""The highest list position that a path may name (floci#3073, measured on AWS)."""

# What a function's result is, where an operand's type matters.
_RESULT_TYPES: Final = {"size": "N", "list_append": "L"}


class Checks(ABC):
    """What all kinds of expressions share."""

    functions: Mapping[str, int] = {}

    def __init__(self, expression: ExpressionName, names: Names, values: Values) -> None:
        self.expression, self.names, self.values = expression, names, values

    @abstractmethod
    def text_alone(self, tree: Any) -> None:
        """Check what can be checked without names and values."""

    @abstractmethod
    def resolved(self, tree: Any) -> Tree:
        """The node with names and values in place, once the rest is checked, too."""

    def put(self, node: AnyNode) -> AnyNode:
        """The node with names and values in place."""
        return resolve(node, self.names, self.values, expression=self.expression)

    def reject(self, kind: str, token: str | None = None, **details: Any) -> NoReturn:
        """Raise the error of a kind for this expression."""
        raise ExpressionError(kind, expression=self.expression, token=token, **details)

    def reserved_words(self, found: Iterable[Node]) -> None:
        """No bare name may be a reserved word."""
        for node in found:
            if isinstance(node, Path):
                for part in node.parts:
                    if isinstance(part, Name) and is_reserved(part.text):
                        self.reject("reserved-word", part.text)

    def path_depth(self, found: Iterable[Node]) -> None:
        """No path may be too deep."""
        for node in found:
            if isinstance(node, Path) and len(node.parts) > MAX_PATH_DEPTH:
                self.reject("path-depth", count=len(node.parts))

    def list_positions(self, found: Iterable[Node]) -> None:
        """No list position may be too high."""
        for node in found:
            if isinstance(node, Path):
                for part in node.parts:
                    if isinstance(part, Index) and part.position > MAX_POSITION:
                        self.reject("list-position", index=part.position)

    def unknown_functions(self, found: Iterable[Node]) -> None:
        """Every function must be one of this kind of expression."""
        for node in found:
            if isinstance(node, Function) and node.name not in self.functions:
                self.reject("unknown-function", node.name)

    def operand_count(self, node: Function) -> None:
        """A function takes a fixed number of operands."""
        if len(node.arguments) != self.functions[node.name]:
            self.reject("operand-count", node.name, count=len(node.arguments))

    def operand_type(self, operator: str, tag: str | None, allowed: frozenset[str]) -> None:
        """An operand whose type is known must be of an allowed one."""
        if tag is not None and tag not in allowed:
            self.reject("operand-type", operator, type=tag)

    def distinct_paths(self, paths: list[Path]) -> None:
        """No path may be another's beginning, nor use a name where another uses an index."""
        conflict: tuple[Path, Path] | None = None
        for index, path in enumerate(paths):
            for earlier in paths[:index]:
                relation = _relation(earlier, path)
                if relation == "overlap":
                    self.reject("overlapping-paths", path=earlier, other=path)
                if relation == "conflict" and conflict is None:
                    conflict = earlier, path
        if conflict is not None:
            self.reject("conflicting-paths", path=conflict[0], other=conflict[1])


def _relation(one: Path, two: Path) -> str:
    for left, right in zip(one.parts, two.parts, strict=False):  # up to where the shorter one ends
        if isinstance(left, Index) is not isinstance(right, Index):
            return "conflict"
        if left != right:
            return "apart"
    return "overlap"


def type_of(operand: Node) -> str | None:
    """The type of an operand, where it is known without an item."""
    if isinstance(operand, Literal):
        return operand.tag
    if isinstance(operand, Function):
        return _RESULT_TYPES.get(operand.name)
    return None
