"""Mocks that throttle and fail in front of the clients: what passes is tried again, and nothing really waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import (
    ClientConfig,
    InternalServerError,
    Mock,
    MockProvider,
    NoResponse,
    RecordingProvider,
    ReplayProvider,
    ThrottlingException,
    VirtualClock,
    mock_dynamodb,
)
from pytest_dynamodb.exchange import Outcome, Provider, Request, TransportFailure
from pytest_dynamodb.faults import ConnectionLost, InternalError, Throttled

KEY = {"id": "a"}
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
LOADED: dict[str, Any] = {"orders": {"table": TABLE, "items": [{"id": {"S": "a"}}]}}


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    def make(provider: Any = "live", **settings: Any) -> Any:
        return client_of(request.param, ClientConfig(region="us-east-1", **settings), provider=provider)

    return make


@pytest.fixture(autouse=True)
def awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may really wait, in this thread: servers of other tests live in theirs."""
    own = threading.get_ident()
    sleep, sleep_async, wait = time.sleep, asyncio.sleep, threading.Event.wait

    def refuse(seconds: float) -> None:
        assert not seconds, f"slept {seconds} s"

    def awake_sleep(seconds: float) -> None:
        (refuse if threading.get_ident() == own else sleep)(seconds)

    async def awake_sleep_async(seconds: float) -> None:
        if threading.get_ident() == own:
            refuse(seconds)
        await sleep_async(0 if threading.get_ident() == own else seconds)

    def awake_wait(event: threading.Event, timeout: float | None = None) -> bool:
        if threading.get_ident() != own:
            return wait(event, timeout)
        refuse(timeout or 0.0)
        return event.is_set()

    monkeypatch.setattr(time, "sleep", awake_sleep)
    monkeypatch.setattr(asyncio, "sleep", awake_sleep_async)
    monkeypatch.setattr(threading.Event, "wait", awake_wait)


def test_faults_of_a_mock_are_tried_again_in_its_own_time(make: Callable[..., Any]) -> None:
    clock = VirtualClock(0.0)
    with mock_dynamodb(load=LOADED, region="us-east-1", clock=clock) as mock, make() as client:
        mock.faults.add(Throttled(times=3))
        mock.faults.add(InternalError(times=1))
        mock.faults.add(ConnectionLost(times=1))
        assert client.table("orders").get(KEY) == KEY
    assert clock.now() > 1.0


def test_a_mock_that_never_recovers_is_tried_ten_times(make: Callable[..., Any]) -> None:
    with mock_dynamodb(load=LOADED, region="us-east-1") as mock, make() as client:
        mock.faults.add(InternalError(times=10))
        with pytest.raises(InternalServerError):
            client.table("orders").get(KEY)
        assert client.table("orders").get(KEY) == KEY


class Throttling(Provider):
    """A mock that answers at once, and throttles the first so many requests."""

    offline, endpoint = True, None

    def __init__(self, mock: Mock, times: int) -> None:
        self._provider, self.left = MockProvider(mock), times

    def before(self, request: Request) -> Outcome | None:
        from pytest_dynamodb import Response

        self.left -= 1
        if self.left >= 0:
            return Response(400, {"__type": "ThrottlingException", "message": "slowly"})
        return self._provider.before(request)

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing was let go")


def test_what_was_recorded_of_a_throttling_upstream_is_replayed(make: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "throttled.ddb.msgpack"
    mock = Mock()
    mock.load(LOADED)
    with make(RecordingProvider(path, upstream=Throttling(mock, 3))) as client:
        assert client.table("orders").get(KEY) == KEY
    with make(ReplayProvider(path)) as client:
        assert client.table("orders").get(KEY) == KEY
    with make(ReplayProvider(path), retry=None) as client, pytest.raises(ThrottlingException):
        client.table("orders").get(KEY)


def test_a_failed_transport_that_was_recorded_is_replayed_once(make: Callable[..., Any], tmp_path: Path) -> None:
    class Dead(Throttling):
        def before(self, request: Request) -> Outcome | None:
            return TransportFailure("ReadTimeoutError", "Read timeout", {"endpoint_url": "http://x"}, attempts=10)

    path = tmp_path / "dead.ddb.msgpack"
    with make(RecordingProvider(path, upstream=Dead(Mock(), 0))) as client, pytest.raises(NoResponse):
        client.table("orders").get(KEY)
    with make(ReplayProvider(path)) as client, pytest.raises(NoResponse):
        client.table("orders").get(KEY)
