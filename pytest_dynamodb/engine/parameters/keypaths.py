"""What expressions may say about key attributes. Checked when the table is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import IndexKeyParts, index_mismatch
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import nodes

KEY_IN_FILTER: Final = "{parameter} can only contain non-primary key attributes: Primary key attribute: {name}"
NOT_SCALAR: Final = (
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {kind}: {name}"
)


def check_filter(tree: nodes.Tree, key_names: Iterable[str], *, parameter: str = "Filter Expression") -> None:
    """Raise ``ValidationException`` if a Query's filter names a key attribute of what is queried.

    ``parameter`` is "QueryFilter" for the legacy one (dynalite's suite: test/query).
    """
    names = {head(path) for path in _paths(tree)}
    for name in key_names:
        if name in names:
            raise ValidationException(KEY_IN_FILTER.format(parameter=parameter, name=name))


def check_scalar_keys(trees: Iterable[nodes.Tree], key_names: Iterable[str], index_key_names: Iterable[str]) -> None:
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


def check_key_paths(tree: nodes.Tree, table: Table) -> None:
    """``check_scalar_keys`` with the keys of a table and of its indexes, global ones first."""
    indexes = (*table.global_indexes, *table.local_indexes)
    check_scalar_keys((tree,), table.keys.names, (name for index in indexes for name in index.schema.keys.names))


def check_index_types(update: nodes.UpdateTree, indexes: Mapping[str, IndexKeyParts]) -> None:
    """Raise ``ValidationException`` if an update sees at once that it gives an index's key another type.

    ``indexes`` are key schemas by index name; of several at fault the alphabetically first is named (dynalite's suite:
    "wrong type on index"). What only shows in the item is for ``validation.keys.check_index_keys``.
    """
    given = {head(action.path): tag for action in update.actions if (tag := _type(action)) is not None}
    faults = [
        (index, name, tag)
        for index, schema in indexes.items()
        for name, tag, _ in schema
        if given.get(name, tag) != tag
    ]
    if faults:
        index, name, tag = min(faults)
        raise index_mismatch(index, name, tag, actual=given[name])


def _type(action: nodes.SectionAction) -> str | None:
    """The type of what an action gives an attribute; ``None`` where that shows in no request."""
    if isinstance(action, nodes.RemoveAction) or len(action.path.parts) > 1:
        return None
    value = action.value
    if isinstance(value, nodes.Literal):
        return value.tag
    if isinstance(value, nodes.Arithmetic):
        return "N"
    return "L" if isinstance(value, nodes.Function) and value.name == "list_append" else None


def _paths(tree: nodes.Tree) -> Iterator[nodes.Path]:
    return (node for node in nodes.walk(tree) if isinstance(node, nodes.Path))
