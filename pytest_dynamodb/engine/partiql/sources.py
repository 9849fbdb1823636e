"""The table or index that a statement names (dynamodb-conformance, error-messages of PartiQL's index qualifier)."""

from __future__ import annotations

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.syntax import Source as Named
from pytest_dynamodb.engine.reads.source import Source, source_of
from pytest_dynamodb.engine.table import Table


def check_read_source(source: Named) -> None:
    """Raise ValidationException unless a SELECT may name its source so."""
    if source.alias:
        reject("alias")
    if len(source.parts) > 2:
        reject("source-parts")
    if any(part == "" for part in source.parts):
        reject("source-empty")
    if not all(isinstance(part, str) for part in source.parts):
        reject("source")


def check_written_source(source: Named, *, insert: bool) -> None:
    """Raise ValidationException unless a statement that writes may name its table so: not through an index."""
    if source.alias:
        reject("alias")
    if any(part == "" for part in source.parts):
        reject("source-empty")
    if len(source.parts) > 1:
        reject("insert-index" if insert else "write-index")


def written_name(source: Named) -> str:
    """The table's name, as written."""
    return str(source.parts[0])


def read_source(call: Call, table: Table, source: Named, *, consistent: bool) -> Source:
    """What a SELECT reads. Raises ValidationException for an index that cannot be read, or not so."""
    if len(source.parts) == 1:
        return source_of(table, {}, now=call.clock.now())
    name = str(source.parts[1])
    index = table.indexes.get(name)
    if index is None:
        reject("no-index")
    keys = index.schema.keys
    if len(keys.hash) > 1 or len(keys.range) > 1:
        reject("several-attributes")
    if index.schema.is_global and consistent:
        reject("not-consistent")
    return source_of(table, {"IndexName": name}, now=call.clock.now())
