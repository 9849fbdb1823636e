"""TransactWriteItems carries out all of it or nothing, and says why not."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(engine, keys="pk")
    ask(engine, "PutItem", TableName="app", Item={"pk": s("there"), "n": n(1)})
    return engine


def items(engine: Engine) -> Json:
    return {item["pk"]["S"]: item.get("n", {}).get("N") for item in ask(engine, "Scan", TableName="app")["Items"]}


def put(key: str, **more: Any) -> Json:
    return {"Put": {"TableName": "app", "Item": {"pk": s(key)}, **more}}


def add(key: str, **more: Any) -> Json:
    values = {":one": n(1), **more.pop("ExpressionAttributeValues", {})}
    return {
        "Update": {
            "TableName": "app",
            "Key": {"pk": s(key)},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": values,
            **more,
        }
    }


def check(key: str, condition: str = "attribute_exists(pk)", **more: Any) -> Json:
    return {"ConditionCheck": {"TableName": "app", "Key": {"pk": s(key)}, "ConditionExpression": condition, **more}}


def test_all_kinds_of_actions_are_carried_out_together(engine: Engine) -> None:
    delete = {"Delete": {"TableName": "app", "Key": {"pk": s("there")}}}
    ask(engine, "TransactWriteItems", TransactItems=[put("a"), add("b"), delete])
    ask(engine, "TransactWriteItems", TransactItems=[check("a"), add("b")])
    assert items(engine) == {"a": None, "b": "2"}


def test_a_failed_condition_undoes_nothing_because_nothing_was_done(engine: Engine) -> None:
    answer = refusal(engine, "TransactWriteItems", TransactItems=[put("a"), add("there"), check("nobody")])
    assert answer["code"] == "TransactionCanceledException"
    assert answer["message"] == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, None, ConditionalCheckFailed]"
    )
    assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["None", "None", "ConditionalCheckFailed"]
    assert "Message" not in answer["CancellationReasons"][0]
    assert items(engine) == {"there": "1"}


def test_the_item_that_failed_comes_back_only_where_it_is_asked_for(engine: Engine) -> None:
    fails = "attribute_not_exists(pk)"
    asked = check("there", fails, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    unasked = put("there2", ConditionExpression="attribute_exists(pk)")
    reasons = refusal(engine, "TransactWriteItems", TransactItems=[asked, unasked])["CancellationReasons"]
    assert reasons[0]["Item"] == {"pk": s("there"), "n": n(1)}
    assert "Item" not in reasons[1]


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ("SET n = n + :one, m = pk + :one", "An operand in the update expression has an incorrect data type"),
        ("ADD n :one, pks.a :one", "The document path provided in the update expression is invalid for update"),
        ("SET n = m, k = :one", "The provided expression refers to an attribute that does not exist in the item"),
    ],
)
def test_an_outcome_that_is_not_valid_is_a_reason(engine: Engine, update: str, message: str) -> None:
    """What only the item shows: its action's reason (captures in the Parity Suite)."""
    actions = [add("b"), add("there", UpdateExpression=update)]
    answer = refusal(engine, "TransactWriteItems", TransactItems=actions)
    assert answer["code"] == "TransactionCanceledException"
    assert answer["CancellationReasons"] == [{"Code": "None"}, {"Code": "ValidationError", "Message": message}]
    assert items(engine) == {"there": "1"}


def test_an_expression_that_no_item_could_make_good_refuses_the_request(engine: Engine) -> None:
    """What the request alone shows is refused while it is read: there is no transaction yet that could be cancelled."""
    text = add("there", ExpressionAttributeValues={":t": s("x")}, UpdateExpression="SET n = n + :one, m = m + :t")
    answer = refusal(engine, "TransactWriteItems", TransactItems=[add("b"), text])
    assert answer["code"] == "ValidationException"
    assert answer["message"] == (
        "Invalid UpdateExpression: Incorrect operand type for operator or function; "
        "operator or function: +, operand type: S"
    )
    assert items(engine) == {"there": "1"}


def test_a_key_of_another_type_is_a_reason_and_an_empty_one_is_not(engine: Engine) -> None:
    wrong, empty = put("a"), put("")
    wrong["Put"]["Item"]["pk"] = n(1)
    answer = refusal(engine, "TransactWriteItems", TransactItems=[wrong])
    assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["ValidationError"]
    assert refusal(engine, "TransactWriteItems", TransactItems=[empty])["code"] == "ValidationException"


def test_one_item_twice_is_refused(engine: Engine) -> None:
    answer = refusal(engine, "TransactWriteItems", TransactItems=[put("a"), check("a")])
    assert answer["code"] == "ValidationException"
    assert answer["message"] == "Transaction request cannot include multiple operations on one item"


def test_a_repeated_token_does_not_write_again(engine: Engine) -> None:
    request: Json = {"TransactItems": [add("there")], "ClientRequestToken": "once"}
    first = ask(engine, "TransactWriteItems", **request, ReturnConsumedCapacity="TOTAL")
    second = ask(engine, "TransactWriteItems", **request, ReturnConsumedCapacity="TOTAL")
    assert items(engine) == {"there": "2"}
    assert first["ConsumedCapacity"] == [{"TableName": "app", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}]
    assert second["ConsumedCapacity"] == [{"TableName": "app", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]


def test_a_token_of_another_request_is_a_mismatch(engine: Engine) -> None:
    ask(engine, "TransactWriteItems", TransactItems=[add("there")], ClientRequestToken="once")
    answer = refusal(engine, "TransactWriteItems", TransactItems=[add("other")], ClientRequestToken="once")
    assert answer["code"] == "IdempotentParameterMismatchException"


def test_a_token_is_forgotten_after_ten_minutes(engine: Engine, clock: VirtualClock) -> None:
    request: Json = {"TransactItems": [add("there")], "ClientRequestToken": "once"}
    ask(engine, "TransactWriteItems", **request)
    clock.advance(599)
    ask(engine, "TransactWriteItems", **request)
    assert items(engine) == {"there": "2"}
    clock.advance(1)
    ask(engine, "TransactWriteItems", **request)
    assert items(engine) == {"there": "3"}


def test_a_cancelled_transaction_leaves_its_token_free(engine: Engine) -> None:
    refusal(engine, "TransactWriteItems", TransactItems=[check("nobody")], ClientRequestToken="once")
    ask(engine, "TransactWriteItems", TransactItems=[add("there")], ClientRequestToken="once")
    assert items(engine) == {"there": "2"}


def test_more_than_four_megabytes_are_refused(engine: Engine) -> None:
    large = [put(f"k{i}") for i in range(11)]
    for action in large:
        action["Put"]["Item"]["data"] = s("x" * 400_000)
    answer = refusal(engine, "TransactWriteItems", TransactItems=large)
    assert answer["code"] == "ValidationException"
    assert items(engine) == {"there": "1"}


def test_the_item_collections_of_a_transaction_are_measured_once_each_by_table() -> None:
    engine = Engine()
    table(
        engine, "measured", AttributeDefinitions=definitions("pk sk l"), LocalSecondaryIndexes=[index("by_l", "pk l")]
    )
    table(engine, "plain", keys="pk")
    puts = [{"Put": {"TableName": "measured", "Item": {"pk": s(pk), "sk": s(sk)}}} for pk, sk in ("a1", "a2", "b1")]
    puts.append({"Put": {"TableName": "plain", "Item": {"pk": s("a")}}})
    asked: Json = {"TransactItems": puts, "ReturnItemCollectionMetrics": "SIZE"}
    found = ask(engine, "TransactWriteItems", **asked)["ItemCollectionMetrics"]
    measured = [one["ItemCollectionKey"] for one in found["measured"]]
    assert measured == [{"pk": s("a")}, {"pk": s("b")}]
    assert "plain" not in found
    without = {**asked, "ReturnItemCollectionMetrics": "NONE"}
    assert "ItemCollectionMetrics" not in ask(engine, "TransactWriteItems", **without)
