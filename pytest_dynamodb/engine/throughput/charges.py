"""What a request used, from its answer: of tables, indexes and partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.schema import KeySchema
from pytest_dynamodb.engine.storage.partition import Identity
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.requests import Part, capacity_kind, parts, table_name
from pytest_dynamodb.throttling import Kind
from pytest_dynamodb.values import canonical_item


@dataclass(frozen=True, slots=True)
class Charge:
    """Units of one kind, of a table or of one of its global indexes. No ``identities``: of all partitions alike."""

    table: Table
    index: str | None
    kind: Kind
    units: float
    identities: tuple[Identity, ...] = ()

    @property
    def keys(self) -> KeySchema:
        """The key schema whose partitions are meant."""
        return self.table.keys if self.index is None else self.table.indexes[self.index].schema.keys


def charges_of(call: Call, body: Mapping[str, Any], before: Mapping[str, Table]) -> Iterator[Charge]:
    """What an answer with ``ConsumedCapacity`` says. ``before`` are the tables as they were before it."""
    capacity = body.get("ConsumedCapacity") or []
    for usage in [capacity] if isinstance(capacity, dict) else capacity:
        table = before[table_name(usage["TableName"])]
        kind = _kind(call, usage)
        aims = [part for part in parts(call.operation, call.params) if part.table == table.name]
        own = usage.get("Table", {}).get("CapacityUnits", 0.0)
        own += sum(arm["CapacityUnits"] for arm in usage.get("LocalSecondaryIndexes", {}).values())
        if own:
            yield Charge(table, None, kind, own, _identities(aims, table.keys))
        for index, arm in usage.get("GlobalSecondaryIndexes", {}).items():
            after = call.region.tables.get(table.name, table)
            yield Charge(table, index, kind, arm["CapacityUnits"], _of_index((after, table), index, aims))


def _kind(call: Call, usage: Mapping[str, Any]) -> Kind:
    if "ReadCapacityUnits" in usage:  # a transaction that was repeated only reads
        return "Read"
    return capacity_kind(call.operation, call.params) or "Read"


def _identities(aims: Sequence[Part], keys: KeySchema) -> tuple[Identity, ...]:
    """The partitions that parts are about; none where that is not said of each: a Scan reads all of them."""
    named = [canonical_item(dict(part.attributes)) for part in aims]
    hash_names = [name for name, _ in keys.hash]
    if not all(name in attributes for attributes in named for name in hash_names):
        return ()
    return tuple(keys.identity(attributes) for attributes in named)


def _of_index(tables: tuple[Table, Table], index: str, aims: Sequence[Part]) -> tuple[Identity, ...]:
    """The partitions of an index: those that are read, or those of what is written, as it was after and before."""
    keys = tables[0].indexes[index].schema.keys
    if any(part.index_name == index for part in aims):
        return _identities(aims, keys)
    found = []
    for part in aims:
        attributes = canonical_item(dict(part.attributes))
        if not tables[0].keys.indexable(attributes):
            continue
        for stored in (table.get(attributes) for table in tables):
            if stored is not None and keys.indexable(stored.attributes):
                found.append(keys.identity(stored.attributes))
                break
    return tuple(found)
