"""Rules of projections (dynalite's tests, createTable; ack-api-quirks, DDB-TABLE-442)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.errors import ValidationException

MOST_PROJECTED: Final = 100


def check_projection(projection: Mapping[str, Any]) -> None:
    """A type, and names where, and only where, the type is INCLUDE."""
    kind, names = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise ValidationException(f"{INVALID}Unknown ProjectionType: null")
    if names is not None and kind != "INCLUDE":
        raise ValidationException(f"{INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified")
    if names is None and kind == "INCLUDE":
        raise ValidationException(f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    seen: set[str] = set()
    for name in names or ():
        if name in seen:
            raise ValidationException(f"{INVALID}Duplicate element in NonKeyAttributes: {name}")
        seen.add(name)


def check_projected_count(indexes: Iterable[Mapping[str, Any]]) -> None:
    """No more than 100 names over all indexes of a table (API reference, Projection)."""
    check_projected_total(sum(len(index["Projection"].get("NonKeyAttributes") or ()) for index in indexes))


def check_projected_total(count: int) -> None:
    """As many as there may be."""
    if count > MOST_PROJECTED:
        raise ValidationException(
            f"{INVALID}Number of projected attributes exceeds per-table limit of {MOST_PROJECTED}"
        )
