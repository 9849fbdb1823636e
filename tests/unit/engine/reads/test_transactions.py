"""TransactGetItems. Cases: dynamodb-conformance, transactions/transactGet and error-messages/transactGetItems."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.errors import TransactionCanceledException

NO_KEY = "The provided key element does not match the schema"


def get(text: str, table: str = "hash", **more: Any) -> dict[str, Any]:
    return {"Get": {"TableName": table, "Key": {"a": {"S": text}}, **more}}


def test_answers_are_by_position_and_empty_where_there_is_nothing(service: Any) -> None:
    service.put("hash", {"a": {"S": "x"}, "b": {"N": "1"}})
    service.put("range", {"a": {"S": "x"}, "b": {"S": "1"}})
    in_range = {"Get": {"TableName": "range", "Key": {"a": {"S": "x"}, "b": {"S": "1"}}}}
    answer = service("TransactGetItems", TransactItems=[get("nothing"), in_range, get("x")])
    assert answer == {
        "Responses": [
            {},
            {"Item": {"a": {"S": "x"}, "b": {"S": "1"}}},
            {"Item": {"a": {"S": "x"}, "b": {"N": "1"}}},
        ]
    }


def test_an_item_of_which_nothing_is_wanted_is_left_out(service: Any) -> None:
    """Other than in GetItem; seen on AWS (extenddb#74)."""
    service.put("hash", {"a": {"S": "x"}, "b": {"N": "1"}}, {"a": {"S": "y"}})
    actions = [get("x", ProjectionExpression="b"), get("y", ProjectionExpression="b")]
    assert service("TransactGetItems", TransactItems=actions)["Responses"] == [{"Item": {"b": {"N": "1"}}}, {}]


def test_every_item_costs_twice_what_a_consistent_read_does(service: Any) -> None:
    service.put("hash", {"a": {"S": "x"}, "b": {"S": "x" * 4096}})
    answer = service(
        "TransactGetItems",
        TransactItems=[get("x", ProjectionExpression="a"), get("nothing")],
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"] == [{"TableName": "hash", "CapacityUnits": 6, "ReadCapacityUnits": 6}]


def test_a_key_that_is_none_cancels_with_a_reason(service: Any) -> None:
    actions = [get("x"), {"Get": {"TableName": "hash", "Key": {}}}, get("x")]
    with pytest.raises(TransactionCanceledException) as caught:
        service("TransactGetItems", TransactItems=actions)
    assert caught.value.message == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError, None]"
    )
    assert caught.value.members["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ValidationError", "Message": NO_KEY},
        {"Code": "None"},
    ]


def test_an_item_may_be_named_once(service: Any) -> None:
    message = service.refusal("TransactGetItems", TransactItems=[get("x"), get("y"), get("x")])
    assert message == "Transaction request cannot include multiple operations on one item"


def test_expressions_come_before_tables_and_those_before_keys(service: Any) -> None:
    actions = [get("x", "absent"), get("x", ProjectionExpression="!!!")]
    assert service.refusal("TransactGetItems", TransactItems=actions) == (
        'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'
    )
    actions = [{"Get": {"TableName": "hash", "Key": {}}}, get("x", "absent")]
    message = service.refusal("TransactGetItems", code="ResourceNotFoundException", TransactItems=actions)
    assert message == "Requested resource not found"


def test_more_than_4_mb_are_refused(service: Any) -> None:
    names = [str(number) for number in range(11)]
    service.put("hash", *({"a": {"S": name}, "b": {"S": "x" * 400_000}} for name in names))
    assert service("TransactGetItems", TransactItems=[get(name) for name in names[:10]])["Responses"]
    assert "4MB limit" in service.refusal("TransactGetItems", TransactItems=[get(name) for name in names])
