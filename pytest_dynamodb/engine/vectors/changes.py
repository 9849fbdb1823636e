"""Vector indexes as UpdateTable creates and deletes them."""

from __future__ import annotations

from dataclasses import replace

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Event, TableSettings, VectorIndex
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.engine.vectors.index import is_gone, vector_index_of
from pytest_dynamodb.engine.vectors.rules import check_vector_indexes
from pytest_dynamodb.errors import ValidationException, error_for


def with_vector_changes(table: Table, settings: TableSettings, call: Call) -> TableSettings:
    """The settings that follow from VectorIndexUpdates. Raises ValidationException and ResourceNotFoundException."""
    now = call.clock.now()
    vectors = {name: index for name, index in settings.vectors.items() if not is_gone(index, now)}
    for update in call.params["VectorIndexUpdates"]:
        created, deleted = update.get("Create"), update.get("Delete")
        if (created is None) == (deleted is None):
            raise ValidationException(
                f"{INVALID}One of VectorIndexUpdate.Create, VectorIndexUpdate.Delete must be given"
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
