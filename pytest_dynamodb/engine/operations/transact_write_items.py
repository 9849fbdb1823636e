"""TransactWriteItems: planned, checked, then applied; until everything is known to work, nothing is changed.

Order (nubo-db/dynoxide, paritysuite captures): the checks of each action that need no table, action by action; tables;
items named twice; the size of all; the token; then every action's keys, condition and outcome, whose errors are
reasons of a cancellation, by position.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine import tokens
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, item_collection_metrics, read_units, wanted
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.storage.partition import Identity, Order
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.validation.keys import EmptyKeyValue
from pytest_dynamodb.engine.validation.rules.transactions import check_distinct_items
from pytest_dynamodb.engine.writes.actions import read_action
from pytest_dynamodb.engine.writes.check import ConditionCheck
from pytest_dynamodb.engine.writes.write import Write, apply
from pytest_dynamodb.errors import ConditionalCheckFailedException, DynamoDbError, ValidationException, error_for

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of all items of a transaction (developer guide, "Quotas": Transactions)."""

_TOO_LARGE: Final = (
    "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction "
    "exceeding the 4MB limit"
)
_CANCELLED: Final = "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
_FACTOR: Final = 2.0  # a transaction prepares and commits (developer guide, "Transactions": Capacity management)


@dataclass(slots=True)
class _Step:
    """One action on its table, and what comes of it."""

    write: Write
    table: Table
    new: Item | None = None
    change: Change | None = None


def transact_write_items(call: Call) -> dict[str, Any]:
    """Carry out all of up to 100 writes, or none."""
    steps = _steps(call)
    token = call.params.get("ClientRequestToken")
    if token and tokens.is_repeated(call, token):
        return _answer(call, steps, repeated=True)
    _plan(steps)
    _apply(call, steps)
    if token:
        tokens.remember(call, token)
    return _answer(call, steps, repeated=False)


def _steps(call: Call) -> list[_Step]:
    writes = [read_action(entry, dialect=call.dialect) for entry in call.params["TransactItems"]]
    steps = [_Step(write, call.table(name)) for name, write in writes]
    check_distinct_items(place for step in steps if (place := _place(step)) is not None)
    if sum(step.write.size for step in steps) > MAX_BYTES:
        raise ValidationException(_TOO_LARGE)
    return steps


def _place(step: _Step) -> tuple[str, Identity, Order] | None:
    """What tells items apart; ``None`` where the key is not one of the table's, which is reported later."""
    keys, key = step.table.keys, step.write.key
    return (step.table.name, keys.identity(key), keys.order(key)) if keys.indexable(key) else None


def _plan(steps: list[_Step]) -> None:
    """Find out what every action would do. Raises TransactionCanceledException, or an error of the whole request."""
    reasons = [_reason(step) for step in steps]
    if any(reason["Code"] != "None" for reason in reasons):
        message = _CANCELLED.format(codes=", ".join(reason["Code"] for reason in reasons))
        raise error_for("TransactionCanceledException", message, members={"CancellationReasons": reasons})


def _reason(step: _Step) -> dict[str, Any]:
    try:
        step.write.aim(step.table)
        old = step.table.get(step.write.key)
        step.write.check(old)
        step.new = step.write.outcome(step.table, old)
    except ConditionalCheckFailedException as problem:
        return {"Code": "ConditionalCheckFailed", "Message": problem.message, **problem.members}
    except EmptyKeyValue:
        raise
    except DynamoDbError as problem:
        return {"Code": "ValidationError", "Message": problem.message}
    return {"Code": "None"}


def _apply(call: Call, steps: list[_Step]) -> None:
    for step in steps:
        if isinstance(step.write, ConditionCheck):
            step.change = Change(step.new, step.new)
        else:
            table = call.region.tables[step.table.name]  # an earlier step may have put a copy in its place
            step.change = apply(call, table, step.write.key, table.get(step.write.key), step.new)


def _answer(call: Call, steps: list[_Step], *, repeated: bool) -> dict[str, Any]:
    body: dict[str, Any] = {}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(_capacity(steps, mode, repeated=repeated))
    if call.params.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics: dict[str, list[dict[str, Any]]] = {}
        for step in steps:
            found = item_collection_metrics(call.region.tables[step.table.name], step.write.key)
            if found is not None and found not in metrics.setdefault(step.table.name, []):
                metrics[step.table.name].append(found)
        if metrics:
            body["ItemCollectionMetrics"] = metrics
    return body


def _capacity(steps: list[_Step], mode: str, *, repeated: bool) -> Iterator[dict[str, Any]]:
    """Per table. A repeated transaction is charged as a read of its items (developer guide, "Idempotency")."""
    usages: dict[str, Usage] = {}
    for step in steps:
        usage = usages.setdefault(step.table.name, Usage())
        if repeated or step.change is None:
            stored = step.table.get(step.write.key)
            usage.add(_FACTOR * read_units(0 if stored is None else stored.size, consistent=True))
        else:
            usage.add_write(step.change, factor=_FACTOR)
    for name, usage in usages.items():
        yield usage.body(name, mode, kind="Read" if repeated else "Write")
