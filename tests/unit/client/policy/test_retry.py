"""How long to wait before another attempt, and what a retry is paid with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import ConfigurationError, RetryPolicy, VirtualClock
from pytest_dynamodb.client.policy import RETRY_COST, Deadline, RetryQuota

# The table of the seed, section 5.2: the failure's number, and the least and the most to wait after throttling.
SEED = [
    (1, 0.05, 0.1),
    (2, 0.1, 0.2),
    (3, 0.2, 0.4),
    (4, 0.4, 0.8),
    (5, 0.8, 1.6),
    (6, 1.6, 3.2),
    (7, 3.2, 6.4),
    (8, 6.4, 12.8),
    (9, 12.8, 20.0),
    (10, 20.0, 20.0),
]


@pytest.mark.parametrize(("failure", "least", "most"), SEED)
def test_delays_after_throttling_are_those_of_the_seed(failure: int, least: float, most: float) -> None:
    policy = RetryPolicy()
    assert policy.delay(failure, "throttling", 0.0) == pytest.approx(least)
    assert policy.delay(failure, "throttling", 1.0) == pytest.approx(most)


@pytest.mark.parametrize("kind", ["unavailable", "connection", "conflict"])
def test_the_base_is_twice_as_long_after_everything_else(kind: Any) -> None:
    assert RetryPolicy().delay(1, kind, 0.0) == 0.1
    assert RetryPolicy().delay(3, kind, 0.5) == pytest.approx(0.6)


@given(failure=st.integers(1, 10**6), jitter=st.floats(0, 1, exclude_max=True), after=st.floats(0, 1e6))
def test_no_delay_is_longer_than_the_longest(failure: int, jitter: float, after: float) -> None:
    assert 0.1 <= RetryPolicy().delay(failure, "conflict", jitter, retry_after=after) <= 20.0


def test_what_the_server_asks_for_is_waited_for_as_long_as_it_is_not_too_long() -> None:
    policy = RetryPolicy()
    assert policy.delay(1, "throttling", 0.0, retry_after=3.0) == 3.0
    assert policy.delay(8, "throttling", 0.0, retry_after=3.0) == pytest.approx(6.4)
    assert policy.delay(1, "throttling", 0.0, retry_after=900.0) == 20.0


@pytest.mark.parametrize("wrong", [{"max_attempts": 0}, {"base": -1.0}, {"max_delay": float("nan")}, {"quota": -1}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        RetryPolicy(**wrong)


def test_retries_are_paid_for_until_nothing_is_left() -> None:
    quota = RetryQuota(2 * RETRY_COST + 1)
    assert [quota.take() for _ in range(3)] == [True, True, False]
    assert quota.available == 1


def test_a_retry_that_helps_gives_back_what_it_cost() -> None:
    quota = RetryQuota(RETRY_COST)
    assert quota.take()
    quota.give_back(retries=1)
    assert quota.available == RETRY_COST


def test_calls_that_need_no_retry_fill_the_bucket_slowly_and_never_over_its_brim() -> None:
    quota = RetryQuota(RETRY_COST)
    assert quota.take()
    for _ in range(2):
        quota.give_back(retries=0)
    assert quota.available == 2
    for _ in range(10):
        quota.give_back(retries=0)
    assert quota.available == RETRY_COST


def test_without_a_capacity_there_is_no_limit() -> None:
    quota = RetryQuota(None)
    assert all(quota.take() for _ in range(1000))
    assert quota.available is None


def test_a_deadline_allows_what_begins_before_it() -> None:
    clock = VirtualClock(100.0)
    deadline = Deadline(clock, 101.0)
    assert deadline.allows()
    assert deadline.allows(0.9)
    assert not deadline.allows(1.0)
    clock.advance(1)
    assert not deadline.allows()
