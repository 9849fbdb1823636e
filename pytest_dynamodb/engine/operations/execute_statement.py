"""ExecuteStatement."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import wanted
from pytest_dynamodb.engine.partiql.answers import Outcome, run_selection, run_write, selection_of
from pytest_dynamodb.engine.partiql.nexttoken import to_token
from pytest_dynamodb.engine.partiql.request import bind_statement, read_parameters
from pytest_dynamodb.engine.partiql.syntax import Select


def execute_statement(call: Call) -> dict[str, Any]:
    """Carry a PartiQL statement out. A SELECT gives a page; other statements give what RETURNING wants."""
    params = call.params
    bound = bind_statement(params, read_parameters(params))
    if isinstance(bound.statement, Select):
        outcome = run_selection(selection_of(call, bound, params), params)
    else:
        outcome = run_write(call, bound, failure=params.get("ReturnValuesOnConditionCheckFailure"))
    return _answer(params, outcome)


def _answer(params: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    body: dict[str, Any] = {"Items": outcome.items}
    if outcome.end is not None:
        body["NextToken"] = to_token(outcome.end, params)
        if outcome.end.key is not None:
            body["LastEvaluatedKey"] = outcome.end.key
    mode = wanted(params)
    if mode is not None:
        body["ConsumedCapacity"] = outcome.usage.body(outcome.table_name, mode)
    return body
