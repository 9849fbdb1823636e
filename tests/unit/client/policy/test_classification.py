"""Which failures are worth another attempt, and which count against DynamoDB's health."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import CircuitOpen, DynamoDbError, NoResponse
from pytest_dynamodb.client.policy import UNHEALTHY, kind_of
from pytest_dynamodb.errors import BY_CODE, RETRYABLE, error_for

# The seed, section 6.1.
RETRYABLE_OF_THE_SEED = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "InternalServerError",
    "ServiceUnavailable",
    "TransactionConflictException",
]
FINAL_OF_THE_SEED = [
    "ConditionalCheckFailedException",
    "ValidationException",
    "ResourceNotFoundException",
    "AccessDeniedException",
    "ItemCollectionSizeLimitExceededException",
]


def cancelled(*codes: str) -> DynamoDbError:
    reasons = [{"Code": code} for code in codes]
    return error_for("TransactionCanceledException", "no", members={"CancellationReasons": reasons})


@pytest.mark.parametrize("code", RETRYABLE_OF_THE_SEED)
def test_what_the_seed_calls_retryable_is(code: str) -> None:
    assert error_for(code, "no").retryable
    assert kind_of(error_for(code, "no")) != "final"


@pytest.mark.parametrize("code", FINAL_OF_THE_SEED)
def test_what_the_seed_calls_final_is(code: str) -> None:
    assert not error_for(code, "no").retryable
    assert kind_of(error_for(code, "no")) == "final"


@pytest.mark.parametrize("code", sorted({*BY_CODE, *RETRYABLE, "Unheard", "502"}))
@pytest.mark.parametrize("status", [0, 400, 500, 502, 503, 504])
def test_an_error_is_retryable_exactly_if_it_is_not_final(code: str, status: int) -> None:
    error = error_for(code, "no", status=status)
    assert error.retryable == (kind_of(error) != "final")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (error_for("ProvisionedThroughputExceededException", "no", status=400), "throttling"),
        (error_for("InternalServerError", "no", status=500), "unavailable"),
        (error_for("502", "<html>", status=502), "unavailable"),
        (error_for("TransactionConflictException", "no", status=400), "conflict"),
        (error_for("Unheard", "no", status=400), "final"),
        (NoResponse("timed out", code="ReadTimeoutError"), "connection"),
        (NoResponse("[SSL: CERTIFICATE_VERIFY_FAILED] ...", code="SSLError"), "final"),
        (CircuitOpen("open"), "final"),
        (cancelled("None", "TransactionConflict"), "conflict"),
        (cancelled("ThrottlingError", "None"), "throttling"),
        (cancelled("ProvisionedThroughputExceeded", "TransactionConflict"), "conflict"),
        (cancelled("TransactionConflict", "ConditionalCheckFailed"), "final"),
        (cancelled("ItemCollectionSizeLimitExceeded"), "final"),
        (cancelled(), "final"),
    ],
)
def test_kinds(error: DynamoDbError, kind: Any) -> None:
    assert kind_of(error) == kind


def test_conflicts_and_final_errors_say_nothing_about_dynamodbs_health() -> None:
    assert {"throttling", "unavailable", "connection"} == UNHEALTHY
