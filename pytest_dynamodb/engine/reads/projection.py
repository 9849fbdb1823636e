"""What of an item a read gives: all of it, or what ProjectionExpression or AttributesToGet name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.engine.evaluation.projections import Project, compile_projection
from pytest_dynamodb.engine.parameters.keypaths import check_key_paths
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.expressions.nodes import Projection


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of items; all of them where ``project`` is ``None``.

    ``names`` are the attributes that a projection begins with; ``tree`` is a ProjectionExpression's.
    """

    project: Project | None = None
    names: tuple[str, ...] | None = None
    tree: Projection | None = None

    def of(self, attributes: Attributes) -> Attributes:
        """The wanted part of an item, sharing its values."""
        return attributes if self.project is None else self.project(attributes)

    def check(self, table: Table) -> None:
        """Raise ValidationException if a path leads into a key attribute of the table or of an index."""
        if self.tree is not None:
            check_key_paths(self.tree, table)


EVERYTHING: Final = Wanted()


def wanted_of(tree: Projection | None, names: tuple[str, ...] | None) -> Wanted:
    """What a resolved ProjectionExpression or AttributesToGet, of which there is at most one, want of items."""
    if tree is not None:
        return Wanted(compile_projection(tree), tuple(map(head, tree.paths)), tree)
    return EVERYTHING if names is None else Wanted(compile_projection(names), names)
