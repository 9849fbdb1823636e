"""BatchGetItem: items of several tables, up to 16 MB.

Order of checks (dynalite's suite, test/batchGetItem; dynamodb-conformance, error-messages/batchGetItem): table by table
its projection and its keys' values; how many keys, and whether one comes twice; tables; keys against their schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, read_units, wanted
from pytest_dynamodb.engine.parameters.usage import MIXED
from pytest_dynamodb.engine.reads.lookup import check_projecting, read_key, read_wanted
from pytest_dynamodb.engine.reads.projection import Wanted
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.engine.validation.rules.batches import check_batch_get
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

MAX_BYTES: Final = 16_000_000
"""Of an answer. AWS says 16 MB, and that of 100 items of 300 KB it gives 52 (API reference, BatchGetItem): only with a
decimal million and a binary thousand are both true."""


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
    """The items with up to 100 keys; what is past 16 MB is left to another call."""
    parts = _parts(call)
    aimed = [(call.table(part.name), part) for part in parts]
    for table, part in aimed:
        for key in part.keys:
            check_key(key, table.keys.parts)
        part.wanted.check(table)
    room = MAX_BYTES
    for table, part in aimed:
        room = _read(table, part, room)
    return _body(parts, wanted(call.params))


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


def _read(table: Table, part: _Part, room: int) -> int:
    """Read the items of a table until there is no more room for one, and then none; the room that is left."""
    consistent = truth(part.request.get("ConsistentRead"))
    for at, key in enumerate(part.keys):
        item = table.get(key)
        size = 0 if item is None else item.size
        if size > room or room < 0:
            part.left = part.request["Keys"][at:]
            return -1
        room -= size
        part.usage.add(read_units(size, consistent=consistent))
        if item is not None:
            part.items.append(part.wanted.of(item.attributes))
    return room


def _body(parts: list[_Part], mode: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Responses": {part.name: part.items for part in parts},
        "UnprocessedKeys": {part.name: {**part.request, "Keys": part.left} for part in parts if part.left},
    }
    if mode is not None:
        body["ConsumedCapacity"] = [part.usage.body(part.name, mode) for part in parts]
    return body
