"""Single items by their keys: for GetItem, and for each key of a batch or a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.legacy.attributestoget import attributes_to_get
from pytest_dynamodb.engine.parameters.expressions import bind_expressions
from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.reads.projection import EVERYTHING, Wanted, wanted_of
from pytest_dynamodb.engine.storage.item import Attributes, Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import checked_item

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
    """What those parameters want of items, once ``check_projecting`` has passed. Raises ValidationException."""
    if _PROJECTING.isdisjoint(params):
        return EVERYTHING
    names = attributes_to_get(params)
    return wanted_of(bind_expressions(surface, params).projection, names)


def look_up(table: Table, key: Attributes) -> Item | None:
    """The item with a key. Raises ValidationException if this is no key of the table."""
    check_key(key, table.keys.parts)
    return table.get(key)
