"""The values in place of question marks (dynamodb-conformance, error-messages/partiqlParameterNumbers)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, n, refusal, s
from pytest_dynamodb.engine import Engine

INVALID = "One or more parameter values were invalid: "
UNCONVERTIBLE = "The parameter cannot be converted to a numeric value"
LEVELS = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


def deep(levels: int, leaf: Json) -> Json:
    for _ in range(levels):
        leaf = {"M": {"n": leaf}}
    return leaf


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (n("1e99999999999"), f"{UNCONVERTIBLE}: 1e99999999999"),
        (n("-1e99999999999"), f"{UNCONVERTIBLE}: -1e99999999999"),
        (n("1e2147483648"), f"{UNCONVERTIBLE}: 1e2147483648"),
        (n("1e-2147483648"), f"{UNCONVERTIBLE}: 1e-2147483648"),
        (n("1e2147483647"), UNDERFLOW),
        (n(""), UNCONVERTIBLE),
        (n("abc"), f"{UNCONVERTIBLE}: abc"),
        ({"L": [n(1), n("1e99999999999")]}, f"{UNCONVERTIBLE}: 1e99999999999"),
        ({"NS": ["1", "1e99999999999"]}, f"{UNCONVERTIBLE}: 1e99999999999"),
        ({"M": {"d": deep(40, s("leaf")), "bad": n("abc")}}, LEVELS),
        ({"M": {"bad": n("abc"), "d": deep(40, s("leaf"))}}, f"{UNCONVERTIBLE}: abc"),
        ({"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
        ({"SS": []}, f"{INVALID}An string set  may not be empty"),
        ({"NULL": False}, f"{INVALID}Null attribute value types must have the value of true"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_found_before_the_statement_is_read(engine: Engine, value: Json, expected: str) -> None:
    for statement in ('SELECT * FROM "T" WHERE pk = ?', 'UPDATE "T" SET WHERE'):
        answer = refusal(engine, "ExecuteStatement", Statement=statement, Parameters=[value])
        assert (answer["code"], answer["message"]) == ("ValidationException", expected)


def test_in_a_batch_it_is_the_members_error_and_in_a_transaction_the_requests(engine: Engine) -> None:
    member: Any = {"Statement": "UPDATE \"T\" SET n = ? WHERE pk = 'a' AND sk = '1'", "Parameters": [n("abc")]}
    (response,) = ask(engine, "BatchExecuteStatement", Statements=[member])["Responses"]
    assert response == {"Error": {"Code": "ValidationError", "Message": f"{UNCONVERTIBLE}: abc"}}
    answer = refusal(engine, "ExecuteTransaction", TransactStatements=[member])
    assert (answer["code"], answer["message"]) == ("ValidationException", f"{UNCONVERTIBLE}: abc")


def test_every_question_mark_must_have_a_value(engine: Engine) -> None:
    statement = 'SELECT * FROM "T" WHERE pk = ? AND sk = ?'
    for given in ([], [s("a")]):
        more: Any = {"Parameters": given} if given else {}
        answer = refusal(engine, "ExecuteStatement", Statement=statement, **more)
        assert answer["message"] == "Number of parameters in request and statement don't match."
    ask(engine, "ExecuteStatement", Statement=statement, Parameters=[s("a"), s("b"), s("one too many")])


def test_values_go_where_their_question_marks_are(engine: Engine) -> None:
    ask(
        engine,
        "ExecuteStatement",
        Statement="INSERT INTO \"T\" VALUE {'pk': ?, 'sk': ?, 'bin': ?}",
        Parameters=[s("a"), s("1"), {"B": "AQI="}],
    )
    found = ask(
        engine,
        "ExecuteStatement",
        Statement='SELECT bin FROM "T" WHERE sk = ? AND pk IN [?, ?] AND bin BETWEEN ? AND ?',
        Parameters=[s("1"), s("z"), s("a"), {"B": "AQE="}, {"B": "AQM="}],
    )
    assert found["Items"] == [{"bin": {"B": "AQI="}}]


def test_a_text_that_is_no_text_is_a_serialization_error(engine: Engine) -> None:
    answer = refusal(engine, "ExecuteStatement", Statement="SELECT * FROM \"T\" WHERE pk = '\ud800'")
    assert answer["code"] == "SerializationException"
