"""BatchExecuteStatement: each statement by itself (dynamodb-conformance, partiql/batchExecuteStatement)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine

NO_KEY = "Select statements within BatchExecuteStatement must specify the primary key in the where clause."


@pytest.fixture
def engine(clock: VirtualClock) -> Engine:
    engine = Engine(clock=clock)
    table(
        engine,
        "T",
        AttributeDefinitions=definitions("pk sk g"),
        GlobalSecondaryIndexes=[index("by-g", "g")],
    )
    for sk in "12":
        ask(engine, "PutItem", TableName="T", Item={"pk": s("a"), "sk": s(sk), "n": n(sk), "g": s("x")})
    return engine


def batch(engine: Engine, *statements: str | Json, **more: Any) -> list[Json]:
    members = [{"Statement": given} if isinstance(given, str) else given for given in statements]
    responses: list[Json] = ask(engine, "BatchExecuteStatement", Statements=members, **more)["Responses"]
    return responses


def test_reads_answer_in_the_order_asked(engine: Engine) -> None:
    select = "SELECT n FROM \"T\" WHERE pk = 'a' AND sk = '{}'"
    assert batch(engine, select.format(2), select.format(9), select.format(1)) == [
        {"TableName": "T", "Item": {"n": n(2)}},
        {"TableName": "T"},
        {"TableName": "T", "Item": {"n": n(1)}},
    ]


def test_writes_are_carried_out_one_by_one_and_may_fail_one_by_one(engine: Engine) -> None:
    assert batch(
        engine,
        "INSERT INTO \"T\" VALUE {'pk': 'b', 'sk': '1'}",
        "INSERT INTO \"T\" VALUE {'pk': 'a', 'sk': '1'}",
        "UPDATE \"T\" SET n = 9 WHERE pk = 'a' AND sk = '2' RETURNING MODIFIED NEW *",
        {
            "Statement": "UPDATE \"T\" SET n = 9 WHERE pk = 'c' AND sk = '1'",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
        "DELETE FROM \"T\" WHERE pk = 'd' AND sk = '1' RETURNING ALL OLD *",
        "DELETE FROM \"T\" WHERE pk = 'e' AND sk = '1' RETURNING ALL NEW *",
        "DELETE FROM \"None\" WHERE pk = 'a'",
        "SLECT * FROM \"T\" WHERE pk = 'a'",
        "UPDATE \"T\" REMOVE nope WHERE pk = 'a'",
    ) == [
        {"TableName": "T"},
        {"TableName": "T", "Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}},
        {"TableName": "T", "Item": {"n": n(9)}},
        {"TableName": "T", "Error": {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}},
        {"TableName": "T"},
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "Invalid returning clause: RETURNING ALL NEW *. "
                "Only RETURNING ALL OLD * is allowed in DELETE statements.",
            }
        },
        {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}},
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "Statement wasn't well formed, can't be processed: Expected data manipulation",
            }
        },
        {
            "Error": {
                "Code": "ValidationError",
                "Message": "Where clause does not contain a mandatory equality on all key attributes",
            }
        },
    ]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("WHERE pk = 'a'", NO_KEY),
        ("WHERE n = 1", NO_KEY),
        ("", NO_KEY),
        ("WHERE pk = 'a' AND sk = '1' AND attribute_exists(n)", NO_KEY),
        ("WHERE pk = 'a' AND sk = '1' AND pk = 'b'", NO_KEY),
        (".\"by-g\" WHERE g = 'x'", NO_KEY),
        (".\"by-g\" WHERE pk = 'a' AND sk = '1' AND g = 'x'", NO_KEY),
        ("WHERE pk IN [" + ", ".join(f"'{at}'" for at in range(51)) + "] AND sk = '1'",
         "Too many decomposed read operations for a given query."),
    ],
)  # fmt: skip
def test_a_read_must_name_one_item_by_its_key(engine: Engine, rest: str, expected: str) -> None:
    responses = batch(engine, f'SELECT * FROM "T"{rest and " "}{rest}', "SELECT * FROM T WHERE pk='a' AND sk='1'")
    assert responses[0] == {"Error": {"Code": "ValidationError", "Message": expected}}
    assert "Item" in responses[1]


def test_the_key_may_be_a_list_of_one_or_said_twice(engine: Engine) -> None:
    (response,) = batch(engine, "SELECT * FROM \"T\" WHERE pk IN ['a'] AND (sk = '1') AND sk = '1'")
    assert response["Item"]["n"] == n(1)


def test_reads_and_writes_do_not_mix(engine: Engine) -> None:
    members = [
        {"Statement": "SELECT * FROM \"T\" WHERE pk = 'a' AND sk = '1'"},
        {"Statement": "DELETE FROM \"T\" WHERE pk = 'a' AND sk = '2'"},
    ]
    answer = refusal(engine, "BatchExecuteStatement", Statements=members)
    assert answer["message"] == "Read and write requests together in the same batch is not supported."


def test_no_item_comes_twice(engine: Engine) -> None:
    for statement in (
        "SELECT * FROM \"T\" WHERE pk = 'a' AND sk = '1'",
        "DELETE FROM \"T\" WHERE sk = '1' AND pk = 'a'",
    ):
        answer = refusal(engine, "BatchExecuteStatement", Statements=[{"Statement": statement}] * 2)
        assert answer["message"] == "Provided list of item keys contains duplicates"


@pytest.mark.parametrize("count", [0, 26])
def test_a_batch_has_one_to_25_statements(engine: Engine, count: int) -> None:
    members = [{"Statement": f"SELECT * FROM \"T\" WHERE pk = 'a' AND sk = '{at}'"} for at in range(count)]
    assert refusal(engine, "BatchExecuteStatement", Statements=members)["code"] == "ValidationException"


def test_capacity_is_counted_by_table_and_by_each_reads_consistency(engine: Engine) -> None:
    members = [
        {"Statement": "SELECT * FROM \"T\" WHERE pk = 'a' AND sk = '1'", "ConsistentRead": True},
        {"Statement": "SELECT * FROM \"T\" WHERE pk = 'a' AND sk = '2'"},
    ]
    answer = ask(engine, "BatchExecuteStatement", Statements=members, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [{"TableName": "T", "CapacityUnits": 1.5}]


def test_writes_that_failed_are_counted_in_the_total_only(engine: Engine) -> None:
    ask(engine, "PutItem", TableName="T", Item={"pk": s("big"), "sk": s("1"), "x": s("x" * 3000)})
    insert = "INSERT INTO T VALUE {'pk': '%s', 'sk': '1'}"
    members = [{"Statement": insert % pk} for pk in ("new", "a", "big")]
    answer = ask(engine, "BatchExecuteStatement", Statements=members, ReturnConsumedCapacity="INDEXES")
    (capacity,) = answer["ConsumedCapacity"]
    assert capacity == {"TableName": "T", "CapacityUnits": 5.0, "Table": {"CapacityUnits": 1.0}}
    answer = ask(engine, "BatchExecuteStatement", Statements=members[1:], ReturnConsumedCapacity="INDEXES")
    assert "ConsumedCapacity" not in answer
