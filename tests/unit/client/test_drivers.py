"""What the drivers do about effects: the same in threads and in tasks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import (
    ClientConfig,
    DynamoDbError,
    Outcome,
    ProvisionedThroughputExceededException,
    Request,
    Response,
    RetryPolicy,
    VirtualClock,
)
from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.steps import Emit, Steps, emit, finished, pause, send, start, together
from pytest_dynamodb.exchange import Provider

THROTTLED = Response(400, {"__type": "ProvisionedThroughputExceededException", "message": "slowly"})


class Answering(Provider):
    """Answers each call by the number in its parameters; ``trouble`` come first."""

    offline = True

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.trouble: list[Outcome] = []

    def before(self, request: Request) -> Outcome | None:
        if self.trouble:
            return self.trouble.pop(0)
        number = int(request.params["Limit"])
        self.asked.append(number)
        if number < 0:
            return Response(400, {"__type": "ValidationException", "message": str(number)})
        return Response(200, {"LastEvaluatedTableName": str(number)})

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing was let go")


@pytest.fixture
def provider() -> Answering:
    return Answering()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(0.0)


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def make(request: pytest.FixtureRequest, provider: Answering) -> Callable[..., Any]:
    return lambda **settings: client_of(request.param, ClientConfig(**settings), provider=provider)


@pytest.fixture
def driver(make: Callable[..., Any], clock: VirtualClock) -> Iterator[Any]:
    with make(clock=clock, sleep=clock.advance) as client:
        yield client._driver


def ask(number: int) -> ApiCall[int]:
    """A call that is answered with its number."""
    return ApiCall("ListTables", {"Limit": number}, lambda answer: int(answer["LastEvaluatedTableName"]))


def asked(number: int) -> Steps[int]:
    return (yield from send(ask(number)))


def test_a_call_is_sent_and_its_answer_read(driver: Any) -> None:
    assert driver.send(ask(7)) == 7


def test_steps_are_given_what_their_calls_mean(driver: Any) -> None:
    def steps() -> Steps[list[int]]:
        first = yield from send(ask(1))
        return [first, (yield from send(ask(first + 1)))]

    assert driver.run(steps()) == [1, 2]


def test_errors_are_thrown_into_the_steps_and_leave_them_otherwise(driver: Any, provider: Answering) -> None:
    def steps() -> Steps[str]:
        try:
            yield from send(ask(-1))
        except DynamoDbError as error:
            return error.message
        return ""

    assert driver.run(steps()) == "-1"
    with pytest.raises(DynamoDbError, match="-2"):
        driver.run(asked(-2))


def test_an_offline_throttle_is_asked_again_without_waiting(make: Callable[..., Any], provider: Answering) -> None:
    provider.trouble = [THROTTLED] * 9
    with make(clock=VirtualClock(0.0), retry=RetryPolicy(throttling_base=1e6, max_delay=1e6)) as client:
        assert client._driver.send(ask(1)) == 1


def test_offline_too_there_are_ten_attempts(driver: Any, provider: Answering, clock: VirtualClock) -> None:
    provider.trouble = [THROTTLED] * 20
    with pytest.raises(ProvisionedThroughputExceededException):
        driver.send(ask(1))
    assert len(provider.trouble) == 10
    assert clock.now() > 20  # a sleep that was given is always called


def test_rounds_of_leftovers_wait_longer_each_time_and_end(driver: Any, clock: VirtualClock) -> None:
    def steps() -> Steps[list[float]]:
        moments, rounds = [clock.now()], 1
        while (yield from pause(rounds)):
            moments.append(clock.now())
            rounds += 1
        return moments

    moments = driver.run(steps())
    delays = [after - before for before, after in pairwise(moments)]
    assert len(delays) == 9
    assert 0.05 <= delays[0] < 0.1
    assert delays[-1] >= 12.8


def test_the_deadline_is_that_of_all_steps_together(make: Callable[..., Any], clock: VirtualClock) -> None:
    def steps() -> Steps[int]:
        rounds = 0
        while (yield from pause(1)):
            rounds += 1
        return rounds

    with make(clock=clock, sleep=clock.advance, call_timeout=1.0) as client:
        assert 9 <= client._driver.run(steps()) <= 19
        assert clock.now() < 1.0


def test_results_of_steps_side_by_side_are_in_order(driver: Any) -> None:
    assert driver.run(together([asked(number) for number in range(20)], at_once=3)) == list(range(20))
    assert driver.run(together([])) == []


def test_the_first_failure_of_several_is_raised(driver: Any) -> None:
    with pytest.raises(DynamoDbError, match="-3"):
        driver.run(together([asked(1), asked(-3), asked(2)], at_once=2))


def test_steps_side_by_side_may_have_such_of_their_own(driver: Any) -> None:
    def inner(number: int) -> Steps[int]:
        return sum((yield from together([asked(number), asked(number + 1)])))

    assert driver.run(together([inner(0), inner(10)], at_once=1)) == [1, 21]


def test_offline_everything_is_asked_in_order(driver: Any, provider: Answering) -> None:
    driver.run(together([asked(number) for number in range(30)], at_once=8))
    assert provider.asked == list(range(30))


def test_jobs_are_taken_as_they_end(driver: Any) -> None:
    def steps() -> Steps[set[int]]:
        jobs = []
        for number in range(3):
            jobs.append((yield from start(asked(number))))  # noqa: PERF401 - a comprehension cannot yield
        results = set()
        while jobs:
            job = yield from finished(jobs)
            jobs.remove(job)
            results.add(job.result())
        return results

    assert driver.run(steps()) == {0, 1, 2}


def test_waiting_for_no_job_is_an_error(driver: Any) -> None:
    with pytest.raises(ValueError, match="no job"):
        driver.run(finished([]))


def counting(until: int) -> Steps[None]:
    for number in range(until):
        yield from emit((yield from send(ask(number))))


def test_values_are_emitted_as_they_are_asked_for(driver: Any, provider: Answering) -> None:
    values = iter(driver.stream(counting(3)))
    assert next(values) == 0
    assert provider.asked == [0]
    assert list(values) == [1, 2]


def test_only_a_stream_takes_emitted_values(driver: Any) -> None:
    with pytest.raises(TypeError, match="only for steps that are streamed"):
        driver.run(counting(1))


def test_what_steps_hold_is_let_go_when_they_fail(driver: Any) -> None:
    ended = []

    def steps() -> Steps[None]:
        try:
            yield from send(ask(-1))
        finally:
            ended.append(True)

    with pytest.raises(DynamoDbError):
        driver.run(steps())
    assert ended


# What only one of the drivers does.


def test_a_stream_that_is_left_early_ends_its_steps(provider: Answering) -> None:
    ended = []

    def steps() -> Steps[None]:
        try:
            while True:
                yield Emit(1)
        finally:
            ended.append(True)

    with client_of("sync", provider=provider) as client:
        values = client._driver.stream(steps())
        assert next(values) == 1
        values.close()
    assert ended


@pytest.mark.aiobotocore
def test_cancellation_reaches_the_steps_and_the_jobs_beside_them(provider: Answering) -> None:
    from pytest_dynamodb import AsyncDynamoDbClient
    from pytest_dynamodb.client.steps import Wait

    ended: list[str] = []

    def waiting(name: str) -> Steps[None]:
        try:
            yield Wait(1.0)
        finally:
            ended.append(name)

    def steps() -> Steps[None]:
        try:
            yield from together([waiting("a"), waiting("b")])
        finally:
            ended.append("all")

    async def main() -> None:
        provider.offline = False  # so that jobs run beside each other

        async def sleep(_: float) -> None:
            await asyncio.Event().wait()

        async with AsyncDynamoDbClient(ClientConfig(sleep=sleep), provider=provider) as client:
            running = asyncio.create_task(client._driver.run(steps()))
            await asyncio.sleep(0.01)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            await asyncio.sleep(0)
        assert sorted(ended) == ["a", "all", "b"]

    asyncio.run(main())


def test_threads_run_beside_each_other_where_it_is_not_offline(
    provider: Answering, credentials: dict[str, str]
) -> None:
    provider.offline = False
    barrier = threading.Barrier(4, timeout=120)

    def meeting() -> Steps[int]:
        barrier.wait()
        return (yield from send(ask(1)))

    with client_of("sync", ClientConfig(region="us-east-1"), provider=provider) as client:
        assert client._driver.run(together([meeting() for _ in range(4)], at_once=4)) == [1] * 4


def test_threads_that_wait_end_when_another_one_fails(provider: Answering, credentials: dict[str, str]) -> None:
    from pytest_dynamodb.client.steps import Wait

    provider.offline = False

    def patient() -> Steps[int]:
        yield Wait(3600.0)
        return 1

    with (
        client_of("sync", ClientConfig(region="us-east-1"), provider=provider) as client,
        pytest.raises(DynamoDbError, match="-1"),
    ):
        client._driver.run(together([patient(), asked(-1)]))


def test_jobs_of_jobs_end_too(provider: Answering, credentials: dict[str, str]) -> None:
    from pytest_dynamodb.client.steps import Wait

    provider.offline = False

    def patient() -> Steps[int]:
        yield Wait(3600.0)
        return 1

    def outer() -> Steps[list[int]]:
        return (yield from together([patient(), patient()]))

    def failing() -> Steps[list[int]]:
        yield from send(ask(-1))
        return []

    with (
        client_of("sync", ClientConfig(region="us-east-1"), provider=provider) as client,
        pytest.raises(DynamoDbError, match="-1"),
    ):
        client._driver.run(together([outer(), failing()]))
