"""TransactGetItems and TransactWriteItems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.answers import Usage, item_collection_metrics, read_units, wanted
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.reads.selection import Wanted, check_projecting, read_key, read_wanted
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.engine.validation.rules import MAX_SIZE, check_distinct_items, transacted
from pytest_dynamodb.engine.writes import transaction
from pytest_dynamodb.errors import ValidationException

# --- TransactGetItems: up to 100 items as of one moment ---
# Order of checks (dynamodb-conformance, error-messages/transactGetItems and validation-ordering/transactions;
# nubo-db/dynoxide): what of each action needs no table, action by action; tables; keys, of which the first fault
# cancels (taken to be as in TransactWriteItems); items named twice.

_TOO_LARGE: Final = (
    "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction "
    "exceeding the 4MB limit"
)
_FACTOR: Final = 2.0  # a transaction reads twice (developer guide, "Transactions": Capacity management)


@dataclass(frozen=True, slots=True)
class _Get:
    """One action, as far as it shows without its table."""

    table_name: str
    key: Attributes
    wanted: Wanted


def transact_get_items(call: Call) -> dict[str, Any]:
    """The items with up to 100 keys, by position; ``{}`` for one that is not there or of which nothing is wanted."""
    gets = [_get(entry["Get"], call) for entry in call.params["TransactItems"]]
    tables = [transacted(call.table(get.table_name)) for get in gets]
    _check_keys(gets, tables)
    check_distinct_items(
        (table.name, table.keys.identity(get.key), table.keys.order(get.key))
        for get, table in zip(gets, tables, strict=True)
    )
    items = [table.get(get.key) for get, table in zip(gets, tables, strict=True)]
    if sum(item.size for item in items if item is not None) > MAX_SIZE:
        raise ValidationException(_TOO_LARGE)
    body: dict[str, Any] = {"Responses": [_response(get, item) for get, item in zip(gets, items, strict=True)]}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(_capacity(gets, items, mode))
    return body


def _get(params: dict[str, Any], call: Call) -> _Get:
    surface = call.surface.parts["Get"]
    check_projecting(surface, params)
    key = read_key(surface, params["Key"])
    return _Get(params["TableName"], key, read_wanted(surface, params))


def _check_keys(gets: list[_Get], tables: list[Table]) -> None:
    """Raise TransactionCanceledException if a key is none of its table's; the first such is the reason."""
    transaction.check_reasons(
        transaction.first_alone([_reason(get, table) for get, table in zip(gets, tables, strict=True)])
    )


def _reason(get: _Get, table: Table) -> transaction.Reason:
    try:
        check_key(get.key, table.keys.parts)
        get.wanted.check(table)
    except ValidationException as problem:
        return transaction.reason_of(problem)
    return transaction.NO_REASON


def _response(get: _Get, item: StoredItem | None) -> dict[str, Any]:
    """An item of which nothing is wanted is left out, other than in GetItem (extenddb#74 and dynoxide#53, on AWS)."""
    part = {} if item is None else get.wanted.of(item.attributes)
    return {"Item": part} if part else {}


def _capacity(gets: list[_Get], items: list[StoredItem | None], mode: str) -> Iterator[dict[str, Any]]:
    """Per table; each item is rounded up to units, and then counted twice."""
    usages: dict[str, Usage] = {}
    for get, item in zip(gets, items, strict=True):
        usage = usages.setdefault(get.table_name, Usage())
        usage.add(_FACTOR * read_units(0 if item is None else item.size, consistent=True))
    for name, usage in usages.items():
        yield usage.body(name, mode, kind="Read")


# --- TransactWriteItems: planned, checked, then applied; until everything is known to work, nothing is changed ---
# Order (nubo-db/dynoxide, paritysuite captures): the checks of each action that need no table, action by action;
# tables; every action's keys, of which the first fault cancels; items named twice; the size of all; the token; then
# every action's condition and outcome, whose errors are reasons of a cancellation, by position.

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of all items of a transaction (developer guide, "Quotas": Transactions)."""

_TRANSACT_WRITE_ITEMS_TOO_LARGE: Final = (
    "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction "
    "exceeding the 4MB limit"
)


def transact_write_items(call: Call) -> dict[str, Any]:
    """Carry out all of up to 100 writes, or none."""
    steps = _steps(call)
    token = call.params.get("ClientRequestToken")
    if token and transaction.is_repeated(call, token):
        return _answer(call, steps, repeated=True)
    transaction.plan(steps)
    transaction.commit(call, steps)
    if token:
        transaction.remember(call, token)
    return _answer(call, steps, repeated=False)


def _steps(call: Call) -> list[transaction.TransactionStep]:
    writes = [transaction.read_action(call.surface, entry) for entry in call.params["TransactItems"]]
    steps = [transaction.TransactionStep(write, transacted(call.table(name))) for name, write in writes]
    transaction.check_actions(steps)
    check_distinct_items(place for step in steps if (place := step.place) is not None)
    if sum(step.write.size for step in steps) > MAX_BYTES:
        raise ValidationException(_TRANSACT_WRITE_ITEMS_TOO_LARGE)
    return steps


def _answer(call: Call, steps: list[transaction.TransactionStep], *, repeated: bool) -> dict[str, Any]:
    body: dict[str, Any] = {}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(transaction.consumed(steps, mode, repeated=repeated))
    if call.params.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics: dict[str, list[dict[str, Any]]] = {}
        for step in steps:
            found = item_collection_metrics(call.region.tables[step.table.name], step.write.key)
            if found is not None and found not in metrics.setdefault(step.table.name, []):
                metrics[step.table.name].append(found)
        if metrics:
            body["ItemCollectionMetrics"] = metrics
    return body
