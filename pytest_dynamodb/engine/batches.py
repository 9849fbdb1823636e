"""BatchGetItem and BatchWriteItem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.engine.answers import Usage, item_collection_metrics, read_units, wanted
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.parameters.expressions import MIXED
from pytest_dynamodb.engine.reads.selection import Wanted, check_projecting, read_key, read_wanted
from pytest_dynamodb.engine.storage.partition import Attributes, Identity
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.engine.validation.rules import as_sent, check_batch_get, check_batch_write, check_distinct
from pytest_dynamodb.engine.writes.transaction import place_of
from pytest_dynamodb.engine.writes.write import Delete, Put, Write, carry_out
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

# --- BatchGetItem: items of several tables, up to 16 MB ---
# Order of checks (dynalite's suite, test/batchGetItem; dynamodb-conformance, error-messages/batchGetItem): table by
# table its projection and its keys' values; how many keys, and whether one comes twice; tables; keys against their
# schemas.

MAX_READ_BYTES: Final = 16_000_000
"""Of an answer. AWS says 16 MB, and that of 100 items of 300 KB it gives 52 (API reference, BatchGetItem): only with a
decimal million and a binary thousand are both true."""

MAX_PARTITION_BYTES: Final = 1024 * 1024
"""Of the items of one partition, taken to be those of one partition key (API reference, BatchGetItem: a partial result
"if ... more than 1MB per partition is requested")."""


@dataclass(slots=True)
class _Part:
    """What is asked of one table, as it was named, and what was found."""

    name: str
    request: Mapping[str, Any]
    keys: list[Attributes]
    wanted: Wanted
    items: list[Attributes] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    left: list[dict[str, Any]] = field(default_factory=list)


def batch_get_item(call: Call) -> dict[str, Any]:
    """The items with up to 100 keys; what is past 16 MB, or past 1 MB of one partition, is left to another call."""
    parts = _parts(call)
    aimed = [(call.table(part.name), part) for part in parts]
    _check_named_once(aimed)
    for table, part in aimed:
        for key in part.keys:
            check_key(key, table.keys.parts)
        part.wanted.check(table)
    room = Room()
    for table, part in aimed:
        _read(table, part, room)
    return _body(parts, wanted(call.params))


def _check_named_once(aimed: list[tuple[Table, _Part]]) -> None:
    """No key twice of a table that is named in two ways: by its name and by its ARN."""
    if len({table.name for table, _ in aimed}) < len(aimed):
        check_distinct((table.name, as_sent(key)) for table, part in aimed for key in part.request["Keys"])


def _parts(call: Call) -> list[_Part]:
    requests: Mapping[str, Mapping[str, Any]] = call.params["RequestItems"]
    _check_mixture(requests.values())
    parts = [_part(name, request, call) for name, request in requests.items()]
    check_batch_get(call.params)
    return parts


def _check_mixture(requests: Iterable[Mapping[str, Any]]) -> None:
    """One table's projection may not be an expression where another's is not."""
    given = {name for request in requests for name, value in request.items() if value is not None}
    if {"AttributesToGet", "ProjectionExpression"} <= given:
        raise ValidationException(MIXED.format(legacy="AttributesToGet", expressions="ProjectionExpression"))


def _part(name: str, request: Mapping[str, Any], call: Call) -> _Part:
    surface = call.surface.parts["KeysAndAttributes"]
    check_projecting(surface, request)
    part = read_wanted(surface, request)
    return _Part(name, request, [read_key(surface, key) for key in request["Keys"]], part)


class Room:
    """What an answer may still hold: of all items, and of those of each partition."""

    __slots__ = ("_all", "_of")

    def __init__(self) -> None:
        self._all = MAX_READ_BYTES
        self._of: dict[tuple[str, Identity], int] = {}

    def takes(self, table: Table, key: Attributes, size: int) -> bool:
        """Whether there is room for an item, which is then taken. Once an answer is full, it stays so."""
        if size > self._all:
            self._all = -1
        partition = (table.name, table.keys.identity(key))
        left = self._of.get(partition, MAX_PARTITION_BYTES)
        if self._all < 0 or size > left:
            return False
        self._all -= size
        self._of[partition] = left - size
        return True


def _read(table: Table, part: _Part, room: Room) -> None:
    """Read the items of a table that there is room for."""
    consistent = truth(part.request.get("ConsistentRead"))
    for key, sent in zip(part.keys, part.request["Keys"], strict=True):
        item = table.get(key)
        size = 0 if item is None else item.size
        if not room.takes(table, key, size):
            part.left.append(sent)
            continue
        part.usage.add(read_units(size, consistent=consistent))
        if item is not None:
            part.items.append(part.wanted.of(item.attributes))


def _body(parts: list[_Part], mode: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Responses": {part.name: part.items for part in parts},
        "UnprocessedKeys": {part.name: {**part.request, "Keys": part.left} for part in parts if part.left},
    }
    if mode is not None:
        body["ConsumedCapacity"] = [part.usage.body(part.name, mode) for part in parts]
    return body


# --- BatchWriteItem: the whole batch is checked before any of it is written ---
# Order (paritysuite captures, nubo-db/dynoxide): the batch's shape and size; each write as far as that goes without its
# table; the size of all; tables; items named twice; keys. Nothing is ever left unprocessed here: AWS does that when it
# throttles.

MAX_WRITTEN_BYTES: Final = 16 * 1024 * 1024
"""Of all items of a batch (API reference, BatchWriteItem)."""

_TOO_LARGE: Final = "Item collection too large: aggregate size of items in BatchWriteItem exceeds 16MB limit"


def batch_write_item(call: Call) -> dict[str, Any]:
    """Carry out up to 25 puts and deletes."""
    check_batch_write(call.params)
    batch = {name: list(_writes(call, requests)) for name, requests in call.params["RequestItems"].items()}
    if sum(write.size for writes in batch.values() for write in writes) > MAX_WRITTEN_BYTES:
        raise ValidationException(_TOO_LARGE)
    aimed = [(call.table(name), writes) for name, writes in batch.items()]
    _check_keys(aimed)
    usages: dict[str, Usage] = {}
    for table, writes in aimed:
        usages.setdefault(table.name, Usage()).include(_carry_out(call, table, writes))
    return _answer(call, aimed, usages)


def _writes(call: Call, requests: list[dict[str, Any]]) -> Iterator[Write]:
    for request in requests:
        put = request.get("PutRequest")
        if put is not None:
            yield Put.read(call.surface, put)
        else:
            yield Delete.read(call.surface, request["DeleteRequest"])


def _check_keys(aimed: list[tuple[Table, list[Write]]]) -> None:
    places = (place_of(table, write.key) for table, writes in aimed for write in writes)
    check_distinct(place for place in places if place is not None)
    for table, writes in aimed:
        for write in writes:
            write.check_against(table)


def _carry_out(call: Call, table: Table, writes: list[Write]) -> Usage:
    usage = Usage()
    for write in writes:
        usage.add_write(carry_out(call, write, call.region.tables[table.name]))
    return usage


def _answer(call: Call, aimed: list[tuple[Table, list[Write]]], usages: dict[str, Usage]) -> dict[str, Any]:
    body: dict[str, Any] = {"UnprocessedItems": {}}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = [usage.body(name, mode) for name, usage in usages.items()]
    if call.params.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics: dict[str, list[dict[str, Any]]] = {}
        for table, writes in aimed:
            for write in writes:
                found = item_collection_metrics(call.region.tables[table.name], write.key)
                if found is not None and found not in metrics.setdefault(table.name, []):
                    metrics[table.name].append(found)
        body["ItemCollectionMetrics"] = metrics
    return body
