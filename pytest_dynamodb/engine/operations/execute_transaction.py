"""ExecuteTransaction: statements that are carried out together or not at all, all of them reads or all writes.

Order (hectorvent/floci's captures): parameters; statement by statement what it says, its table, its key; tables that
are not there and keys that are none are reasons to cancel; items named twice; conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from pytest_dynamodb.engine import tokens
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, wanted
from pytest_dynamodb.engine.partiql.keyed import NotOneItem
from pytest_dynamodb.engine.partiql.messages import reject, text
from pytest_dynamodb.engine.partiql.nexttoken import Position
from pytest_dynamodb.engine.partiql.paging import SelectedPage, read_selected
from pytest_dynamodb.engine.partiql.request import Bound, bind_statement, read_parameters
from pytest_dynamodb.engine.partiql.selection import Selection, check_single_key, select
from pytest_dynamodb.engine.partiql.sources import written_name
from pytest_dynamodb.engine.partiql.syntax import Select
from pytest_dynamodb.engine.partiql.writing import returning_of, write_of
from pytest_dynamodb.engine.validation.keys import EmptyKeyValue
from pytest_dynamodb.engine.validation.rules.transactions import check_distinct_items, transacted
from pytest_dynamodb.engine.writes.transaction import (
    FACTOR,
    NO_REASON,
    Reason,
    Step,
    check_reasons,
    commit,
    consumed,
    place_of,
    plan,
    reason_of,
)
from pytest_dynamodb.errors import DynamoDbError, ValidationException

Aimed = TypeVar("Aimed")


def execute_transaction(call: Call) -> dict[str, Any]:
    """Carry out all of up to 100 statements, or none. Only reads give anything."""
    requests: list[dict[str, Any]] = call.params["TransactStatements"]
    parameters = [read_parameters(request) for request in requests]
    bounds = [_within(at, partial(bind_statement, request, parameters[at])) for at, request in enumerate(requests)]
    reads = [bound.reads for bound in bounds]
    if any(reads) and not all(reads):
        reject("mixed-transaction")
    return _read(call, bounds) if all(reads) else _write(call, bounds, requests)


def _within(at: int, attempt: Callable[[], Aimed]) -> Aimed:
    """What an attempt gives; what is wrong with the statement itself is told with its place."""
    try:
        return attempt()
    except NotOneItem:
        raise
    except ValidationException as problem:
        raise ValidationException(text("in-transaction", index=at, message=problem.message)) from problem


def _aimed(bounds: list[Bound], aim: Callable[[int, Bound], Aimed]) -> list[Aimed]:
    """Each statement aimed at its table. Raises TransactionCanceledException if one has no table or no key."""
    found: list[Aimed] = []
    reasons: list[Reason] = []
    for at, bound in enumerate(bounds):
        try:
            found.append(aim(at, bound))
            reasons.append(NO_REASON)
        except NotOneItem as problem:
            reasons.append({"Code": "ValidationError", "Message": problem.reason})
        except ValidationException:
            raise
        except DynamoDbError as problem:
            reasons.append(reason_of(problem))
    check_reasons(reasons)
    return found


# --- reads -----------------------------------------------------------------------------------------------------------


def _read(call: Call, bounds: list[Bound]) -> dict[str, Any]:
    selections = _aimed(bounds, lambda at, bound: _within(at, lambda: _selection(call, bound)))
    check_distinct_items(place_of(found.table, found.plan.single_key or {}) for found in selections)
    pages = [read_selected(found, Position(), limit=None, consistent=True) for found in selections]
    body: dict[str, Any] = {"Responses": [{"Item": page.items[0]} if page.items else {} for page in pages]}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(_consumed(selections, pages, mode))
    return body


def _selection(call: Call, bound: Bound) -> Selection:
    statement = bound.statement
    assert isinstance(statement, Select)
    transacted(call.table(written_name(statement.source)))
    if len(statement.source.parts) > 1:
        reject("index-read")
    selection = select(call, statement, bound.where, consistent=True)
    check_single_key(selection, text("single-read", operation="ExecuteTransaction"))
    return selection


def _consumed(selections: list[Selection], pages: list[SelectedPage], mode: str) -> Iterator[dict[str, Any]]:
    """Per table; each item is read twice."""
    usages: dict[str, Usage] = {}
    for selection, page in zip(selections, pages, strict=True):
        usages.setdefault(selection.table_name, Usage()).add(FACTOR * page.usage.table)
    for name, usage in usages.items():
        yield usage.body(name, mode, kind="Read")


# --- writes ----------------------------------------------------------------------------------------------------------


def _write(call: Call, bounds: list[Bound], requests: list[dict[str, Any]]) -> dict[str, Any]:
    token = call.params.get("ClientRequestToken")
    steps = _aimed(bounds, lambda at, bound: _on_its_key(_within(at, lambda: _step(call, bound, requests[at]))))
    repeated = tokens.is_repeated(call, token) if token else False
    if not repeated:
        _carry_out(call, steps)
        if token:
            tokens.remember(call, token)
    body: dict[str, Any] = {"Responses": []}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(consumed(steps, mode, repeated=repeated))
    return body


def _carry_out(call: Call, steps: list[Step]) -> None:
    check_distinct_items(place for step in steps if (place := step.place) is not None)
    plan(steps)
    commit(call, steps)


def _step(call: Call, bound: Bound, request: dict[str, Any]) -> Step:
    table = transacted(call.table(written_name(bound.statement.source)))
    if returning_of(bound) is not None:
        reject("returning")
    return Step(write_of(bound, table, failure=request.get("ReturnValuesOnConditionCheckFailure")), table)


def _on_its_key(step: Step) -> Step:
    """The step, if its write has a key of its table: what else it has is a reason to cancel."""
    try:
        step.write.check_against(step.table)
    except EmptyKeyValue:
        raise
    except ValidationException as problem:
        raise NotOneItem(problem.message, problem.message) from problem
    return step
