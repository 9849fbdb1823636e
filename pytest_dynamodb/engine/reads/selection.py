"""What a read gives: Select, projections and what indexes hold of them; and single items by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.paths import Project, compile_projection, head
from pytest_dynamodb.engine.legacy import attributes_to_get
from pytest_dynamodb.engine.parameters.expressions import bind_expressions, check_usage
from pytest_dynamodb.engine.parameters.keypaths import check_key_paths
from pytest_dynamodb.engine.schema import IndexSchema
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import checked_item
from pytest_dynamodb.engine.validation.wording import ENVELOPE
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import ProjectionTree

_NOTHING_SPECIFIC: Final = (
    "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
)
_CONTRADICTION: Final = "Cannot specify the {parameter} when choosing to get {choice}"
_NEEDS_INDEX: Final = "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
_NOT_ALL: Final = (
    "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for "
    "global secondary index {index} because its projection type is not ALL"
)
_NOT_PROJECTED: Final = (
    "One or more parameter values were invalid: Global secondary index {index} does not project [{names}]"
)
_FILTER_NOT_PROJECTED: Final = (
    "One or more parameter values were invalid: "
    "Secondary index {index} does not project one or more filter attributes: [{names}]"
)
_PROJECTIONS: Final = ("ProjectionExpression", "AttributesToGet")


def check_select(surface: Surface, params: Mapping[str, Any]) -> None:
    """Check Select against the parameters beside it. Raises ValidationException.

    (dynamodb-conformance, query/select and scan/select; that Query has the envelope is dynoxide's and ExtendDB's, both
    compared with AWS; Scan has it in some regions.)
    """
    problem = _contradiction(params)
    if problem is not None:
        raise ValidationException(ENVELOPE + problem if surface.reading == "newer" else problem)


def _contradiction(params: Mapping[str, Any]) -> str | None:
    choice = params.get("Select")
    if choice is None:
        return None
    parameter = next((name for name in _PROJECTIONS if params.get(name) is not None), None)
    if choice == "SPECIFIC_ATTRIBUTES":
        return _NOTHING_SPECIFIC if parameter is None else None
    if parameter is not None:
        return _CONTRADICTION.format(parameter=parameter, choice="only the Count" if choice == "COUNT" else choice)
    if choice == "ALL_PROJECTED_ATTRIBUTES" and params.get("IndexName") is None:
        return _NEEDS_INDEX
    return None


def check_all_attributes(index: IndexSchema, params: Mapping[str, Any]) -> None:
    """Raise ValidationException if all attributes are asked of a global index that does not hold them."""
    if params.get("Select") == "ALL_ATTRIBUTES" and index.is_global and index.projected is not None:
        raise ValidationException(_NOT_ALL.format(index=index.name))


def check_projected(index: IndexSchema, names: Iterable[str]) -> None:
    """Raise ValidationException if a global index does not hold the attributes that a projection begins with.

    (PartiQL's wording is in dynamodb-conformance, error-messages/partiqlIndex; that Query and Scan have the same one
    is probed by others, not by the suite.)
    """
    missing = _missing(index, names)
    if missing and index.is_global:
        raise ValidationException(_NOT_PROJECTED.format(index=index.name, names=", ".join(missing)))


def check_filter_projected(index: IndexSchema, names: Iterable[str]) -> None:
    """Raise ValidationException if an index, local or global, lacks attributes that a Query's filter names.

    (dynamodb-conformance, error-messages/partiqlIndex, of statements that query an index; AppSync's Query reports it
    likewise. A Scan finds such attributes absent.)
    """
    missing = _missing(index, names)
    if missing:
        raise ValidationException(_FILTER_NOT_PROJECTED.format(index=index.name, names=", ".join(missing)))


def needs_table(index: IndexSchema, params: Mapping[str, Any], names: Iterable[str] | None) -> bool:
    """Whether entries of a local index lack what is asked for, so that items are read from the table.

    ``names`` are those that a projection begins with. (Developer guide, "Local secondary indexes": projections.)
    """
    if index.projected is None or params.get("Select") == "COUNT":
        return False
    if names is not None:
        return bool(_missing(index, names))
    return params.get("Select") == "ALL_ATTRIBUTES"


def _missing(index: IndexSchema, names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if not index.holds(name)]


# --- projection ---
# What of an item a read gives: all of it, or what ProjectionExpression or AttributesToGet name.


@dataclass(frozen=True, slots=True)
class Wanted:
    """The part of items that is wanted; all of them where ``project`` is ``None``.

    ``names`` are the attributes that a projection begins with; ``tree`` is a ProjectionExpression's.
    """

    project: Project | None = None
    names: tuple[str, ...] | None = None
    tree: ProjectionTree | None = None

    def of(self, attributes: Attributes) -> Attributes:
        """The wanted part of an item, sharing its values."""
        return attributes if self.project is None else self.project(attributes)

    def check(self, table: Table) -> None:
        """Raise ValidationException if a path leads into a key attribute of the table or of an index."""
        if self.tree is not None:
            check_key_paths(self.tree, table)


EVERYTHING: Final = Wanted()


def wanted_of(tree: ProjectionTree | None, names: tuple[str, ...] | None) -> Wanted:
    """The projection of a resolved ProjectionExpression, or of the names in AttributesToGet; at most one is given."""
    if tree is not None:
        return Wanted(compile_projection(tree), tuple(map(head, tree.paths)), tree)
    return EVERYTHING if names is None else Wanted(compile_projection(names), names)


# --- single items ---
# By their keys: for GetItem, and for each key of a batch or a transaction.

_PROJECTING = frozenset({"AttributesToGet", "ExpressionAttributeNames", "ProjectionExpression"})


def read_key(surface: Surface, key: Mapping[str, Any]) -> Attributes:
    """A key's attributes, canonical. Raises ValidationException for values that cannot be."""
    return checked_item(key, wording=surface, limit=None).attributes


def check_projecting(surface: Surface, params: Mapping[str, Any]) -> None:
    """Check that the projection parameters of a request, or of a part of one, may come together.

    Raises ValidationException.
    """
    if not _PROJECTING.isdisjoint(params):
        check_usage(surface, params)


def read_wanted(surface: Surface, params: Mapping[str, Any]) -> Wanted:
    """The projection that a request asks for; ``check_projecting`` has passed. Raises ValidationException."""
    if _PROJECTING.isdisjoint(params):
        return EVERYTHING
    names = attributes_to_get(params)
    return wanted_of(bind_expressions(surface, params).projection, names)


def look_up(table: Table, key: Attributes) -> StoredItem | None:
    """The item with a key. Raises ValidationException if this is no key of the table."""
    check_key(key, table.keys.parts)
    return table.get(key)
