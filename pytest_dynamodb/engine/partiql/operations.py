"""ExecuteStatement, BatchExecuteStatement and ExecuteTransaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, TypeVar

from pytest_dynamodb.engine.answers import Usage, wanted, write_units, write_usage
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.partiql.messages import reject, text
from pytest_dynamodb.engine.partiql.request import BoundStatement, bind_statement, read_parameters, written_name
from pytest_dynamodb.engine.partiql.select import (
    ReadPosition,
    SelectedPage,
    Selection,
    check_single_key,
    from_token,
    read_selected,
    select,
    to_token,
)
from pytest_dynamodb.engine.partiql.syntax import Select
from pytest_dynamodb.engine.partiql.write import NotOneItem, check_returning, returned_item, returning_of, write_of
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import EmptyKeyValue
from pytest_dynamodb.engine.validation.rules import check_distinct, check_distinct_items, transacted
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.writes import transaction
from pytest_dynamodb.engine.writes.write import Put, Write, carry_out
from pytest_dynamodb.errors import DynamoDbError, ResourceNotFoundException, ValidationException
from pytest_dynamodb.requests import truth

# --- single statements ---

_CODES: Final = {
    "AccessDeniedException": "AccessDenied",
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "InternalServerError": "InternalServerError",
    "ItemCollectionSizeLimitExceededException": "ItemCollectionSizeLimitExceeded",
    "ProvisionedThroughputExceededException": "ProvisionedThroughputExceeded",
    "RequestLimitExceeded": "RequestLimitExceeded",
    "ResourceNotFoundException": "ResourceNotFound",
    "ThrottlingException": "ThrottlingError",
    "TransactionConflictException": "TransactionConflict",
    "ValidationException": "ValidationError",
}
"""BatchStatementErrorCodeEnum (API reference, BatchStatementError)."""


@dataclass(frozen=True, slots=True)
class StatementOutcome:
    """The result of a statement: items, its cost, and the key that the page ended with."""

    table_name: str
    items: list[Attributes]
    usage: Usage
    end: ReadPosition | None = None


def selection_of(call: Call, bound: BoundStatement, request: Mapping[str, Any]) -> Selection:
    """A SELECT, checked against its table. Raises ``DynamoDbError``, also for EXISTS, which only transactions take."""
    statement = bound.statement
    if bound.exists or not isinstance(statement, Select):
        reject("exists")
    return select(call, statement, bound.where, consistent=truth(request.get("ConsistentRead")))


def run_selection(selection: Selection, request: Mapping[str, Any]) -> StatementOutcome:
    limit = request.get("Limit")
    page = read_selected(
        selection,
        from_token(request),
        limit=None if limit is None else int(limit),
        consistent=truth(request.get("ConsistentRead")),
    )
    return StatementOutcome(selection.table_name, page.items, page.usage, page.end)


def run_write(call: Call, bound: BoundStatement, *, failure: str | None) -> StatementOutcome:
    """Carry out an INSERT, UPDATE or DELETE. Raises ``DynamoDbError`` and then changes nothing."""
    check_returning(bound)
    name = written_name(bound.statement.source)
    table = call.table(name)
    write = write_of(bound, table, failure=failure)
    change = carry_out(call, write, table)
    item = returned_item(returning_of(bound), write, change)
    return StatementOutcome(name, [] if item is None else [item], write_usage(change))


def statement_error(problem: DynamoDbError) -> dict[str, str]:
    """An error as the entry that a batch has in the place of its statement (API reference, BatchStatementError)."""
    return {"Code": _CODES.get(problem.code, "InternalServerError"), "Message": problem.message}


# --- ExecuteStatement ---


def execute_statement(call: Call) -> dict[str, Any]:
    """Carry out a PartiQL statement. A SELECT returns a page, other statements what RETURNING asks for."""
    params = call.params
    bound = bind_statement(params, read_parameters(params))
    if isinstance(bound.statement, Select):
        outcome = run_selection(selection_of(call, bound, params), params)
    else:
        outcome = run_write(call, bound, failure=params.get("ReturnValuesOnConditionCheckFailure"))
    return _answer(params, outcome)


def _answer(params: dict[str, Any], outcome: StatementOutcome) -> dict[str, Any]:
    body: dict[str, Any] = {"Items": outcome.items}
    if outcome.end is not None:
        body["NextToken"] = to_token(outcome.end, params)
        if outcome.end.key is not None:
            body["LastEvaluatedKey"] = outcome.end.key
    mode = wanted(params)
    if mode is not None:
        body["ConsumedCapacity"] = outcome.usage.body(outcome.table_name, mode)
    return body


# --- BatchExecuteStatement ---
# Up to 25 statements, all of them reads or all writes, each by itself.
# What is wrong with one statement is told in its place. The table is told beside it if the statement was carried out as
# far as that (dynamodb-conformance, partiql/batchExecuteStatement).


@dataclass(slots=True)
class _Member:
    """One statement of a batch: what is to be done, or what is wrong with it."""

    request: dict[str, Any]
    bound: BoundStatement | None = None
    problem: DynamoDbError | None = None
    aim: Selection | tuple[Table, Write] | None = None

    @property
    def place(self) -> object:
        """The item that it is about, to find duplicates in the batch; ``None`` if it names no item."""
        match self.aim:
            case Selection() as selection:
                return transaction.place_of(selection.table, selection.plan.single_key or {})
            case (table, write):
                return transaction.place_of(table, write.key)
            case _:
                return None


@dataclass(slots=True)
class _Cost:
    """The cost of a batch by table.

    The cost of a failed write is part of the total but of no detail, and only if another statement succeeded
    (nubo-db/dynoxide, captured from AWS).
    """

    usages: dict[str, Usage] = field(default_factory=dict)
    failures: dict[str, float] = field(default_factory=dict)

    def add_failure(self, name: str, units: float) -> None:
        self.failures[name] = self.failures.get(name, 0.0) + units

    def body(self, name: str, mode: str) -> dict[str, Any]:
        body = self.usages[name].body(name, mode)
        body["CapacityUnits"] += self.failures.get(name, 0.0)
        return body


def batch_execute_statement(call: Call) -> dict[str, Any]:
    """Carry out up to 25 statements one after another, each by itself."""
    members = [_Member(request) for request in call.params["Statements"]]
    for member in members:
        _bind(member)
    reads = [member.bound.reads for member in members if member.bound is not None]
    if any(reads) and not all(reads):
        reject("mixed-batch")
    for member in members:
        _aim(call, member)
    check_distinct(place for member in members if (place := member.place) is not None)
    cost = _Cost()
    body: dict[str, Any] = {"Responses": [_response(call, member, cost) for member in members]}
    mode = wanted(call.params)
    if mode is not None and cost.usages:
        body["ConsumedCapacity"] = [cost.body(name, mode) for name in cost.usages]
    return body


def _bind(member: _Member) -> None:
    try:
        member.bound = bind_statement(member.request, read_parameters(member.request))
    except ValidationException as problem:
        member.problem = problem


def _aim(call: Call, member: _Member) -> None:
    if member.bound is None:
        return
    try:
        member.aim = _aimed(call, member.bound, member.request)
    except DynamoDbError as problem:
        member.problem = problem


def _aimed(call: Call, bound: BoundStatement, request: dict[str, Any]) -> Selection | tuple[Table, Write]:
    if isinstance(bound.statement, Select):
        selection = selection_of(
            replace(call, surface=surface_of("ExecuteStatement", call.dialect), params=request), bound, request
        )
        check_single_key(selection, text("single-read", operation="BatchExecuteStatement"))
        return selection
    check_returning(bound)
    table = call.table(written_name(bound.statement.source))
    # ReturnValuesOnConditionCheckFailure is taken, but changes nothing (partiql/batchExecuteStatement).
    return table, write_of(bound, table)


def _response(call: Call, member: _Member, cost: _Cost) -> dict[str, Any]:
    if member.problem is not None:
        return {"Error": statement_error(member.problem)}
    assert member.bound is not None  # otherwise there is a problem
    name = written_name(member.bound.statement.source)
    try:
        item, usage = _carried_out(call, member)
    except DynamoDbError as problem:
        cost.add_failure(name, _attempted(call, member))
        return {"Error": statement_error(problem), "TableName": name}
    cost.usages.setdefault(name, Usage()).include(usage)
    return {"TableName": name} if item is None else {"TableName": name, "Item": item}


def _carried_out(call: Call, member: _Member) -> tuple[Attributes | None, Usage]:
    """A statement's result and its cost."""
    assert member.bound is not None
    assert member.aim is not None  # otherwise there is a problem, and it does not come here
    if isinstance(member.aim, Selection):
        consistent = truth(member.request.get("ConsistentRead"))
        page = read_selected(member.aim, ReadPosition(), limit=None, consistent=consistent)
        return (page.items[0] if page.items else None), page.usage
    table, write = member.aim
    change = carry_out(call, write, call.table(table.name))
    return returned_item(returning_of(member.bound), write, change), write_usage(change)


def _attempted(call: Call, member: _Member) -> float:
    """The units that a failed write consumed: by the larger of the item that is there and the one that was to be."""
    if not isinstance(member.aim, tuple):
        return 0.0
    table, write = member.aim
    key = write.key
    old = call.table(table.name).get(key) if table.keys.indexable(key) else None
    return write_units(old, StoredItem(key, write.size) if isinstance(write, Put) else None)


# --- ExecuteTransaction ---
# Statements, all of them reads or all writes, that are carried out together or not at all.
# Order (hectorvent/floci's captures): parameters; statement by statement what it says, its table, its key; tables that
# are not there and keys that are none are reasons to cancel; items named twice; conditions.

Aimed = TypeVar("Aimed")


def execute_transaction(call: Call) -> dict[str, Any]:
    """Carry out all of up to 100 statements, or none. Only reads return items."""
    requests: list[dict[str, Any]] = call.params["TransactStatements"]
    parameters = [read_parameters(request) for request in requests]
    bounds = [_within(at, partial(bind_statement, request, parameters[at])) for at, request in enumerate(requests)]
    reads = [bound.reads for bound in bounds]
    if any(reads) and not all(reads):
        reject("mixed-transaction")
    return _read(call, bounds) if all(reads) else _write(call, bounds, requests)


def _within(at: int, attempt: Callable[[], Aimed]) -> Aimed:
    """The result of ``attempt``; an error in the statement itself is raised with the statement's position."""
    try:
        return attempt()
    except NotOneItem:
        raise
    except ValidationException as problem:
        raise ValidationException(text("in-transaction", index=at, message=problem.message)) from problem


def _execute_transaction_aimed(
    bounds: list[BoundStatement], aim: Callable[[int, BoundStatement], Aimed]
) -> list[Aimed]:
    """Each statement, checked against its table. Raises TransactionCanceledException if a table does not exist or a key
    is wrong.
    """
    found: list[Aimed] = []
    reasons: list[transaction.Reason] = []
    for at, bound in enumerate(bounds):
        try:
            found.append(aim(at, bound))
            reasons.append(transaction.NO_REASON)
        except NotOneItem as problem:
            reasons.append({"Code": "ValidationError", "Message": problem.reason})
        except ResourceNotFoundException as problem:
            reasons.append(transaction.reason_of(problem))
    transaction.check_reasons(reasons)
    return found


# --- reads ---


def _read(call: Call, bounds: list[BoundStatement]) -> dict[str, Any]:
    selections = _execute_transaction_aimed(bounds, lambda at, bound: _within(at, lambda: _selection(call, bound)))
    check_distinct_items(transaction.place_of(found.table, found.plan.single_key or {}) for found in selections)
    pages = [read_selected(found, ReadPosition(), limit=None, consistent=True) for found in selections]
    body: dict[str, Any] = {"Responses": [{"Item": page.items[0]} if page.items else {} for page in pages]}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(_consumed(selections, pages, mode))
    return body


def _selection(call: Call, bound: BoundStatement) -> Selection:
    statement = bound.statement
    assert isinstance(statement, Select)
    transacted(call.table(written_name(statement.source)))
    if len(statement.source.parts) > 1:
        reject("index-read")
    selection = select(call, statement, bound.where, consistent=True)
    check_single_key(selection, text("single-read", operation="ExecuteTransaction"))
    return selection


def _consumed(selections: list[Selection], pages: list[SelectedPage], mode: str) -> Iterator[dict[str, Any]]:
    """ConsumedCapacity by table; each item counts twice."""
    usages: dict[str, Usage] = {}
    for selection, page in zip(selections, pages, strict=True):
        usages.setdefault(selection.table_name, Usage()).add(transaction.FACTOR * page.usage.table)
    for name, usage in usages.items():
        yield usage.body(name, mode, kind="Read")


# --- writes ---


def _write(call: Call, bounds: list[BoundStatement], requests: list[dict[str, Any]]) -> dict[str, Any]:
    token = call.params.get("ClientRequestToken")
    steps = _execute_transaction_aimed(
        bounds, lambda at, bound: _on_its_key(_within(at, lambda: _step(call, bound, requests[at])))
    )
    repeated = transaction.is_repeated(call, token) if token else False
    if not repeated:
        _carry_out(call, steps)
        if token:
            transaction.remember(call, token)
    body: dict[str, Any] = {"Responses": []}
    mode = wanted(call.params)
    if mode is not None:
        body["ConsumedCapacity"] = list(transaction.consumed(steps, mode, repeated=repeated))
    return body


def _carry_out(call: Call, steps: list[transaction.TransactionStep]) -> None:
    check_distinct_items(place for step in steps if (place := step.place) is not None)
    transaction.plan(steps)
    transaction.commit(call, steps)


def _step(call: Call, bound: BoundStatement, request: dict[str, Any]) -> transaction.TransactionStep:
    table = transacted(call.table(written_name(bound.statement.source)))
    if returning_of(bound) is not None:
        reject("returning")
    return transaction.TransactionStep(
        write_of(bound, table, failure=request.get("ReturnValuesOnConditionCheckFailure")), table
    )


def _on_its_key(step: transaction.TransactionStep) -> transaction.TransactionStep:
    """The step, if its key fits the table; otherwise raises ValidationException. Any other fault is a reason for
    cancellation.
    """
    try:
        step.write.check_against(step.table)
    except EmptyKeyValue:
        raise
    except ValidationException as problem:
        raise NotOneItem(problem.message, problem.message) from problem
    return step
