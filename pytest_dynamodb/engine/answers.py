"""What answers tell besides items: errors as bodies, and the cost of a write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.schema import IndexSchema
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Change, EntryChange, Table
from pytest_dynamodb.engine.writes.write import Write, carry_out, returned
from pytest_dynamodb.errors import DynamoDbError, message_member
from pytest_dynamodb.exchange import Response
from pytest_dynamodb.throttling import CapacityKind

# --- what a request costs, in capacity units, and how an answer tells it ---
# Reads: a unit per 4 KB begun, half where the read is eventually consistent. Writes: a unit per KB begun of the
# larger of the item before and after. (Developer guide, "Capacity unit consumption".) Indexes are charged by what is
# stored in them: the table at ``entry_units`` is nubo-db/dynoxide's, captured from AWS. Vector indexes:
# ``vectors.entries``.

READ_UNIT = 4096
WRITE_UNIT = 1024


def read_units(size: int, *, consistent: bool) -> float:
    """Units for reading ``size`` bytes in one go; nothing found costs as much as the least."""
    units = max(1, -(-size // READ_UNIT))
    return float(units) if consistent else units * 0.5


def write_units(old: StoredItem | None, new: StoredItem | None) -> float:
    """Units of a table for a write; deleting what is not there costs one."""
    return sized_units(max(0 if old is None else old.size, 0 if new is None else new.size))


def sized_units(size: int) -> float:
    """Units for writing ``size`` bytes."""
    return float(max(1, -(-size // WRITE_UNIT)))


def entry_units(change: EntryChange) -> float:
    """Units of an index for a write: 0 where what it stores stays the same.

    Entering costs the new entry, leaving the old one, a change in place the larger one, a move both.
    """
    old, new = change.old, change.new
    if old is None or new is None:
        return 0.0 if old is new else write_units(old, new)
    if change.moved:
        return write_units(old, None) + write_units(None, new)
    return 0.0 if old.attributes == new.attributes else write_units(old, new)


@dataclass(slots=True)
class Usage:
    """Units that one request used of one table and its indexes; of vector indexes, bytes, which are no units."""

    table: float = 0.0
    local: dict[str, float] = field(default_factory=dict)
    global_: dict[str, float] = field(default_factory=dict)
    vectors: dict[str, float] = field(default_factory=dict)

    def add(self, units: float, index: IndexSchema | None = None) -> None:
        """Count units of the table or of an index."""
        if index is None:
            self.table += units
        else:
            arms = self.global_ if index.is_global else self.local
            arms[index.name] = arms.get(index.name, 0.0) + units

    def add_write(self, change: Change, *, factor: float = 1.0) -> None:
        """Count a write to the table and what it did to its indexes; a transaction's factor is 2."""
        vectors = change.vectors
        own = write_units(change.old, change.new) if vectors is None else sized_units(vectors.size)
        self.table += factor * own
        for entry in change.entries:
            units = entry_units(entry)
            if units:
                self.add(factor * units, entry.schema)
        if vectors is not None:
            _add(self.vectors, vectors.indexes)

    def include(self, other: Usage) -> None:
        """Count what was used elsewhere, too."""
        self.table += other.table
        _add(self.local, other.local)
        _add(self.global_, other.global_)
        _add(self.vectors, other.vectors)

    @property
    def total(self) -> float:
        """Units of the table and all of its indexes."""
        return self.table + sum(self.local.values()) + sum(self.global_.values())

    def body(self, table: str, mode: str, *, kind: CapacityKind | None = None) -> dict[str, Any]:
        """The ConsumedCapacity of an answer. ``kind`` is told where reads and writes are: in transactions."""
        body: dict[str, Any] = {"TableName": table, **_arm(self.total, kind)}
        if mode == "INDEXES":
            body["Table"] = _arm(self.table, kind)
            for member, arms in (("LocalSecondaryIndexes", self.local), ("GlobalSecondaryIndexes", self.global_)):
                if arms:
                    body[member] = {name: _arm(units, kind) for name, units in arms.items()}
            if self.vectors:
                body["VectorIndexes"] = {name: {"VectorWriteRequestBytes": size} for name, size in self.vectors.items()}
        return body


def _add(arms: dict[str, float], others: Mapping[str, float]) -> None:
    for name, spent in others.items():
        arms[name] = arms.get(name, 0.0) + spent


def _arm(units: float, kind: CapacityKind | None) -> dict[str, float]:
    return {"CapacityUnits": units} if kind is None else {"CapacityUnits": units, f"{kind}CapacityUnits": units}


def write_usage(change: Change) -> Usage:
    """What one write outside of transactions uses."""
    usage = Usage()
    usage.add_write(change)
    return usage


def wanted(params: dict[str, Any]) -> str | None:
    """TOTAL or INDEXES where an answer shall tell what it cost, else ``None``."""
    mode: str | None = params.get("ReturnConsumedCapacity")
    return mode if mode in {"TOTAL", "INDEXES"} else None


def item_collection_metrics(table: Table, key: Attributes) -> dict[str, Any] | None:
    """How large the items of one partition key are, entries of local indexes included; ``None`` without such indexes.

    AWS estimates, and tells a range of a gigabyte (API reference, ItemCollectionMetrics).
    """
    local = table.local_indexes
    if not local:
        return None
    identity = table.keys.identity(key)
    stores = [table.store, *(index.store for index in local)]
    size = sum(item.size for store in stores for item in _partition_items(store.partitions.get(identity)))
    floor = size // 2**30
    hash_key = {name: key[name] for name, _ in table.keys.hash}
    return {"ItemCollectionKey": hash_key, "SizeEstimateRangeGB": [float(floor), float(floor + 1)]}


def _partition_items(partition: Any) -> Iterable[StoredItem]:
    return () if partition is None else partition.items


# --- what an answer to a write tells besides attributes: its cost, and the size of the item collection ---


def put_or_delete(call: Call, write: Write) -> dict[str, Any]:
    """Carry a put or a delete out, and tell what was there before where ReturnValues asks for it."""
    table = call.table()
    change = carry_out(call, write, table)
    old = change.old if call.params.get("ReturnValues") == "ALL_OLD" else None
    return write_answer({} if old is None else returned(old.attributes), call, table, write.key, change)


def write_answer(body: dict[str, Any], call: Call, table: Table, key: Attributes, change: Change) -> dict[str, Any]:
    """The answer to a write to one item, with what the request asks to be told of it."""
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = write_usage(change).body(call.params["TableName"], mode)
    if call.params.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics = item_collection_metrics(call.region.tables[table.name], key)
        if metrics is not None:
            body["ItemCollectionMetrics"] = metrics
    return body


# --- errors as the bodies of answers ---

_SERVICE: Final = "com.amazonaws.dynamodb.v20120810#"
_CORAL: Final = "com.amazon.coral.service#"

# Errors of the framework under DynamoDB carry its name (dynalite's suite, test/connection).
_NAMESPACES: Final = {
    "ValidationException": "com.amazon.coral.validate#",
    **dict.fromkeys(
        (
            "AccessDeniedException",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "SerializationException",
            "ThrottlingException",
            "UnknownOperationException",
            "UnrecognizedClientException",
        ),
        _CORAL,
    ),
}
_STATUS: Final = {"InternalServerError": 500, "ServiceUnavailable": 503}


def to_response(problem: DynamoDbError) -> Response:
    """The answer that an error is."""
    code = problem.code
    body: dict[str, Any] = {"__type": _NAMESPACES.get(code, _SERVICE) + code, **problem.members}
    if problem.message or code != "UnknownOperationException":
        body[message_member(problem)] = problem.message
    return Response(_STATUS.get(code, 400), body)
