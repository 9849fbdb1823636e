"""Conditions of a WHERE (dynamodb-conformance, partiql/whereFunctions and comparison; hectorvent/floci's captures)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine

NEEDS_PATH = "Operator or function requires a document path; operator or function: {}"
COUNT = "Incorrect number of operands for operator or function; operator or function: {}, number of operands: {}"
TYPES = "Invalid attribute type name found; type: X, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}"
MANY = "The IN operator is provided with too many operands; number of operands: 101"
OPERAND = "Incorrect operand type for operator or function; operator or function: {}, operand type: {}"


@pytest.fixture
def engine(clock: VirtualClock) -> Engine:
    engine = Engine(clock=clock)
    table(engine, "T", keys="pk")
    item = {
        "pk": s("a"),
        "n": n(1),
        "s": s("str"),
        "ss": {"SS": ["a", "b", "c"]},
        "m": {"M": {"sub": s("x")}},
        "l": {"L": [s("a")]},
        "nul": {"NULL": True},
        "flag": {"BOOL": True},
        "bin": {"B": "AQID"},
    }
    ask(engine, "PutItem", TableName="T", Item=item)
    return engine


def keeps(engine: Engine, condition: str, *parameters: Json) -> bool:
    more: Any = {"Parameters": list(parameters)} if parameters else {}
    statement = f"SELECT * FROM \"T\" WHERE pk = 'a' AND {condition}"
    return len(ask(engine, "ExecuteStatement", Statement=statement, **more)["Items"]) == 1


@pytest.mark.parametrize(
    "condition",
    [
        "attribute_exists(ss)",
        "ATTRIBUTE_EXISTS (ss)",
        'attribute_exists("ss")',
        "attribute_exists(m.sub) AND attribute_exists(l[0]) AND attribute_exists(m['sub'])",
        "attribute_not_exists(nope)",
        "NOT attribute_exists(nope)",
        "(attribute_exists(nope) OR attribute_exists(ss))",
        "size(s) = 3 AND size(ss) = 3 AND size(l) < 2",
        "attribute_type(ss, 'SS')",
        "begins_with(s, 'st')",
        "contains(s, 'tr') AND contains(ss, 'b') AND contains(l, 'a')",
        "nul IS NULL AND s IS NOT NULL",
        "nope IS MISSING AND s IS NOT MISSING",
        "flag IS BOOL AND flag IS BOOLEAN AND s IS STRING AND n IS NUMERIC",
        "l IS LIST AND m IS TUPLE AND m IS STRUCT",
        "bin IS BLOB",
        "n = 1 AND n <> 2 AND n != 2 AND n > -5 AND n = - - 1",
        "1 = n AND 0 < n",
        "n BETWEEN - 2 AND +5 AND n IN [- 1, 1] AND n IN (1, 2)",
        "n NOT BETWEEN 2 AND 3 AND n NOT IN [2, 3]",
        "NOT n > 1",
        "s < 'z' AND bin > ?",
        "s <> 1",
        "attribute_exists(nope) = false",
        "true = attribute_exists(n)",
        "attribute_exists(n) <> 1",
        "contains(nope, 'z') = false",
        "(n BETWEEN 0 AND 5) = true",
        "(n = 5 OR s = 'x') = false",
        "attribute_exists(nope) IN [true, false]",
        "attribute_exists(n) = attribute_exists(s)",
        "attribute_exists(n) = flag",
    ],
)
def test_conditions_that_hold(engine: Engine, condition: str) -> None:
    parameters = [{"B": "AQI="}] if "?" in condition else []
    assert keeps(engine, condition, *parameters)


@pytest.mark.parametrize(
    "condition",
    [
        "attribute_exists(nope)",
        "attribute_type(ss, 'S')",
        "s IS NULL",
        "nope IS NULL",
        "nul IS MISSING",
        "s IS BOOL",
        "s < 5",
        "nope = nope2",
        "attribute_exists(n) = 1",
        "NOT attribute_exists(n) = true",
        "(attribute_exists(n) = true) = false",
        "attribute_exists(n) = s",
    ],
)
def test_conditions_that_do_not_hold(engine: Engine, condition: str) -> None:
    assert not keeps(engine, condition)


@pytest.mark.parametrize(
    ("stored", "permuted", "equal"),
    [
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}, True),
        ({"NS": ["1", "2"]}, {"NS": ["2", "1.0"]}, True),
        ({"BS": ["AQI=", "AwQ="]}, {"BS": ["AwQ=", "AQI="]}, True),
        ({"L": [s("a"), s("b")]}, {"L": [s("b"), s("a")]}, False),
        ({"M": {"x": n(1), "y": n(2)}}, {"M": {"y": n(2), "x": n(1)}}, True),
    ],
)
def test_equality_is_that_of_condition_expressions(engine: Engine, stored: Json, permuted: Json, equal: bool) -> None:
    ask(engine, "PutItem", TableName="T", Item={"pk": s("a"), "val": stored})
    assert keeps(engine, "val = ?", permuted) is equal
    assert keeps(engine, "val <> ?", permuted) is not equal


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("attribute_exists('ss')", NEEDS_PATH.format("attribute_exists")),
        ("attribute_exists()", COUNT.format("attribute_exists", 0)),
        ("attribute_exists(ss, ns)", COUNT.format("attribute_exists", 2)),
        ("attribute_type(l, 1)", OPERAND.format("attribute_type", "N")),
        ("attribute_type(l, true)", OPERAND.format("attribute_type", "BOOL")),
        ("attribute_type(l, 'X')", TYPES),
        ("s < true", OPERAND.format("<", "BOOL")),
        ("s >= [1]", OPERAND.format(">=", "L")),
        ("s BETWEEN true AND false", OPERAND.format("BETWEEN", "BOOL")),
        ("attribute_exists(n) > false", OPERAND.format(">", "BOOL")),
        ("n = 5 + 5", "Unsupported operator in Condition Expression. Operator: +"),
        ("n > -n", COUNT.format("-", 1)),
        ("EXISTS(ss)", "Unrecognized function: exists at 1:{column}:6"),
        ("set_add(ss, <<'x'>>) = ss", "Unrecognized function: set_add at 1:{column}:7"),
        ("s IN [" + ", ".join(map(str, range(101))) + "]", MANY),
    ],
)
def test_conditions_that_are_refused(engine: Engine, condition: str, expected: str) -> None:
    statement = f"SELECT * FROM \"T\" WHERE pk = 'a' AND {condition}"
    answer = refusal(engine, "ExecuteStatement", Statement=statement)
    assert answer["code"] == "ValidationException"
    assert answer["message"] == expected.replace("{column}", str(statement.index(condition) + 1))


def test_what_is_wrong_with_a_condition_is_found_before_the_table_is_looked_for(engine: Engine) -> None:
    answer = refusal(engine, "ExecuteStatement", Statement='SELECT * FROM "None" WHERE pk > true')
    assert answer["message"] == OPERAND.format(">", "BOOL")


@pytest.mark.parametrize(
    "condition",
    [
        "size(s)",
        "n",
        "?",
        "'text'",
        "size(attribute_exists(n)) = 1",
        "begins_with(contains(s, 'a'), 'b')",
        "n IN 5",
        "n IN []",
        "n LIKE 'a%'",
        "n IS DATE",
        "nope = MISSING",
        '(SELECT * FROM "T") = 1',
        " = ".join(["attribute_exists(n)"] * 50),
    ],
)
def test_whatever_else_stands_there_is_refused_and_no_crash(engine: Engine, condition: str) -> None:
    more: Any = {"Parameters": [s("x")]} if "?" in condition else {}
    statement = f"SELECT * FROM \"T\" WHERE pk = 'a' AND {condition}"
    assert refusal(engine, "ExecuteStatement", Statement=statement, **more)["code"] == "ValidationException"
