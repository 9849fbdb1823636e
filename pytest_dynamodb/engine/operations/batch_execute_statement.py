"""BatchExecuteStatement: up to 25 statements, all of them reads or all writes, each by itself.

What is wrong with one statement is told in its place. The table is told beside it if the statement was carried out as
far as that (dynamodb-conformance, partiql/batchExecuteStatement).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, wanted, write_units, write_usage
from pytest_dynamodb.engine.partiql.answers import selection_of, statement_error
from pytest_dynamodb.engine.partiql.messages import reject, text
from pytest_dynamodb.engine.partiql.nexttoken import Position
from pytest_dynamodb.engine.partiql.paging import read_selected
from pytest_dynamodb.engine.partiql.request import Bound, bind_statement, read_parameters
from pytest_dynamodb.engine.partiql.selection import Selection, check_single_key
from pytest_dynamodb.engine.partiql.sources import written_name
from pytest_dynamodb.engine.partiql.syntax import Select
from pytest_dynamodb.engine.partiql.writing import check_returning, returned_item, returning_of, write_of
from pytest_dynamodb.engine.storage.item import Attributes, Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.rules.batches import check_distinct
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.writes.put import Put
from pytest_dynamodb.engine.writes.transaction import place_of
from pytest_dynamodb.engine.writes.write import Write, carry_out
from pytest_dynamodb.errors import DynamoDbError, ValidationException
from pytest_dynamodb.requests import truth


@dataclass(slots=True)
class _Member:
    """One statement: what is to be done, or what is wrong with it."""

    request: dict[str, Any]
    bound: Bound | None = None
    problem: DynamoDbError | None = None
    aim: Selection | tuple[Table, Write] | None = None

    @property
    def place(self) -> object:
        """What tells the items of a batch apart; ``None`` where none is named."""
        match self.aim:
            case Selection() as selection:
                return place_of(selection.table, selection.plan.single_key or {})
            case (table, write):
                return place_of(table, write.key)
            case _:
                return None


@dataclass(slots=True)
class _Cost:
    """What a batch costs by table.

    What a failed write cost is told in the total, but in no part of it, and only where something has succeeded
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
    """Carry statements out, one after another."""
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


def _aimed(call: Call, bound: Bound, request: dict[str, Any]) -> Selection | tuple[Table, Write]:
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
    """What a statement gives, and what it cost."""
    assert member.bound is not None
    assert member.aim is not None  # otherwise there is a problem, and it does not come here
    if isinstance(member.aim, Selection):
        consistent = truth(member.request.get("ConsistentRead"))
        page = read_selected(member.aim, Position(), limit=None, consistent=consistent)
        return (page.items[0] if page.items else None), page.usage
    table, write = member.aim
    change = carry_out(call, write, call.table(table.name))
    return returned_item(returning_of(member.bound), write, change), write_usage(change)


def _attempted(call: Call, member: _Member) -> float:
    """Units of a write that failed: of what is there, and of what should have been."""
    if not isinstance(member.aim, tuple):
        return 0.0
    table, write = member.aim
    key = write.key
    old = call.table(table.name).get(key) if table.keys.indexable(key) else None
    return write_units(old, Item(key, write.size) if isinstance(write, Put) else None)
