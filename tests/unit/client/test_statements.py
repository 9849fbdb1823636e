"""Batches of statements: what is sent again, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import (
    ClientConfig,
    ConditionalCheckFailedException,
    DynamoDbClient,
    DynamoDbError,
    Outcome,
    ProvisionedThroughputExceededException,
    Request,
    Response,
    RetryPolicy,
)
from pytest_dynamodb.exchange import Provider


class Scripted(Provider):
    """A provider that gives these answers in turn, and keeps the statements that it was asked."""

    offline, endpoint = True, None

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers = iter(answers)
        self.asked: list[list[str]] = []

    def before(self, request: Request) -> Outcome:
        self.asked.append([statement["Statement"] for statement in request.params["Statements"]])
        return Response(200, next(self._answers))

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing is let go")


def error(code: str, **more: Any) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": "no", **more}, "TableName": "app"}


def item(number: int) -> dict[str, Any]:
    return {"Item": {"n": {"N": str(number)}}, "TableName": "app"}


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceeded", "ThrottlingError", "RequestLimitExceeded", "TransactionConflict"]
)
def test_a_statement_that_had_no_chance_is_sent_again_alone(code: str) -> None:
    provider = Scripted({"Responses": [item(1), error(code), item(3)]}, {"Responses": [item(2)]})
    results = DynamoDbClient(provider=provider).batch_execute_statement(["a", "b", "c"])
    assert provider.asked == [["a", "b", "c"], ["b"]]
    assert [result.item for result in results] == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("code", ["InternalServerError", "ConditionalCheckFailed", "DuplicateItem", "ValidationError"])
def test_any_other_failure_stays(code: str) -> None:
    provider = Scripted({"Responses": [error(code)]})
    (result,) = DynamoDbClient(provider=provider).batch_execute_statement(["a"])
    assert isinstance(result.error, DynamoDbError)
    assert (result.error.members["Code"], result.error.table, result.item) == (code, "app", None)
    assert len(provider.asked) == 1


def test_an_error_is_of_the_class_of_its_exception_and_shows_the_item() -> None:
    provider = Scripted({"Responses": [error("ConditionalCheckFailed", Item={"n": {"N": "7"}})]})
    (result,) = DynamoDbClient(provider=provider).batch_execute_statement(["a"])
    assert isinstance(result.error, ConditionalCheckFailedException)
    assert result.error.item == {"n": 7}


def test_patience_ends_with_the_retry_policy() -> None:
    answers = [{"Responses": [error("ProvisionedThroughputExceeded")]}] * 3
    provider = Scripted(*answers)
    client = DynamoDbClient(ClientConfig(retry=RetryPolicy(max_attempts=3)), provider=provider)
    (result,) = client.batch_execute_statement(["a"])
    assert isinstance(result.error, ProvisionedThroughputExceededException)
    assert result.error.retryable
    assert len(provider.asked) == 3


def test_there_may_be_more_statements_than_a_request_takes() -> None:
    provider = Scripted(*({"Responses": [item(n) for n in part]} for part in (range(25), range(25, 50), range(50, 52))))
    results = DynamoDbClient(provider=provider).batch_execute_statement([str(number) for number in range(52)])
    assert [result.item for result in results] == [{"n": number} for number in range(52)]
    assert [len(asked) for asked in provider.asked] == [25, 25, 2]


def test_no_statements_are_no_request() -> None:
    client = DynamoDbClient(provider=Scripted())
    assert client.batch_execute_statement([]) == []
    assert client.execute_transaction([]) == []
