"""What DynamoDB checks about an update or a projection; the order is told in ``validation``."""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.expressions.checks import Checks, type_of
from pytest_dynamodb.expressions.nodes import (
    Alias,
    Arithmetic,
    Function,
    Literal,
    Node,
    Path,
    Placeholder,
    Projection,
    Update,
    ValueAction,
    operands,
    walk,
)

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
    """Update expressions."""

    functions = UPDATE_FUNCTIONS

    def text_alone(self, tree: Update) -> None:
        """Reserved words, functions known, sections written once, path depth."""
        found = list(walk(tree))
        self.list_positions(found)
        self.reserved_words(found)
        self.unknown_functions(found)
        self.repeated_sections(tree)
        self.path_depth(found)

    def resolved(self, tree: Update) -> Update:
        """Names, values, paths apart, what is added or deleted, operands."""
        self.undefined(list(walk(tree)))
        resolved = self.put(tree)
        self.distinct_paths([action.path for action in resolved.actions])
        self.section_operands(resolved)
        for node in walk(resolved):
            self.operand_types(node)
        return resolved

    def repeated_sections(self, tree: Update) -> None:
        """A section comes once at most."""
        seen: set[str] = set()
        for section in tree.sections:
            if section.name in seen:
                self.reject("repeated-section", section.name)
            seen.add(section.name)

    def undefined(self, found: list[Node]) -> None:
        """All names before all values, other than in conditions."""
        for node in found:
            if isinstance(node, Path):
                for part in node.parts:
                    if isinstance(part, Alias) and part.text not in self.names:
                        self.reject("undefined-name", part.text)
        for node in found:
            if isinstance(node, Placeholder) and node.text not in self.values:
                self.reject("undefined-value", node.text)

    def section_operands(self, tree: Update) -> None:
        """ADD takes numbers and sets, DELETE sets (developer guide, "Update expressions")."""
        for section in tree.sections:
            for action in section.actions:
                if isinstance(action, ValueAction) and isinstance(action.value, Literal):
                    tag = action.value.tag
                    if tag in _LONG_TYPES and not (section.name == "ADD" and tag == "N"):
                        self.reject("update-operand-type", section.name, type=_LONG_TYPES[tag])

    def operand_types(self, node: Node) -> None:
        """What sums and functions take."""
        if isinstance(node, Arithmetic):
            for operand in operands(node):
                self.operand_type(node.operator, type_of(operand), frozenset({"N"}))
        elif isinstance(node, Function):
            self.operand_count(node)
            if node.name == "if_not_exists" and not isinstance(node.arguments[0], Path):
                self.reject("needs-path", node.name)
            if node.name == "list_append":
                for operand in node.arguments:
                    self.operand_type(node.name, type_of(operand), frozenset({"L"}))


class ProjectionChecks(Checks):
    """Projection expressions."""

    def text_alone(self, tree: Projection) -> None:
        """Reserved words, path depth."""
        self.list_positions(tree.paths)
        self.reserved_words(tree.paths)
        self.path_depth(tree.paths)

    def resolved(self, tree: Projection) -> Projection:
        """Names, paths apart."""
        resolved = self.put(tree)
        self.distinct_paths(list(resolved.paths))
        return resolved
