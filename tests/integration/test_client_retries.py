"""Retries over real HTTP: what is sent again, when, and as what; the same with botocore's client and aiobotocore's."""

from __future__ import annotations

import asyncio
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.httpsession import URLLib3Session

from blocking_client import client as client_of
from loopback import Answer, Handler, Server, error, hang, hang_up, json_answer, serving
from pytest_dynamodb import (
    AsyncDynamoDbClient,
    BreakerPolicy,
    CircuitOpen,
    ClientConfig,
    ConditionalCheckFailedException,
    DynamoDbClient,
    DynamoDbError,
    InternalServerError,
    NoResponse,
    ProvisionedThroughputExceededException,
    RecordingProvider,
    ReplayProvider,
    RetryPolicy,
    ThrottlingException,
    TransactionCanceledException,
    VirtualClock,
    load_cassette,
)
from pytest_dynamodb.client.calls import ApiCall

KEY = {"pk": "a"}
FOUND = json_answer({"Item": {"pk": {"S": "a"}}})
THROTTLED = error("ThrottlingException")
BROKEN = error("InternalServerError", status=500)

KINDS = ["sync", pytest.param("async", marks=pytest.mark.aiobotocore)]


class Clock(VirtualClock):
    """Moves on when somebody sleeps, and remembers for how long that was."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def make(kind: str, clock: Clock, credentials: dict[str, str]) -> Callable[..., Any]:
    """Makes a client of a server, which sleeps on the clock."""

    def make(server: Server, **settings: Any) -> Any:
        given = {"endpoint_url": server.url, "clock": clock, "sleep": clock.sleep, **settings}
        return client_of(kind, ClientConfig(**given))

    return make


Make = Callable[..., Any]


def test_what_passes_is_sent_again_until_it_is_answered(make: Make, clock: Clock) -> None:
    with serving(THROTTLED, BROKEN, hang_up, error("Unheard", status=503), FOUND) as server, make(server) as client:
        assert client.table("app").get(KEY) == KEY
    assert len(server.requests) == 5
    bounds = [(0.05, 0.1), (0.2, 0.4), (0.4, 0.8), (0.8, 1.6)]
    assert all(least <= slept < most for slept, (least, most) in zip(clock.slept, bounds, strict=True))


def test_a_write_is_sent_ten_times_and_then_its_last_error_is_raised(make: Make, clock: Clock) -> None:
    answers = [THROTTLED] * 9 + [error("ProvisionedThroughputExceededException", "exceeded")]
    with (
        serving(*answers) as server,
        make(server) as client,
        pytest.raises(ProvisionedThroughputExceededException, match="exceeded") as caught,
    ):
        client.table("app").put(KEY)
    assert (len(server.requests), len(clock.slept)) == (10, 9)
    assert caught.value.retryable
    assert (caught.value.operation, caught.value.table, caught.value.status) == ("PutItem", "app", 400)


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "ValidationException", "AccessDeniedException"])
def test_what_stays_wrong_is_sent_once(make: Make, code: str) -> None:
    with serving(error(code)) as server, make(server) as client, pytest.raises(DynamoDbError) as caught:
        client.table("app").put(KEY)
    assert (len(server.requests), caught.value.code, caught.value.retryable) == (1, code, False)


def test_no_retries_where_they_are_switched_off(make: Make) -> None:
    with serving(THROTTLED) as server, make(server, retry=None) as client, pytest.raises(ThrottlingException):
        client.table("app").get(KEY)
    assert len(server.requests) == 1


def test_botocores_number_of_attempts_counts_where_no_policy_is_given(make: Make) -> None:
    config = Config(retries={"total_max_attempts": 3, "mode": "legacy"})
    with serving(THROTTLED) as server, make(server, botocore=config) as client, pytest.raises(ThrottlingException):
        client.table("app").get(KEY)
    assert len(server.requests) == 3


def test_botocores_environment_changes_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    with serving(THROTTLED) as server, make(server) as client, pytest.raises(ThrottlingException):
        client.table("app").get(KEY)
    assert len(server.requests) == 10


def test_the_server_says_how_long_to_wait(make: Make, clock: Clock) -> None:
    busy = json_answer({"__type": "ThrottlingException"}, status=400, headers={"x-amz-retry-after": "2500"})
    with serving(busy, FOUND) as server, make(server) as client:
        client.table("app").get(KEY)
    assert clock.slept == [2.5]


def test_nothing_is_begun_after_the_deadline(make: Make, clock: Clock) -> None:
    with (
        serving(THROTTLED) as server,
        make(server, call_timeout=1.0) as client,
        pytest.raises(ThrottlingException),
    ):
        client.table("app").get(KEY)
    assert clock.now() < 1.0
    assert 3 <= len(server.requests) <= 6


ENDS_SYNC_ATTEMPTS = hasattr(URLLib3Session, "_get_request_timeout")


def test_an_attempt_under_way_ends_at_the_deadline(kind: str, credentials: dict[str, str]) -> None:
    if kind == "sync" and not ENDS_SYNC_ATTEMPTS:
        pytest.skip("this botocore has no timeout of a single request")
    began = time.monotonic()
    with serving(hang) as server:
        config = ClientConfig(endpoint_url=server.url, call_timeout=0.2)
        with client_of(kind, config) as client, pytest.raises(NoResponse) as caught:
            client.table("app").get(KEY)
    assert time.monotonic() - began < 5  # not read_timeout's 30
    assert (caught.value.operation, caught.value.table) == ("GetItem", "app")
    assert len(server.requests) == 1


def test_limits_may_be_those_of_a_few_calls(make: Make) -> None:
    with serving(THROTTLED) as server, make(server) as client:
        with pytest.raises(ThrottlingException):
            client.table("app").with_options(retry=RetryPolicy(max_attempts=2)).get(KEY)
        assert len(server.requests) == 2
        with pytest.raises(ThrottlingException):
            client.with_options(retry=None).table("app").get(KEY)
        assert len(server.requests) == 3


def test_an_outage_uses_up_the_quota_and_then_nothing_is_retried(make: Make) -> None:
    with serving(BROKEN) as server, make(server, retry=RetryPolicy(quota=20), breaker=None) as client:
        for sent in (5, 6, 7):  # five attempts are four retries
            with pytest.raises(InternalServerError):
                client.table("app").get(KEY)
            assert len(server.requests) == sent


def test_no_answer_is_an_error_too(make: Make) -> None:
    with (
        serving(hang) as server,
        make(server, read_timeout=0.1, retry=RetryPolicy(max_attempts=2)) as client,
        pytest.raises(NoResponse) as caught,
    ):
        client.table("app").get(KEY)
    assert (len(server.requests), caught.value.retryable) == (2, True)
    assert caught.value.code == "ReadTimeoutError"


def with_checksum(right: bool) -> Answer:
    def answer(handler: Handler) -> None:
        body = b'{"Item":{"pk":{"S":"a"}}}'
        handler.send(200, body, {"x-amz-crc32": str(zlib.crc32(body if right else b"something else"))})

    return answer


def test_an_answer_that_was_damaged_is_asked_for_again(make: Make) -> None:
    with serving(with_checksum(False), with_checksum(True)) as server, make(server) as client:
        assert client.table("app").get(KEY) == KEY
    assert len(server.requests) == 2


def test_an_answer_that_stays_damaged_is_none(make: Make) -> None:
    with (
        serving(with_checksum(False)) as server,
        make(server) as client,
        pytest.raises(NoResponse, match="checksum") as caught,
    ):
        client.table("app").get(KEY)
    assert caught.value.code == "ChecksumError"


def transact(client: Any) -> Any:
    """A transaction, as the transaction helper sends it."""
    actions = [{"Put": {"TableName": "app", "Item": {"pk": {"S": "a"}}}}]
    call = ApiCall("TransactWriteItems", {"TransactItems": actions}, dict)
    return client._driver.send(call)


def cancelled(*reasons: dict[str, Any]) -> Answer:
    return error("TransactionCanceledException", "cancelled", CancellationReasons=list(reasons))


def test_a_transaction_in_conflict_is_sent_again_with_its_token(make: Make, clock: Clock) -> None:
    tokens: list[Any] = []

    def conflict(handler: Handler) -> None:
        tokens.append(handler.body)
        cancelled({"Code": "TransactionConflict"})(handler)

    def done(handler: Handler) -> None:
        tokens.append(handler.body)
        json_answer({})(handler)

    with serving(conflict, done) as server, make(server) as client:
        transact(client)
    assert len(tokens) == 2
    assert tokens[0] == tokens[1]
    assert b"ClientRequestToken" in tokens[0]
    assert 0.1 <= clock.slept[0] < 0.2


def test_a_transaction_with_a_false_condition_is_sent_once_and_says_why(make: Make) -> None:
    reasons: list[dict[str, Any]] = [
        {"Code": "TransactionConflict"},
        {"Code": "ConditionalCheckFailed", "Message": "no", "Item": {"pk": {"S": "a"}, "b": {"B": "AA=="}}},
        {"Code": "None"},
    ]
    with (
        serving(cancelled(*reasons)) as server,
        make(server) as client,
        pytest.raises(TransactionCanceledException) as caught,
    ):
        transact(client)
    assert len(server.requests) == 1
    assert not caught.value.retryable
    assert [(reason.code, reason.item) for reason in caught.value.reasons] == [
        ("TransactionConflict", None),
        ("ConditionalCheckFailed", {"pk": "a", "b": b"\x00"}),
        ("None", None),
    ]


def test_attempts_are_one_recorded_exchange_and_its_replay_does_not_wait(
    kind: str, clock: Clock, credentials: dict[str, str], tmp_path: Any
) -> None:
    path = tmp_path / "retried.ddb.msgpack"
    config = ClientConfig(clock=clock, sleep=clock.sleep)
    with (
        serving(THROTTLED, BROKEN, FOUND) as server,
        client_of(kind, config, provider=RecordingProvider(path, upstream=server.url)) as client,
    ):
        client.table("app").get(KEY)
    (exchange,) = load_cassette(path).exchanges
    assert exchange.attempts == 3
    slept = list(clock.slept)
    with client_of(kind, config, provider=ReplayProvider(path)) as client:
        assert client.table("app").get(KEY) == KEY
    assert clock.slept == slept


def test_a_recorded_end_of_retries_is_the_end_in_a_replay(
    kind: str, clock: Clock, credentials: dict[str, str], tmp_path: Any
) -> None:
    path = tmp_path / "exhausted.ddb.msgpack"
    config = ClientConfig(clock=clock, sleep=clock.sleep)
    with (
        serving(THROTTLED) as server,
        client_of(kind, config, provider=RecordingProvider(path, upstream=server.url)) as client,
        pytest.raises(ThrottlingException),
    ):
        client.table("app").get(KEY)
    with client_of(kind, config, provider=ReplayProvider(path)) as client, pytest.raises(ThrottlingException):
        client.table("app").get(KEY)


def test_a_circuit_opens_and_closes_over_http(make: Make, clock: Clock) -> None:
    policy = BreakerPolicy(failures=2, open_for=10)
    with serving(*[BROKEN] * 3, FOUND) as server, make(server, retry=None, breaker=policy) as client:
        table = client.table("app")
        for _ in range(2):
            with pytest.raises(InternalServerError):
                table.get(KEY)
        with pytest.raises(CircuitOpen) as caught:
            table.get(KEY)
        assert (caught.value.operation, caught.value.table, caught.value.retry_after) == ("GetItem", "app", 10.0)
        assert client.breaker.states == {"app": "open"}
        clock.advance(10)
        with pytest.raises(InternalServerError):  # the probe
            table.get(KEY)
        assert client.breaker.state("app") == "open"
        clock.advance(10)
        assert table.get(KEY) == KEY
        assert client.breaker.states == {}
    assert len(server.requests) == 4


def test_a_probe_is_not_retried(make: Make, clock: Clock) -> None:
    with serving(BROKEN) as server, make(server, breaker=BreakerPolicy(failures=1, open_for=10)) as client:
        with pytest.raises(InternalServerError):
            client.table("app").get(KEY)
        sent = len(server.requests)
        clock.advance(10)
        with pytest.raises(InternalServerError):
            client.table("app").get(KEY)
    assert len(server.requests) == sent + 1


def test_conditions_and_bad_requests_never_open_a_circuit(make: Make) -> None:
    answers = error("ConditionalCheckFailedException"), error("ValidationException")
    with serving(*answers) as server, make(server, breaker=BreakerPolicy(failures=1)) as client:
        for _ in range(3):
            with pytest.raises(DynamoDbError):
                client.table("app").put(KEY)
        assert client.breaker.states == {}
    assert len(server.requests) == 3


def test_circuits_are_each_tables_own_or_the_clients(make: Make) -> None:
    policies = BreakerPolicy(failures=1), BreakerPolicy(failures=1, scope="client")
    for policy, other in zip(policies, (InternalServerError, CircuitOpen), strict=True):
        with serving(BROKEN) as server, make(server, retry=None, breaker=policy) as client:
            with pytest.raises(InternalServerError):
                client.table("app").get(KEY)
            with pytest.raises(other):
                client.table("other").get(KEY)


@pytest.fixture
def two_regions() -> Iterator[Callable[..., tuple[Server, Server]]]:
    """Servers of two regions, by their answers."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda first, second: (stack.enter_context(serving(first)), stack.enter_context(serving(second)))


def in_two_regions(make: Make, first: Server, second: Server, **settings: Any) -> Any:
    urls = {"us-east-1": first.url, "us-west-2": second.url}
    return make(first, regions=["us-east-1", "us-west-2"], endpoint_url=urls, **settings)


@pytest.mark.parametrize("trouble", [BROKEN, hang_up])
def test_a_read_goes_to_the_next_region_where_the_first_is_in_trouble(
    make: Make, two_regions: Any, trouble: Answer
) -> None:
    first, second = two_regions(trouble, FOUND)
    with in_two_regions(make, first, second) as client:
        assert client.table("app").get(KEY) == KEY
    assert (len(first.requests), len(second.requests)) == (3, 1)


def test_an_open_circuit_in_the_first_region_sends_reads_to_the_second_at_once(make: Make, two_regions: Any) -> None:
    first, second = two_regions(BROKEN, FOUND)
    with in_two_regions(make, first, second, breaker=BreakerPolicy(failures=1)) as client:
        for _ in range(5):
            assert client.table("app").get(KEY) == KEY
        assert client.breaker.states == {"us-east-1/app": "open"}
    assert (len(first.requests), len(second.requests)) == (3, 5)


def test_writes_and_consistent_reads_stay_in_the_first_region(make: Make, two_regions: Any) -> None:
    first, second = two_regions(BROKEN, FOUND)
    with in_two_regions(make, first, second, retry=None) as client:
        with pytest.raises(InternalServerError):
            client.table("app").put(KEY)
        with pytest.raises(InternalServerError):
            client.table("app").get(KEY, consistent=True)
    assert not second.requests


def test_an_answer_that_says_no_is_no_reason_for_another_region(make: Make, two_regions: Any) -> None:
    first, second = two_regions(error("ConditionalCheckFailedException"), FOUND)
    with in_two_regions(make, first, second) as client, pytest.raises(ConditionalCheckFailedException):
        client.table("app").get(KEY)
    assert not second.requests


# Threads, tasks, cancellation.


def test_threads_share_a_client(credentials: dict[str, str]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    clock = Clock()
    config = {"clock": clock, "sleep": clock.sleep, "max_pool_connections": 8}
    with (
        serving(THROTTLED, BROKEN, FOUND) as server,
        DynamoDbClient(ClientConfig(endpoint_url=server.url, **config)) as client,  # type: ignore[arg-type]
        ThreadPoolExecutor(8) as pool,
    ):
        table = client.table("app")
        assert list(pool.map(lambda _: table.get(KEY), range(200))) == [KEY] * 200
    assert len(server.requests) == 202


@pytest.mark.aiobotocore
def test_tasks_share_a_client(credentials: dict[str, str]) -> None:
    async def main(url: str) -> list[Any]:
        clock = Clock()
        async with AsyncDynamoDbClient(ClientConfig(endpoint_url=url, clock=clock, sleep=clock.sleep)) as client:
            table = client.table("app")
            return await asyncio.gather(*(table.get(KEY) for _ in range(100)))

    with serving(THROTTLED, BROKEN, FOUND) as server:
        assert asyncio.run(main(server.url)) == [KEY] * 100
    assert len(server.requests) == 102


@pytest.mark.aiobotocore
def test_a_cancelled_probe_gives_its_permit_back(credentials: dict[str, str]) -> None:
    """In the middle of a call over HTTP, and in the middle of a wait between attempts."""

    async def main(server: Server) -> None:
        clock = Clock()
        policy = BreakerPolicy(failures=1, open_for=10)
        config = ClientConfig(endpoint_url=server.url, clock=clock, retry=None, breaker=policy)
        async with AsyncDynamoDbClient(config) as client:
            table = client.table("app")
            with pytest.raises(InternalServerError):
                await table.get(KEY)
            clock.advance(10)
            for _ in range(3):
                probe = asyncio.create_task(table.get(KEY))
                while len(server.requests) < 2:  # noqa: ASYNC110 - it is a thread that adds to them
                    await asyncio.sleep(0.001)
                with pytest.raises(CircuitOpen):  # the probe is under way
                    await table.get(KEY)
                probe.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await probe
                server.requests.pop()
            assert client.breaker is not None
            assert client.breaker.state("app") == "half-open"

    with serving(BROKEN, hang) as server:
        asyncio.run(main(server))


@pytest.mark.aiobotocore
def test_a_wait_between_attempts_can_be_cancelled(credentials: dict[str, str]) -> None:
    async def main(server: Server) -> None:
        waiting = asyncio.Event()

        async def sleep(_: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        async with AsyncDynamoDbClient(ClientConfig(endpoint_url=server.url, sleep=sleep)) as client:
            call = asyncio.create_task(client.table("app").get(KEY))
            await waiting.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert client.breaker is not None
            assert client.breaker.states == {}

    with serving(THROTTLED) as server:
        asyncio.run(main(server))
    assert len(server.requests) == 1


@pytest.mark.aiobotocore
def test_a_client_of_another_event_loop_says_so(credentials: dict[str, str]) -> None:
    from pytest_dynamodb import PytestDynamoDbError

    with serving(FOUND) as server:
        client = AsyncDynamoDbClient(ClientConfig(endpoint_url=server.url))

        async def read() -> Any:
            return await client.table("app").get(KEY)

        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(read()) == KEY  # it opens itself
        with pytest.raises(PytestDynamoDbError, match="another event loop"):
            asyncio.run(read())
        loop.run_until_complete(client.close())
        with pytest.raises(PytestDynamoDbError, match="closed"):
            loop.run_until_complete(read())
        loop.close()


def test_without_aiobotocore_an_asynchronous_client_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from pytest_dynamodb import ConfigurationError

    monkeypatch.setitem(sys.modules, "aiobotocore", None)
    with pytest.raises(ConfigurationError, match=r"pytest-dynamodb-cassette\[async\]"):
        AsyncDynamoDbClient()


def test_a_thread_that_waits_between_attempts_does_not_hold_others_up(credentials: dict[str, str]) -> None:
    released = threading.Event()
    config = {"sleep": lambda _: released.wait(10), "retry": RetryPolicy(max_attempts=2)}
    with (
        serving(THROTTLED, FOUND) as server,
        DynamoDbClient(ClientConfig(endpoint_url=server.url, **config)) as client,  # type: ignore[arg-type]
    ):
        table = client.table("app")
        waiting = threading.Thread(target=table.get, args=(KEY,))
        waiting.start()
        while not server.requests:
            pass
        assert table.get(KEY) == KEY
        released.set()
        waiting.join()
    assert len(server.requests) == 3
