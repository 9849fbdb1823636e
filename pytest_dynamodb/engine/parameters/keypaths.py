"""What expressions may say about key attributes. Checked when the table is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import Path, Tree, walk

KEY_IN_FILTER: Final = "{parameter} can only contain non-primary key attributes: Primary key attribute: {name}"
NOT_SCALAR: Final = (
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {kind}: {name}"
)


def check_filter(tree: Tree, key_names: Iterable[str], *, parameter: str = "Filter Expression") -> None:
    """Raise ``ValidationException`` if a Query's filter names a key attribute of what is queried.

    ``parameter`` is "QueryFilter" for the legacy one (dynalite's suite: test/query).
    """
    names = {head(path) for path in _paths(tree)}
    for name in key_names:
        if name in names:
            raise ValidationException(KEY_IN_FILTER.format(parameter=parameter, name=name))


def check_scalar_keys(trees: Iterable[Tree], key_names: Iterable[str], index_key_names: Iterable[str]) -> None:
    """Raise ``ValidationException`` if a path leads into a key attribute of the table, or else of an index.

    (dynalite's suite: "update index map", "non-scalar index access".)
    """
    nested = {head(path) for tree in trees for path in _paths(tree) if len(path.parts) > 1}
    if not nested:
        return
    for kind, names in (("Key", key_names), ("IndexKey", index_key_names)):
        for name in names:
            if name in nested:
                raise ValidationException(NOT_SCALAR.format(kind=kind, name=name))


def _paths(tree: Tree) -> Iterable[Path]:
    return (node for node in walk(tree) if isinstance(node, Path))
