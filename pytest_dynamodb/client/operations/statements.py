"""PartiQL: statements one by one, in batches of 25, and in transactions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.calls import ApiCall, Item
from pytest_dynamodb.client.operations.transactions import cancelled, check_size
from pytest_dynamodb.client.page import Page, total
from pytest_dynamodb.client.steps import Steps, pause, send, together
from pytest_dynamodb.errors import ConfigurationError, DynamoDbError, TransactionCanceledException, error_for, quoted
from pytest_dynamodb.values import from_wire_item, to_wire

STATEMENTS = 25
"""Statements of one batch (API reference, BatchExecuteStatement)."""

RETRYABLE: Mapping[str, bool] = {
    "ProvisionedThroughputExceeded": True,
    "RequestLimitExceeded": True,
    "ThrottlingError": True,
    "TransactionConflict": False,
}
"""Codes of a statement's error with which it was not carried out, and may succeed when it is sent again; by code,
whether it is throttling. (API reference, BatchStatementError.) Not InternalServerError: nobody knows then, and a
statement may add to a number."""

StatementLike = str | tuple[str, Sequence[object]]
"""A statement, or one with values for its question marks."""


@dataclass(frozen=True, slots=True)
class StatementResult:
    """The result of one statement of a batch: the item that it read, if it read one, or why it failed."""

    item: Item | None = None
    error: DynamoDbError | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    items: list[Item]
    token: str | None
    capacity: float | None


def execute(
    statement: str,
    parameters: Sequence[object],
    *,
    consistent: bool,
    limit: int | None,
    page_size: int | None,
    after: str | None,
) -> Steps[Page[Item]]:
    """All items that a statement finds, up to the limit."""
    limit, page_size = arguments.items("limit", limit), arguments.items("page_size", page_size)
    after = arguments.optional_text("after", after)
    params = _statement(statement, parameters, consistent=consistent)
    params["ReturnConsumedCapacity"] = "TOTAL"
    items: list[Item] = []
    capacity = None
    while True:
        sizes = [size for size in (page_size, None if limit is None else limit - len(items)) if size is not None]
        if sizes:
            params["Limit"] = min(sizes)
        if after is not None:
            params["NextToken"] = after
        answer = yield from send(ApiCall("ExecuteStatement", dict(params), _answer))
        items += answer.items
        capacity, after = total(capacity, answer.capacity), answer.token
        if after is None or (limit is not None and len(items) >= limit):
            return Page(items=items, cursor=after, capacity=capacity, scanned_count=len(items))


def batch(statements: Iterable[StatementLike], *, consistent: bool) -> Steps[list[StatementResult]]:
    """The result of each statement, in their order."""
    wires = _statements(statements, consistent=consistent)
    chunks = [wires[at : at + STATEMENTS] for at in range(0, len(wires), STATEMENTS)]
    results = yield from together([_chunk(chunk) for chunk in chunks])
    return [result for part in results for result in part]


def _chunk(wires: list[dict[str, Any]]) -> Steps[list[StatementResult]]:
    """One request, and as many more for what may succeed later as patience allows."""
    results: dict[int, StatementResult] = {}
    left, rounds = list(range(len(wires))), 0
    while True:
        params = {"Statements": [wires[number] for number in left], "ReturnConsumedCapacity": "TOTAL"}
        answers = yield from send(ApiCall("BatchExecuteStatement", params, _results))
        results.update(zip(left, answers, strict=True))
        left = [number for number in left if _code(results[number]) in RETRYABLE]
        rounds += 1
        throttled = any(RETRYABLE[_code(results[number])] for number in left)
        if not left or not (yield from pause(rounds, throttled=throttled)):
            return [results[number] for number in range(len(wires))]


def transaction(statements: Iterable[StatementLike], token: str | None) -> Steps[list[Item | None]]:
    """What each statement reads, ``None`` for one that writes. Raises ``TransactionCancelled``."""
    wires = _statements(statements, consistent=False)
    check_size(len(wires))
    if not wires:
        return []
    params = {
        "TransactStatements": wires,
        "ClientRequestToken": arguments.optional_text("token", token) or str(uuid.uuid4()),
        "ReturnConsumedCapacity": "TOTAL",
    }
    try:
        items = yield from send(ApiCall("ExecuteTransaction", params, _items))
        return items or [None] * len(wires)  # of writes there are no answers one by one
    except TransactionCanceledException as error:
        raise cancelled(error) from error


def _statements(statements: Iterable[StatementLike], *, consistent: bool) -> list[dict[str, Any]]:
    split = map(_split, arguments.listed("a batch of statements", statements))
    return [_statement(text, parameters, consistent=consistent) for text, parameters in split]


def _split(given: Any) -> tuple[str, Sequence[object]]:
    if isinstance(given, str):
        return given, ()
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise ConfigurationError(f"a statement is text, or text and its parameters, not {quoted(given)}")
    return given[0], given[1]


def _statement(text: str, parameters: Sequence[object], *, consistent: bool) -> dict[str, Any]:
    wire: dict[str, Any] = {"Statement": arguments.text("a statement", text)}
    values = arguments.listed("the parameters of a statement", parameters)
    if values:
        wire["Parameters"] = [to_wire(value) for value in values]
    if consistent:
        wire["ConsistentRead"] = True
    return wire


def _answer(answer: Mapping[str, Any]) -> _Answer:
    capacity = answer.get("ConsumedCapacity") or {}
    items = [from_wire_item(item) for item in answer.get("Items") or ()]
    return _Answer(items, answer.get("NextToken"), capacity.get("CapacityUnits"))


def _items(answer: Mapping[str, Any]) -> list[Item | None]:
    return [from_wire_item(one["Item"]) if "Item" in one else None for one in answer.get("Responses") or ()]


def _results(answer: Mapping[str, Any]) -> list[StatementResult]:
    return [_result(one) for one in answer.get("Responses") or ()]


def _result(one: Mapping[str, Any]) -> StatementResult:
    problem = one.get("Error")
    item = from_wire_item(one["Item"]) if "Item" in one else None
    if problem is None:
        return StatementResult(item)
    # The codes of statements are those of exceptions without their ending.
    code = str(problem.get("Code", ""))
    known = f"{code}Exception"
    old = problem.get("Item")
    error = error_for(
        known if type(error_for(known, "")) is not DynamoDbError else code,
        str(problem.get("Message", "")),
        operation="BatchExecuteStatement",
        table=one.get("TableName", ""),
        item=from_wire_item(old) if old else None,
        members={"Code": code},
    )
    return StatementResult(item, error)


def _code(result: StatementResult) -> str:
    return "" if result.error is None else str(result.error.members["Code"])
