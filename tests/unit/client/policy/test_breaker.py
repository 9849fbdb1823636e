"""The circuit breaker: its states, its probes, and what does not count."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from pytest_dynamodb import BreakerPolicy, CircuitBreaker, CircuitOpen, ConfigurationError, VirtualClock
from pytest_dynamodb.client.policy import Permit

POLICY = BreakerPolicy(failures=3, open_for=30.0, probes=2, successes=2)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_000.0)


@pytest.fixture
def breaker(clock: VirtualClock) -> CircuitBreaker:
    return CircuitBreaker(POLICY, clock)


def admitted(breaker: CircuitBreaker, key: str = "app") -> Permit:
    permit = breaker.admit(key)
    assert permit is not None
    return permit


def opened(breaker: CircuitBreaker, key: str = "app") -> None:
    for _ in range(breaker.policy.failures):
        breaker.failed(key)


def test_it_opens_after_failures_in_a_row(breaker: CircuitBreaker) -> None:
    breaker.failed("app")
    breaker.failed("app")
    assert breaker.state("app") == "closed"
    breaker.failed("app")
    assert breaker.state("app") == "open"


def test_a_success_between_begins_the_count_again(breaker: CircuitBreaker) -> None:
    breaker.failed("app")
    breaker.failed("app")
    admitted(breaker).release("success")
    breaker.failed("app")
    breaker.failed("app")
    assert breaker.state("app") == "closed"


def test_an_open_circuit_lets_nothing_through_and_says_for_how_long(
    breaker: CircuitBreaker, clock: VirtualClock
) -> None:
    opened(breaker)
    clock.advance(10)
    with pytest.raises(CircuitOpen, match=r"the circuit of app is open.*in 20.0 s") as caught:
        breaker.admit("app")
    assert caught.value.retry_after == 20.0
    assert not isinstance(caught.value, BotoCoreError)  # which botocore would take for a reason to try again


def test_circuits_are_apart(breaker: CircuitBreaker) -> None:
    opened(breaker, "app")
    assert breaker.admit("other") is None
    assert breaker.states == {"app": "open"}


def test_half_open_it_admits_as_many_probes_at_a_time_as_asked_for(
    breaker: CircuitBreaker, clock: VirtualClock
) -> None:
    opened(breaker)
    clock.advance(30)
    assert breaker.state("app") == "half-open"
    first, second = admitted(breaker), admitted(breaker)
    assert first.probe
    with pytest.raises(CircuitOpen, match="another call is finding out"):
        breaker.admit("app")
    first.release("success")
    third = admitted(breaker)
    assert breaker.state("app") == "half-open"
    second.release("success")
    assert breaker.state("app") == "closed"
    third.release("failure")  # of a time that is over
    assert breaker.states == {}


def test_a_probe_that_fails_opens_it_again(breaker: CircuitBreaker, clock: VirtualClock) -> None:
    opened(breaker)
    clock.advance(30)
    first, second = admitted(breaker), admitted(breaker)
    first.release("failure")
    assert breaker.state("app") == "open"
    clock.advance(29)
    assert breaker.state("app") == "open"
    second.release("success")  # late, and of the time before
    assert breaker.state("app") == "open"
    clock.advance(1)
    assert breaker.state("app") == "half-open"


def test_a_cancelled_probe_frees_its_place_and_says_nothing(breaker: CircuitBreaker, clock: VirtualClock) -> None:
    opened(breaker)
    clock.advance(30)
    for _ in range(10):
        permits = [admitted(breaker), admitted(breaker)]
        for permit in permits:
            permit.release("unknown")
            permit.release("failure")  # it was given back already
    assert breaker.state("app") == "half-open"


def test_a_call_that_was_begun_before_it_opened_changes_nothing(breaker: CircuitBreaker, clock: VirtualClock) -> None:
    breaker.failed("app")
    old = admitted(breaker)
    opened(breaker)
    clock.advance(30)
    old.release("success")
    assert breaker.state("app") == "half-open"


def test_changes_are_told(clock: VirtualClock) -> None:
    told: list[tuple[str, str]] = []
    breaker = CircuitBreaker(BreakerPolicy(failures=1), clock, on_change=lambda key, state: told.append((key, state)))
    breaker.failed("app")
    clock.advance(30)
    admitted(breaker).release("failure")
    clock.advance(30)
    admitted(breaker).release("success")
    assert told == [("app", "open"), ("app", "half-open"), ("app", "open"), ("app", "half-open"), ("app", "closed")]


def test_no_more_probes_than_asked_for_among_many_threads(clock: VirtualClock) -> None:
    breaker = CircuitBreaker(BreakerPolicy(failures=1, probes=3), clock)
    breaker.failed("app")
    clock.advance(30)

    def try_it(_: int) -> Permit | None:
        try:
            return breaker.admit("app")
        except CircuitOpen:
            return None

    with ThreadPoolExecutor(8) as pool:
        permits = list(pool.map(try_it, range(64)))
    assert sum(permit is not None for permit in permits) == 3


@pytest.mark.parametrize("wrong", [{"failures": 0}, {"probes": 0}, {"open_for": -1}, {"scope": "world"}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        BreakerPolicy(**wrong)


class Circuits(RuleBasedStateMachine):
    """Whatever happens, there are never more probes than asked for, and a lost call never blocks the circuit."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(0.0)
        self.breaker = CircuitBreaker(POLICY, self.clock)
        self.out: list[Permit | None] = []

    @rule()
    def call(self) -> None:
        try:
            self.out.append(self.breaker.admit("app"))
        except CircuitOpen:
            assert self.breaker.state("app") != "closed"

    @precondition(lambda self: self.out)
    @rule(data=st.data(), outcome=st.sampled_from(["success", "failure", "unknown"]))
    def end(self, data: st.DataObject, outcome: Any) -> None:
        permit = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        if permit is not None:
            permit.release(outcome)
        elif outcome == "failure":
            self.breaker.failed("app")

    @rule(seconds=st.sampled_from([1.0, 30.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def teardown(self) -> None:
        for permit in self.out:
            if permit is not None:
                permit.release("unknown")
        self.clock.advance(POLICY.open_for)
        assert len([self.breaker.admit("app") for _ in range(POLICY.probes)]) == POLICY.probes


TestCircuits = Circuits.TestCase
TestCircuits.settings = settings(max_examples=50, stateful_step_count=30)
