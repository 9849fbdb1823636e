"""Answers of DynamoDB that are errors, as errors of this package."""

from __future__ import annotations

from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.connection.retries import service_error
from pytest_dynamodb.errors import ConditionalCheckFailedException, TransactionCanceledException

CALL = ApiCall("TransactWriteItems", {}, dict)


def test_reasons_of_a_cancelled_transaction_have_python_values() -> None:
    reasons = [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": {"b": {"B": "AP8="}}},
        {"Code": "ValidationError", "Message": None},
    ]
    answer = {"Error": {"Code": "TransactionCanceledException", "Message": "no"}, "CancellationReasons": reasons}
    error = service_error(answer, CALL)
    assert isinstance(error, TransactionCanceledException)
    assert [(reason.code, reason.failed) for reason in error.reasons] == [
        ("None", False),
        ("ConditionalCheckFailed", True),
        ("ValidationError", True),
    ]
    assert error.reasons[1].item == {"b": b"\x00\xff"}
    assert error.reasons[2].message == ""
    assert error.members == {"CancellationReasons": reasons}


def test_any_other_error_has_no_reasons() -> None:
    error = service_error({"Error": {"Code": "ConditionalCheckFailedException", "Message": "no"}}, CALL)
    assert isinstance(error, ConditionalCheckFailedException)
    assert error.reasons == []
