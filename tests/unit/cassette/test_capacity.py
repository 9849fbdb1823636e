"""Capacity units of what was recorded, by what each request does to items."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Exchange, Response
from pytest_dynamodb.cassette.items import consumed

ONE: dict[str, Any] = {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 1.0}}
INSERT = "INSERT INTO \"t\" VALUE {'id': 'selected'}"


def of(operation: str, body: Any = ONE, status: int = 200, **params: Any) -> tuple[float, float, int]:
    used = consumed([Exchange(operation, params, Response(status, body))])
    return used.read, used.write, len(used.unreported)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        (INSERT, False),
        ("DELETE FROM t WHERE id = 'select'", False),
        ("INSERT INTO selection VALUE {'id': 'a'}", False),
        ("UPDATE t SET selected = 1 WHERE id = 'a'", False),
        ("SELECT * FROM t WHERE id = 'insert'", True),
        ("/* DELETE */ select * from t", True),
    ],
)
def test_a_statement_is_what_it_says_and_not_what_is_in_it(text: str, reads: bool) -> None:
    expected = (1.0, 0.0, 0) if reads else (0.0, 1.0, 0)
    assert of("ExecuteStatement", Statement=text) == expected
    listed = {"ConsumedCapacity": [ONE["ConsumedCapacity"]]}
    assert of("BatchExecuteStatement", listed, Statements=[{"Statement": text}]) == expected


def test_a_parameter_is_no_part_of_a_statement() -> None:
    statement = {"Statement": "INSERT INTO t VALUE {'id': ?}", "Parameters": [{"S": "I select"}]}
    assert of("BatchExecuteStatement", Statements=[statement]) == (0.0, 1.0, 0)


def test_transactions_report_both() -> None:
    both = {"ConsumedCapacity": [{"ReadCapacityUnits": 2.0, "WriteCapacityUnits": 4.0}]}
    assert of("TransactWriteItems", both) == (2.0, 4.0, 0)


def test_what_consumes_nothing_need_not_report() -> None:
    assert of("CreateTable", {}, TableName="t") == of("SearchVectors", {}) == (0.0, 0.0, 0)
    assert of("PutItem", {"__type": "#ValidationException"}, 400) == (0.0, 0.0, 0)
    assert of("GetItem", {}) == (0.0, 0.0, 1)
