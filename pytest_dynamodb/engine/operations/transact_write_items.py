"""TransactWriteItems: planned, checked, then applied; until everything is known to work, nothing is changed.

Order (nubo-db/dynoxide, paritysuite captures): the checks of each action that need no table, action by action; tables;
items named twice; the size of all; the token; then every action's keys, condition and outcome, whose errors are
reasons of a cancellation, by position.
"""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine import tokens
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import item_collection_metrics, wanted
from pytest_dynamodb.engine.validation.rules.transactions import check_distinct_items, transacted
from pytest_dynamodb.engine.writes.actions import read_action
from pytest_dynamodb.engine.writes.transaction import Step, commit, consumed, plan
from pytest_dynamodb.errors import ValidationException

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of all items of a transaction (developer guide, "Quotas": Transactions)."""

_TOO_LARGE: Final = (
    "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction "
    "exceeding the 4MB limit"
)


def transact_write_items(call: Call) -> dict[str, Any]:
    """Carry out all of up to 100 writes, or none."""
    steps = _steps(call)
    token = call.params.get("ClientRequestToken")
    if token and tokens.is_repeated(call, token):
        return _answer(call, steps, repeated=True)
    plan(steps)
    commit(call, steps)
    if token:
        tokens.remember(call, token)
    return _answer(call, steps, repeated=False)


def _steps(call: Call) -> list[Step]:
    writes = [read_action(call.surface, entry) for entry in call.params["TransactItems"]]
    steps = [Step(write, transacted(call.table(name))) for name, write in writes]
    check_distinct_items(place for step in steps if (place := step.place) is not None)
    if sum(step.write.size for step in steps) > MAX_BYTES:
        raise ValidationException(_TOO_LARGE)
    return steps


def _answer(call: Call, steps: list[Step], *, repeated: bool) -> dict[str, Any]:
    body: dict[str, Any] = {}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(consumed(steps, mode, repeated=repeated))
    if call.params.get("ReturnItemCollectionMetrics") == "SIZE":
        metrics: dict[str, list[dict[str, Any]]] = {}
        for step in steps:
            found = item_collection_metrics(call.region.tables[step.table.name], step.write.key)
            if found is not None and found not in metrics.setdefault(step.table.name, []):
                metrics[step.table.name].append(found)
        if metrics:
            body["ItemCollectionMetrics"] = metrics
    return body
