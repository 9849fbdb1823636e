"""ExecuteTransaction: all or nothing (dynamodb-conformance, partiql; hectorvent/floci's captures)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, n, refusal, s
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine

FIRST = "Validation failed in TransactStatements[0]: "
NO_KEY = "Select statements within ExecuteTransaction must specify the primary key in the where clause."
MISMATCH = "The provided key element does not match the schema"
CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    for pk in "ab":
        ask(engine, "PutItem", TableName="T", Item={"pk": s(pk), "sk": s("1"), "n": n(1), "flag": s("right")})
    return engine


def members(statements: tuple[str, ...]) -> list[Json]:
    return [{"Statement": statement} for statement in statements]


def transact(engine: Engine, *statements: str, **more: Any) -> Json:
    return ask(engine, "ExecuteTransaction", TransactStatements=members(statements), **more)


def refused(engine: Engine, *statements: str) -> Json:
    return refusal(engine, "ExecuteTransaction", TransactStatements=members(statements))


def value(engine: Engine, pk: str = "a") -> Json | None:
    item: Json = ask(engine, "GetItem", TableName="T", Key={"pk": s(pk), "sk": s("1")}).get("Item", {})
    return item.get("n")


UPDATE = "UPDATE \"T\" SET n = n + 1 WHERE pk = '{}' AND sk = '1'"
SELECT = "SELECT * FROM \"T\" WHERE pk = '{}' AND sk = '1'"
EXISTS = "EXISTS(SELECT * FROM \"T\" WHERE pk = '{}' AND sk = '1'{})"


def test_writes_are_carried_out_together_and_answer_nothing(engine: Engine) -> None:
    insert, delete = "INSERT INTO \"T\" VALUE {'pk': 'c', 'sk': '1'}", "DELETE FROM T WHERE pk = 'b' AND sk = '1'"
    answer = transact(engine, UPDATE.format("a"), insert, delete)
    assert answer == {"Responses": []}
    assert (value(engine), value(engine, "b")) == (n(2), None)


def test_reads_answer_in_the_order_asked(engine: Engine) -> None:
    answer = transact(engine, "SELECT n FROM T WHERE pk IN ['a'] AND sk IN ['1']", SELECT.format("nobody"))
    assert answer == {"Responses": [{"Item": {"n": n(1)}}, {}]}


def test_what_is_there_already_cancels_an_insert_and_all_else(engine: Engine) -> None:
    answer = refused(engine, UPDATE.format("b"), "INSERT INTO \"T\" VALUE {'pk': 'a', 'sk': '1'}")
    assert answer["code"] == "TransactionCanceledException"
    assert answer["message"] == CANCELLED.format("None, DuplicateItem")
    assert answer["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"},
    ]
    assert value(engine, "b") == n(1)


def test_conditions_cancel_with_the_item_where_that_is_wanted(engine: Engine) -> None:
    statement = "UPDATE \"T\" SET n = 5 WHERE pk = 'a' AND sk = '1' AND n = 7"
    answer = refusal(
        engine,
        "ExecuteTransaction",
        TransactStatements=[{"Statement": statement, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}],
    )
    (reason,) = answer["CancellationReasons"]
    assert (reason["Code"], reason["Message"]) == ("ConditionalCheckFailed", "The conditional request failed")
    assert reason["Item"]["n"] == n(1)


# --- EXISTS ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", [" AND nope IS MISSING", " AND flag = 'right'", " AND pk = 'a' AND n < 2"])
def test_exists_lets_the_others_through_if_it_holds(engine: Engine, condition: str) -> None:
    transact(engine, EXISTS.format("a", condition), UPDATE.format("b"))
    assert value(engine, "b") == n(2)


@pytest.mark.parametrize(
    "statement",
    [
        EXISTS.format("a", " AND n IS MISSING"),
        EXISTS.format("nobody", " AND n IS MISSING"),
        EXISTS.format("a", " AND pk = 'b' AND flag = 'right'"),
    ],
)
def test_exists_cancels_if_it_does_not_hold(engine: Engine, statement: str) -> None:
    answer = refused(engine, statement, UPDATE.format("b"))
    assert answer["message"] == CANCELLED.format("ConditionalCheckFailed, None")
    assert answer["CancellationReasons"] == [
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"},
        {"Code": "None"},
    ]
    assert value(engine, "b") == n(1)


@pytest.mark.parametrize("condition", ["", " AND pk = 'a'"])
def test_exists_must_ask_for_more_than_a_key(engine: Engine, condition: str) -> None:
    answer = refused(engine, EXISTS.format("a", condition), UPDATE.format("b"))
    expected = FIRST + "EXISTS() must contain a single item read with additional condition"
    assert (answer["code"], answer["message"]) == ("ValidationException", expected)


def test_exists_is_for_transactions_only(engine: Engine) -> None:
    expected = "EXISTS can only be used in ExecuteTransaction write requests."
    statement = EXISTS.format("a", " AND n = 1")
    assert refusal(engine, "ExecuteStatement", Statement=statement)["message"] == expected
    (response,) = ask(engine, "BatchExecuteStatement", Statements=members((statement,)))["Responses"]
    assert response == {"Error": {"Code": "ValidationError", "Message": expected}}


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            [SELECT.format("a"), UPDATE.format("b")],
            "ExecuteTransaction API does not support both read and write operations in the same request.",
        ),
        ([SELECT.format("a")] * 2, "Transaction request cannot include multiple operations on one item"),
        ([UPDATE.format("a")] * 2, "Transaction request cannot include multiple operations on one item"),
        (['SELECT * FROM "T" WHERE'], FIRST + "Statement wasn't well formed, can't be processed: Unexpected term"),
        (["SELECT * FROM \"T\" WHERE pk = 'a'"], FIRST + NO_KEY),
        ([SELECT.format("a") + " AND flag = 'right'"], FIRST + NO_KEY),
        ([SELECT.format("a") + " AND pk = 'b'"], FIRST + NO_KEY),
        (["SELECT * FROM \"T\" WHERE pk IN ['b'] AND pk = 'a' AND sk = '1'"], FIRST + NO_KEY),
        (
            ["SELECT * FROM \"T\" WHERE pk IN ['a', 'a'] AND sk = '1'"],
            FIRST + "Overlapping conditions with range keys are not supported in where clause",
        ),
        (['SELECT * FROM "T"."i"'], FIRST + "Reads on indices are not supported within transactions."),
        (['UPDATE "T"."i" SET n = 1 WHERE pk = \'a\''], FIRST + "This operation is not supported on an index"),
        (
            [UPDATE.format("a"), UPDATE.format("b") + " RETURNING ALL NEW *"],
            "Validation failed in TransactStatements[1]: RETURNING clause is not supported in ExecuteTransaction.",
        ),
        (
            ["UPDATE \"T\" SET n = n + [1] WHERE pk = 'a' AND sk = '1'"],
            FIRST + "Incorrect operand type for operator or function; operator or function: +, operand type: L",
        ),
        (
            ["INSERT INTO \"T\" VALUE {'pk': 'c', 'sk': '1', 'x': [<<'a', 'a'>>]}"],
            FIRST + "One or more parameter values were invalid: Input collection [a, a] contains duplicates.",
        ),
        (
            ["UPDATE \"None\" SET a = 1 WHERE pk = 'x'", UPDATE.format("b") + " RETURNING ALL NEW *"],
            "Validation failed in TransactStatements[1]: RETURNING clause is not supported in ExecuteTransaction.",
        ),
    ],
)
def test_statements_that_are_wrong_in_themselves(engine: Engine, statements: list[str], expected: str) -> None:
    answer = refused(engine, *statements)
    assert (answer["code"], answer["message"]) == ("ValidationException", expected)
    assert value(engine) == n(1)


@pytest.mark.parametrize(
    ("statements", "reasons"),
    [
        (
            ["UPDATE \"None\" SET a = 1 WHERE pk = 'x' RETURNING ALL NEW *", UPDATE.format("a")],
            ["ResourceNotFound: Requested resource not found", "None"],
        ),
        ([SELECT.format("a"), 'SELECT * FROM "None"."i"'], ["None", "ResourceNotFound: Requested resource not found"]),
        (
            ["UPDATE T SET a = 1 WHERE pk = 'a'", "DELETE FROM T WHERE pk = 'a' AND sk = 1", UPDATE.format("b")],
            [f"ValidationError: {MISMATCH}", f"ValidationError: {MISMATCH}", "None"],
        ),
        (
            ["INSERT INTO \"T\" VALUE {'pk': 'c'}"],
            ["ValidationError: One or more parameter values were invalid: Missing the key sk in the item"],
        ),
        (["SELECT * FROM \"T\" WHERE pk = 'a' AND sk = 1"], [f"ValidationError: {MISMATCH}"]),
        (
            [SELECT.format("a"), SELECT.format("a"), "SELECT * FROM \"T\" WHERE pk = 1 AND sk = '1'"],
            ["None", "None", f"ValidationError: {MISMATCH}"],
        ),
    ],
)
def test_tables_that_are_not_there_and_keys_that_are_none_cancel(
    engine: Engine, statements: list[str], reasons: list[str]
) -> None:
    answer = refused(engine, *statements)
    assert answer["code"] == "TransactionCanceledException"
    found = [
        [reason[name] for name in ("Code", "Message") if name in reason] for reason in answer["CancellationReasons"]
    ]
    assert [": ".join(texts) for texts in found] == reasons
    assert value(engine) == n(1)


@pytest.mark.parametrize("count", [0, 101])
def test_a_transaction_has_one_to_100_statements(engine: Engine, count: int) -> None:
    assert refused(engine, *[SELECT.format(f"p{at}") for at in range(count)])["code"] == "ValidationException"
    assert len(transact(engine, *[SELECT.format(f"p{at}") for at in range(100)])["Responses"]) == 100


# --- tokens and capacity ---------------------------------------------------------------------------------------------


def test_a_token_makes_a_repeated_transaction_do_nothing(engine: Engine, clock: VirtualClock) -> None:
    capacities = [
        transact(engine, UPDATE.format("a"), ClientRequestToken="once", ReturnConsumedCapacity="TOTAL")[
            "ConsumedCapacity"
        ]
        for _ in range(2)
    ]
    assert value(engine) == n(2)
    assert capacities == [
        [{"TableName": "T", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}],
        [{"TableName": "T", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}],
    ]
    answer = refusal(
        engine,
        "ExecuteTransaction",
        TransactStatements=members((UPDATE.format("b"),)),
        ClientRequestToken="once",
    )
    assert answer["code"] == "IdempotentParameterMismatchException"
    clock.advance(601)
    transact(engine, UPDATE.format("a"), ClientRequestToken="once")
    assert value(engine) == n(3)


def test_capacity_is_counted_twice_as_in_other_transactions(engine: Engine) -> None:
    write = transact(engine, UPDATE.format("a"), ReturnConsumedCapacity="TOTAL")
    assert write == {
        "Responses": [],
        "ConsumedCapacity": [{"TableName": "T", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}],
    }
    read = transact(engine, SELECT.format("a"), SELECT.format("b"), ReturnConsumedCapacity="TOTAL")
    assert read["ConsumedCapacity"] == [{"TableName": "T", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}]
