"""Statements carried out one by one, for ExecuteStatement and for each of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, write_usage
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.nexttoken import Position, from_token
from pytest_dynamodb.engine.partiql.paging import read_selected
from pytest_dynamodb.engine.partiql.request import Bound
from pytest_dynamodb.engine.partiql.selection import Selection, select
from pytest_dynamodb.engine.partiql.sources import written_name
from pytest_dynamodb.engine.partiql.syntax import Select
from pytest_dynamodb.engine.partiql.writing import check_returning, returned_item, returning_of, write_of
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.writes.write import carry_out
from pytest_dynamodb.errors import DynamoDbError
from pytest_dynamodb.requests import truth

_CODES: Final = {
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
class Outcome:
    """What a statement came to: items, what it cost, the key that the page ended with."""

    table_name: str
    items: list[Attributes]
    usage: Usage
    end: Position | None = None


def selection_of(call: Call, bound: Bound, request: Mapping[str, Any]) -> Selection:
    """A SELECT, aimed at its table. Raises ``DynamoDbError``; so does EXISTS, which is for transactions."""
    statement = bound.statement
    if bound.exists or not isinstance(statement, Select):
        reject("exists")
    return select(call, statement, bound.where, consistent=truth(request.get("ConsistentRead")))


def run_selection(selection: Selection, request: Mapping[str, Any]) -> Outcome:
    """A page of what a SELECT selects."""
    limit = request.get("Limit")
    page = read_selected(
        selection,
        from_token(request),
        limit=None if limit is None else int(limit),
        consistent=truth(request.get("ConsistentRead")),
    )
    return Outcome(selection.table_name, page.items, page.usage, page.end)


def run_write(call: Call, bound: Bound, *, failure: str | None) -> Outcome:
    """Carry an INSERT, UPDATE or DELETE out. Raises ``DynamoDbError``, and then nothing was changed."""
    check_returning(bound)
    name = written_name(bound.statement.source)
    table = call.table(name)
    write = write_of(bound, table, failure=failure)
    change = carry_out(call, write, table)
    item = returned_item(returning_of(bound), write, change)
    return Outcome(name, [] if item is None else [item], write_usage(change))


def statement_error(problem: DynamoDbError) -> dict[str, str]:
    """What is wrong with one statement of a batch, in its place (API reference, BatchStatementError)."""
    return {"Code": _CODES.get(problem.code, "InternalServerError"), "Message": problem.message}
