"""Whoever watches calls is told of each beginning, each retry, and exactly one end, however it comes about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import (
    BreakerPolicy,
    CircuitOpen,
    ClientConfig,
    DynamoDbError,
    InternalServerError,
    Outcome,
    Request,
    Response,
    UnexpectedRequest,
)
from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.exchange import Provider

KEY = {"pk": "a"}
FOUND = Response(200, {"Item": {"pk": {"S": "a"}}})
BROKEN = Response(500, {"__type": "InternalServerError", "message": "no"})


class Watching:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def begin(self, call: ApiCall[Any]) -> Watching:
        self.told.append(("begin", call.operation, call.table))
        return self

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        self.told.append(("retrying", error.code, attempt, delay > 0))

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        self.told.append(("end", answer is not None, type(error).__name__, attempts, region))

    def breaker_changed(self, key: str, state: str) -> None:
        self.told.append(("breaker", key, state))


class Answering(Provider):
    """Gives its answers in turn."""

    offline = True

    def __init__(self) -> None:
        self.outcomes: list[Outcome | BaseException] = [FOUND]

    def before(self, request: Request) -> Outcome | None:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing was let go")


@pytest.fixture
def provider() -> Answering:
    return Answering()


@pytest.fixture
def watching() -> Watching:
    return Watching()


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def make(request: pytest.FixtureRequest, provider: Answering, watching: Watching) -> Callable[..., Any]:
    def make(**settings: Any) -> Any:
        return client_of(
            request.param, ClientConfig(region="us-east-1", observer=watching, **settings), provider=provider
        )

    return make


@pytest.fixture
def table(make: Callable[..., Any]) -> Iterator[Any]:
    with make() as client:
        yield client.table("app")


def test_a_call_has_a_beginning_and_an_end(table: Any, watching: Watching) -> None:
    table.get(KEY)
    assert watching.told == [("begin", "GetItem", "app"), ("end", True, "NoneType", 1, "us-east-1")]


def test_retries_are_told_and_counted(table: Any, provider: Answering, watching: Watching) -> None:
    provider.outcomes = [BROKEN, BROKEN, FOUND]
    table.get(KEY)
    assert watching.told[1:] == [
        ("retrying", "InternalServerError", 1, True),
        ("retrying", "InternalServerError", 2, True),
        ("end", True, "NoneType", 3, "us-east-1"),
    ]


@pytest.mark.parametrize("problem", [UnexpectedRequest("no recording"), KeyboardInterrupt()])
def test_what_is_no_answer_of_dynamodbs_is_an_end_too(
    make: Callable[..., Any], provider: Answering, watching: Watching, problem: BaseException
) -> None:
    provider.outcomes = [problem, FOUND]
    with make() as client, pytest.raises(type(problem)):
        client.table("app").get(KEY)
    assert watching.told[1:] == [("end", False, type(problem).__name__, 0, "us-east-1")]


def test_circuits_are_told_of_and_a_refused_call_ends_without_an_attempt(
    make: Callable[..., Any], provider: Answering, watching: Watching
) -> None:
    provider.outcomes = [BROKEN]
    with make(retry=None, breaker=BreakerPolicy(failures=1)) as client:
        with pytest.raises(InternalServerError):
            client.table("app").get(KEY)
        with pytest.raises(CircuitOpen):
            client.table("app").get(KEY)
    assert watching.told == [
        ("begin", "GetItem", "app"),
        ("breaker", "app", "open"),
        ("end", False, "InternalServerError", 1, "us-east-1"),
        ("begin", "GetItem", "app"),
        ("end", False, "CircuitOpen", 0, "us-east-1"),
    ]


@pytest.mark.aiobotocore
def test_a_cancelled_call_has_an_end(watching: Watching, credentials: dict[str, str]) -> None:
    from loopback import hang, serving
    from pytest_dynamodb import AsyncDynamoDbClient

    async def main(url: str, asked: list[str]) -> None:
        async with AsyncDynamoDbClient(ClientConfig(endpoint_url=url, observer=watching)) as client:
            call = asyncio.create_task(client.table("app").get(KEY))
            while not asked:  # noqa: ASYNC110 - it is a thread that adds to them
                await asyncio.sleep(0.001)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    with serving(hang) as server:
        asyncio.run(main(server.url, server.requests))
    assert watching.told[1:] == [("end", False, "CancelledError", 0, "us-east-1")]
