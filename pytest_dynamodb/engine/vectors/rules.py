"""What CreateTable and UpdateTable may ask for of vector indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.engine.tables.projections import check_projection
from pytest_dynamodb.errors import ValidationException

MOST_DIMENSIONS: Final = 4096

Definition = Mapping[str, Any]


def check_vector_indexes(definitions: Iterable[Definition], taken: Iterable[str], *, on_demand: bool) -> None:
    """Raises ValidationException for definitions that cannot be, also beside the indexes whose names are ``taken``."""
    names = set(taken)
    for definition in definitions:
        name = definition["IndexName"]
        if not on_demand:
            raise ValidationException(f"{INVALID}VectorIndexes need BillingMode PAY_PER_REQUEST. Index: {name}")
        if name in names:
            raise ValidationException(f"{INVALID}Duplicate index name: {name}")
        names.add(name)
        if definition["Dimensions"] > MOST_DIMENSIONS:
            raise ValidationException(f"{INVALID}Dimensions exceed {MOST_DIMENSIONS} for index: {name}")
        check_projection(definition["Projection"])
        _check_schema(definition)


def _check_schema(definition: Definition) -> None:
    schema, name = definition.get("SearchSchema") or (), definition["IndexName"]
    searched = [one["AttributeName"] for one in schema]
    if len(set(searched)) < len(searched) or definition["VectorAttribute"]["AttributeName"] in searched:
        raise ValidationException(f"{INVALID}Duplicate attribute in SearchSchema for index: {name}")
    if sum(one["SearchSchemaElementType"] == "HASH" for one in schema) > 1:
        raise ValidationException(f"{INVALID}SearchSchema has more than one HASH attribute for index: {name}")
