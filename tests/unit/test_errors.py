"""Errors: classes by code, what they say, and that they survive the way between processes."""

from __future__ import annotations

import pickle

import pytest

import pytest_dynamodb
from pytest_dynamodb.errors import (
    BY_CODE,
    CancellationReason,
    CircuitOpen,
    ConditionalCheckFailedException,
    DynamoDbError,
    ItemNotFound,
    NoResponse,
    PytestDynamoDbError,
    TransactionCanceledException,
    ValidationException,
    error_for,
    message_member,
)


@pytest.mark.parametrize("code", BY_CODE)
def test_an_error_is_of_the_class_that_has_its_codes_name(code: str) -> None:
    error = error_for(code, "text")
    assert (type(error).__name__, error.code, error.message) == (code, code, "text")
    assert isinstance(error, DynamoDbError)
    assert not isinstance(error, PytestDynamoDbError)


def test_every_class_of_a_code_is_in_the_table_and_public() -> None:
    of_this_module = {kind for kind in DynamoDbError.__subclasses__() if kind.__module__ == DynamoDbError.__module__}
    assert of_this_module == {*BY_CODE.values(), NoResponse, CircuitOpen}
    assert {kind.__name__ for kind in of_this_module} <= set(pytest_dynamodb.__all__)


def test_a_class_of_someone_else_s_does_not_become_that_of_a_code() -> None:
    class Mine(ValidationException):
        """As an application may have it."""

    assert Mine("text").code == "ValidationException"
    assert type(error_for("Mine", "text")) is DynamoDbError


@pytest.mark.parametrize(
    ("code", "members", "expected"),
    [
        ("ValidationException", {}, "message"),
        ("AccessDeniedException", {}, "Message"),
        ("SerializationException", {}, "Message"),
        ("TransactionCanceledException", {"CancellationReasons": []}, "Message"),
        ("ConditionalCheckFailedException", {}, "message"),
        ("ConditionalCheckFailedException", {"Item": {"pk": {"S": "a"}}}, "Message"),
    ],
)
def test_a_body_spells_its_message_as_aws_does(code: str, members: dict[str, object], expected: str) -> None:
    assert message_member(error_for(code, "text", members=members)) == expected


def test_a_code_without_a_class_is_kept() -> None:
    error = error_for("BrandNewException", "text")
    assert (type(error), error.code) == (DynamoDbError, "BrandNewException")
    assert DynamoDbError("text").code == "DynamoDbError"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValidationException("bad"), "bad"),
        (error_for("ValidationException", "bad", operation="GetItem"), "GetItem: ValidationException: bad"),
        (error_for("Other", "bad", operation="GetItem", table="app"), "GetItem on app: Other: bad"),
        (ItemNotFound("app", {"pk": "a"}), "app has no item with the key {'pk': 'a'}"),
    ],
)
def test_an_error_says_where_it_happened(error: Exception, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize(
    "error",
    [
        error_for(
            "ConditionalCheckFailedException", "no", operation="PutItem", table="a", request_id="1", item={"n": 1}
        ),
        error_for("BrandNewException", "no"),
        NoResponse("cut off", code="ReadTimeoutError"),
        CircuitOpen("open", retry_after=3.0, operation="GetItem", table="app"),
        error_for("TransactionCanceledException", "no", members={"CancellationReasons": [{"Code": "None"}]}),
        ItemNotFound("app", {"pk": "a"}),
    ],
)
def test_an_error_survives_pickling(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_a_failed_condition_without_an_item_has_none() -> None:
    assert ConditionalCheckFailedException("no").item is None


def test_a_missing_item_is_a_lookup_error_of_ours() -> None:
    assert issubclass(ItemNotFound, LookupError)
    assert issubclass(ItemNotFound, PytestDynamoDbError)


def test_a_cancelled_transaction_has_a_reason_for_each_action() -> None:
    reasons = [CancellationReason("None"), CancellationReason("ConditionalCheckFailed", "no", {"n": 1})]
    error = error_for("TransactionCanceledException", "no", reasons=reasons)
    assert isinstance(error, TransactionCanceledException)
    assert [(reason.code, reason.failed, reason.item) for reason in error.reasons] == [
        ("None", False, None),
        ("ConditionalCheckFailed", True, {"n": 1}),
    ]
    assert TransactionCanceledException("no").reasons == []
