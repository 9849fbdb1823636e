"""Vector indexes in CreateTable and UpdateTable: rules and changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.tables.rules import check_projection
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Event, TableSettings, VectorIndex
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.engine.vectors.index import is_gone, vector_index_of
from pytest_dynamodb.errors import ValidationException, error_for

MOST_DIMENSIONS: Final = 4096

Definition = Mapping[str, Any]


def check_vector_indexes(definitions: Iterable[Definition], taken: Iterable[str], *, on_demand: bool) -> None:
    """Raise ValidationException for wrong definitions, or names that are among ``taken``."""
    names = set(taken)
    for definition in definitions:
        name = definition["IndexName"]
        if not on_demand:
            raise ValidationException(f"{INVALID_VALUES}VectorIndexes need BillingMode PAY_PER_REQUEST. Index: {name}")
        if name in names:
            raise ValidationException(f"{INVALID_VALUES}Duplicate index name: {name}")
        names.add(name)
        if definition["Dimensions"] > MOST_DIMENSIONS:
            raise ValidationException(f"{INVALID_VALUES}Dimensions exceed {MOST_DIMENSIONS} for index: {name}")
        check_projection(definition["Projection"])
        _check_schema(definition)


def _check_schema(definition: Definition) -> None:
    schema, name = definition.get("SearchSchema") or (), definition["IndexName"]
    searched = [one["AttributeName"] for one in schema]
    if len(set(searched)) < len(searched) or definition["VectorAttribute"]["AttributeName"] in searched:
        raise ValidationException(f"{INVALID_VALUES}Duplicate attribute in SearchSchema for index: {name}")
    if sum(one["SearchSchemaElementType"] == "HASH" for one in schema) > 1:
        raise ValidationException(f"{INVALID_VALUES}SearchSchema has more than one HASH attribute for index: {name}")


# --- updates ---


def with_vector_changes(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    """The settings after VectorIndexUpdates. Raises ValidationException and ResourceNotFoundException."""
    now = call.clock.now()
    vectors = {name: index for name, index in settings.vectors.items() if not is_gone(index, now)}
    for update in call.params["VectorIndexUpdates"]:
        created, deleted = update.get("Create"), update.get("Delete")
        if (created is None) == (deleted is None):
            raise ValidationException(
                f"{INVALID_VALUES}One of VectorIndexUpdate.Create, VectorIndexUpdate.Delete must be given"
            )
        if created is not None:
            check_vector_indexes([created], [*table.indexes, *vectors], on_demand=settings.on_demand)
            vectors[created["IndexName"]] = vector_index_of(created, now + call.lifecycle.create_index)
        else:
            name = deleted["IndexName"]
            vectors[name] = replace(
                _existing(vectors, name, table), deleted=True, ready=now + call.lifecycle.delete_index
            )
    due = max((index.ready for index in vectors.values()), default=now)
    return replace(settings, status="UPDATING", vectors=vectors).then(Event(due, {"status": "ACTIVE"}))


def _existing(vectors: dict[str, VectorIndex], name: str, table: Table) -> VectorIndex:
    if name not in vectors:
        raise error_for(
            "ResourceNotFoundException", f"Requested resource not found: Index {name} for table {table.name}"
        )
    return vectors[name]
