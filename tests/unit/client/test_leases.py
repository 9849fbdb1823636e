"""Leases: one at a time has it, it ends by itself, and what is written late is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import (
    ClientConfig,
    ConditionalCheckFailedException,
    ConfigurationError,
    DynamoDbClient,
    LeaseLost,
    LeaseNotAcquired,
    Mock,
    MockProvider,
    Outcome,
    Request,
    Response,
    TransactionCancelled,
    VirtualClock,
)
from pytest_dynamodb.exchange import Provider

Make = Callable[..., Any]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1000.0)


@pytest.fixture
def mock() -> Mock:
    return Mock()


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def make(request: pytest.FixtureRequest, mock: Mock, clock: VirtualClock) -> Iterator[Make]:
    opened: list[Any] = []

    def made(*, sleep: Callable[[float], Any] = clock.advance, provider: Provider | None = None) -> Any:
        config = ClientConfig(region="us-east-1", clock=clock, sleep=sleep)
        opened.append(client_of(request.param, config, provider=provider or MockProvider(mock)))
        return opened[-1].__enter__()

    yield made
    for client in reversed(opened):
        client.__exit__(None, None, None)


@pytest.fixture
def client(make: Make) -> Any:
    client = make()
    client.create_table("locks", partition_key="id")
    return client


def test_one_at_a_time_has_it_and_tokens_grow(client: Any, make: Make, mock: Mock) -> None:
    other = make()
    with client.lease("locks", "nightly", owner="a") as lease:
        assert lease.token == 1
        with pytest.raises(LeaseNotAcquired, match="a has the lease 'nightly' in locks, 0 seconds"):
            other.lease("locks", "nightly").acquire()
        assert other.lease("locks", "another").acquire() == 1
    with other.lease("locks", "nightly") as lease:
        assert lease.token == 2
    assert {"id": "nightly", "lease_token": 2} in mock.tables["locks"].items  # the token outlives the lease


def test_it_is_taken_over_when_its_owner_does_not_renew_it(client: Any, make: Make, clock: VirtualClock) -> None:
    first = client.lease("locks", "nightly", seconds=10)
    first.acquire()
    began = clock.now()
    second = make().lease("locks", "nightly", seconds=10, wait=60)
    assert second.acquire() == 2
    assert 10 <= clock.now() - began <= 11
    assert first.remaining == 0
    for late in (lambda: first.token, first.renew):
        with pytest.raises(LeaseLost, match="was not renewed within 10 seconds"):
            late()
    with pytest.raises(LeaseLost):
        first.release()


def test_an_owner_that_renews_keeps_it(client: Any, make: Make, mock: Mock, clock: VirtualClock) -> None:
    owner = DynamoDbClient(ClientConfig(region="us-east-1", clock=clock), provider=MockProvider(mock))
    lease = owner.lease("locks", "nightly", seconds=10)
    lease.acquire()

    def renewing(seconds: float) -> None:
        clock.advance(seconds)
        if lease.remaining < 4:
            lease.renew()

    with pytest.raises(LeaseNotAcquired, match="60 seconds later"):
        make(sleep=renewing).lease("locks", "nightly", wait=60).acquire()
    assert lease.token == 1


def test_it_is_had_no_longer_than_others_leave_it_by_any_clock(client: Any, make: Make, clock: VirtualClock) -> None:
    """The owner's time begins before its request is sent, and a waiter's after it has seen the mark."""
    lease = client.lease("locks", "nightly", seconds=10)
    lease.acquire()
    seen: list[bool] = []

    def looking(seconds: float) -> None:
        clock.advance(seconds)
        seen.append(lease.remaining > 0)

    make(sleep=looking).lease("locks", "nightly", wait=60).acquire()
    assert seen[-1] is False


def test_what_a_former_owner_writes_is_refused(client: Any, make: Make, clock: VirtualClock) -> None:
    work = client.create_table("work", partition_key="id")
    first = client.lease("locks", "nightly", seconds=10)
    first.acquire()
    late, token = first.fence("fence"), first.token
    work.put({"id": "w", "fence": token}, condition=late)
    second = make().lease("locks", "nightly", seconds=10, wait=60)
    second.acquire()
    work.put({"id": "w", "fence": second.token}, condition=second.fence("fence"))
    with pytest.raises(ConditionalCheckFailedException):
        work.put({"id": "w", "fence": token}, condition=late)
    with pytest.raises(LeaseLost):
        first.fence("fence")


def test_a_transaction_is_carried_out_only_while_it_is_had(client: Any, make: Make, clock: VirtualClock) -> None:
    client.create_table("work", partition_key="id")
    lease = client.lease("locks", "nightly", seconds=10)
    lease.acquire()
    with client.transaction() as tx:
        lease.guard(tx)
        tx.put("work", {"id": "1"})
    with pytest.raises(TransactionCancelled), client.transaction() as tx:
        lease.guard(tx)
        tx.put("work", {"id": "2"})
        make().lease("locks", "nightly", wait=60).acquire()
    assert not client.table("work").exists({"id": "2"})


def test_leaving_the_block_releases_it_or_says_that_it_was_lost(client: Any, make: Make, clock: VirtualClock) -> None:
    other = make()
    with pytest.raises(ZeroDivisionError), client.lease("locks", "nightly"):
        raise ZeroDivisionError
    with pytest.raises(LeaseLost), client.lease("locks", "nightly", seconds=5):
        other.lease("locks", "nightly", wait=30).acquire()
    clock.advance(100)
    with pytest.raises(ZeroDivisionError), client.lease("locks", "nightly", seconds=5, wait=60):
        other.lease("locks", "nightly", wait=30).acquire()
        raise ZeroDivisionError


class Forgetful(Provider):
    """A mock whose first answer to each update is lost."""

    offline, endpoint = True, None

    def __init__(self, mock: Mock) -> None:
        self._provider, self._lost = MockProvider(mock), False

    def before(self, request: Request) -> Outcome | None:
        outcome = self._provider.before(request)
        if request.operation == "UpdateItem":
            self._lost = not self._lost
            if self._lost:
                return Response(500, {"__type": "InternalServerError", "message": "the answer was lost"})
        return outcome

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing is let go")


def test_an_answer_that_was_lost_loses_no_lease(client: Any, make: Make, mock: Mock) -> None:
    with make(provider=Forgetful(mock)).lease("locks", "nightly") as lease:
        assert lease.token == 1
        lease.renew()
    assert client.lease("locks", "nightly").acquire() == 2


def test_a_table_may_have_a_sort_key(client: Any, mock: Mock) -> None:
    client.create_table("app", partition_key="pk", sort_key="sk")
    with client.lease("app", "LOCK#1"):
        (item,) = mock.tables["app"].items
        assert (item["pk"], item["sk"]) == ("LOCK#1", "LEASE")


def test_terms_that_make_no_sense_are_refused(client: Any) -> None:
    with pytest.raises(ConfigurationError, match="a number of seconds above 0"):
        client.lease("locks", "nightly", seconds=0)
    with pytest.raises(LeaseLost):
        client.lease("locks", "nightly").release()
