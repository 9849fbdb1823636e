"""What a request used, from its answer: of tables, indexes and partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.call import Call, name_of
from pytest_dynamodb.engine.parameters.expressions import bind_expressions
from pytest_dynamodb.engine.schema import KeySchema
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.storage.partition import Identity
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.throttling import Kind
from pytest_dynamodb.values import canonical_item

_WRITES: Final = frozenset({"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})


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
        name = name_of(usage["TableName"])
        table = before[name]
        kind = _kind(call, usage)
        keys = [canonical_item(dict(item)) for other, item in _aims(call.params) if other == name]
        own = usage.get("Table", {}).get("CapacityUnits", 0.0)
        own += sum(arm["CapacityUnits"] for arm in usage.get("LocalSecondaryIndexes", {}).values())
        if own:
            yield Charge(table, None, kind, own, _own(call, table, keys))
        for index, arm in usage.get("GlobalSecondaryIndexes", {}).items():
            yield Charge(table, index, kind, arm["CapacityUnits"], _of_index(call, before, table, index, keys))


def _kind(call: Call, usage: Mapping[str, Any]) -> Kind:
    if call.operation == "ExecuteStatement":
        return "Read" if str(call.params["Statement"]).lstrip()[:6].upper() == "SELECT" else "Write"
    if "ReadCapacityUnits" in usage:  # a transaction that was repeated only reads
        return "Read"
    return "Write" if call.operation in _WRITES else "Read"


def _aims(params: Mapping[str, Any]) -> Iterator[tuple[str, Attributes]]:
    """Tables, and attributes that have an item's key."""
    single = params.get("Key") or params.get("Item")
    if single:
        yield name_of(params["TableName"]), single
    for table, part in (params.get("RequestItems") or {}).items():
        actions = part["Keys"] if isinstance(part, Mapping) else [action for write in part for action in write.values()]
        for action in actions:
            yield name_of(table), action if isinstance(part, Mapping) else action.get("Key") or action["Item"]
    for entry in params.get("TransactItems") or ():
        for action in entry.values():
            yield name_of(action["TableName"]), action.get("Key") or action["Item"]


def _own(call: Call, table: Table, keys: list[dict[str, Any]]) -> tuple[Identity, ...]:
    if call.operation == "Query":
        return _queried(call, table.keys)
    return tuple(table.keys.identity(key) for key in keys)


def _queried(call: Call, keys: KeySchema) -> tuple[Identity, ...]:
    """The partition that a Query reads. It was carried out, so its parameters are right."""
    try:
        clauses = bind_expressions(call.surface, call.params).key_clauses
    except DynamoDbError:
        return ()
    if clauses is None:
        legacy = call.params.get("KeyConditions") or {}
        values = {name: condition["AttributeValueList"][0] for name, condition in legacy.items()}
    else:
        values = {clause.attribute: clause.operands[0].wire for clause in clauses}
    return (keys.identity(canonical_item(values)),)


def _of_index(
    call: Call, before: Mapping[str, Table], table: Table, index: str, keys: list[dict[str, Any]]
) -> tuple[Identity, ...]:
    schema = table.indexes[index].schema.keys
    if call.operation == "Query":
        return _queried(call, schema)
    after = call.region.tables.get(table.name, table)
    found = []
    for key in keys:
        for stored in (after.get(key), before[table.name].get(key)):
            if stored is not None and schema.indexable(stored.attributes):
                found.append(schema.identity(stored.attributes))
                break
    return tuple(found)
