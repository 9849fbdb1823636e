"""One call, with everything that belongs to it: deadline, breaker, retry, regions, telemetry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pytest_dynamodb.client import arguments, policy
from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.effort import Admission, Effort, Timing
from pytest_dynamodb.client.observer import Observer, Watch
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.client.steps import Attempt, Steps, Wait
from pytest_dynamodb.errors import CircuitOpen, ConfigurationError, DynamoDbError, quoted
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import changes_nothing, parts

Result = TypeVar("Result")

ATTEMPTS_BEFORE_FAILOVER = 3
"""Attempts in a region while there is another one to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What the calls of a client have in common. ``regions`` are their names, in the order in which they are asked.

    Whatever is ``None`` is off.
    """

    timing: Timing
    regions: Sequence[str] = ("",)
    retry: policy.RetryPolicy | None = None
    quota: policy.RetryQuota | None = None
    breaker: policy.CircuitBreaker | None = None
    observer: Observer | None = None
    call_timeout: float | None = None
    rate: RateLimit | None = None

    def with_options(
        self,
        *,
        call_timeout: float | policy.Unchanged | None = policy.UNCHANGED,
        retry: policy.RetryPolicy | policy.Unchanged | None = policy.UNCHANGED,
        rate: RateLimit | policy.Unchanged | None = policy.UNCHANGED,
    ) -> Core:
        """The same, with other limits: circuits and the quota of retries stay shared. Raises ``ConfigurationError``."""
        if not isinstance(call_timeout, policy.Unchanged) and call_timeout is not None:
            arguments.seconds("call_timeout", call_timeout, above=True)
        for name, given, kind in (("retry", retry, policy.RetryPolicy), ("rate", rate, RateLimit)):
            if given is not None and not isinstance(given, (policy.Unchanged, kind)):
                raise ConfigurationError(f"{name} is a {kind.__name__} or None, not {quoted(given)}")
        return replace(
            self,
            call_timeout=self.call_timeout if isinstance(call_timeout, policy.Unchanged) else call_timeout,
            retry=self.retry if isinstance(retry, policy.Unchanged) else retry,
            rate=self.rate if isinstance(rate, policy.Unchanged) else rate,
        )

    def deadline(self) -> policy.Deadline | None:
        """The deadline of a call that begins now; ``None`` where calls have no timeout."""
        if self.call_timeout is None:
            return None
        return policy.Deadline(self.timing.clock, self.timing.clock.now() + self.call_timeout)

    def pause(self, rounds: int, deadline: policy.Deadline | None, *, throttled: bool) -> float | None:
        """Seconds to wait before another round of leftovers; ``None`` for no other round."""
        retry = self.retry
        if retry is None or rounds >= retry.max_attempts:
            return None
        delay = retry.delay(rounds, "throttling" if throttled else "unavailable", self.timing.jitter())
        return delay if deadline is None or deadline.allows(delay) else None

    def perform(self, call: ApiCall[Result], deadline: policy.Deadline | None = None) -> Steps[Result]:
        """One logical call: what its answer means.

        Raises ``DynamoDbError``: what the last attempt brought, ``NoResponse``, or ``CircuitOpen``, with nothing sent.
        A read that finds the first region in trouble is made in the next one, unless it is a consistent one.
        """
        deadline = deadline or self.deadline()
        limited = self.rate if self.rate is not None and OPERATIONS[call.operation].uses_units else None
        reserved = 0.0
        if limited is not None:
            reserved, seconds = limited.reserve(call, self.timing.clock.now())
            if seconds:
                yield Wait(seconds if deadline is None else min(seconds, max(0.0, deadline.remaining)))
        if self.observer is not None:
            watch = _Watched(self.observer.begin(call), self.regions[0])
            answer = yield from self._watched(call, deadline, watch)
        elif len(self.regions) == 1:
            answer = yield from self._in_region(0, call, deadline, None, failover=False)
        else:
            answer = yield from self._anywhere(call, deadline, None)
        if limited is not None:
            limited.spent(call, answer, reserved, self.timing.clock.now())
        return call.read(answer)

    def _watched(
        self, call: ApiCall[Any], deadline: policy.Deadline | None, watch: _Watched
    ) -> Steps[Mapping[str, Any]]:
        answer: Mapping[str, Any] | None = None
        problem: BaseException | None = None
        try:
            answer = yield from self._anywhere(call, deadline, watch)
            return answer
        except BaseException as raised:
            problem = raised
            raise
        finally:
            watch.end(answer, problem)

    def _anywhere(
        self, call: ApiCall[Any], deadline: policy.Deadline | None, watch: _Watched | None
    ) -> Steps[Mapping[str, Any]]:
        """The answer of the first region that gives one."""
        last = self._last_region(call)
        for region in range(last):
            try:
                return (yield from self._in_region(region, call, deadline, watch, failover=True))
            except DynamoDbError as error:
                trouble = isinstance(error, CircuitOpen) or policy.kind_of(error) in ("unavailable", "connection")
                if not trouble or (deadline is not None and not deadline.allows()):
                    raise
        return (yield from self._in_region(last, call, deadline, watch, failover=False))

    def _last_region(self, call: ApiCall[Any]) -> int:
        """The last of the regions that may be asked: none but the first for writes and consistent reads."""
        last = len(self.regions) - 1
        if not last or not changes_nothing(call.operation, call.params):
            return 0
        return 0 if any(part.consistent for part in parts(call.operation, call.params)) else last

    def _in_region(
        self,
        region: int,
        call: ApiCall[Any],
        deadline: policy.Deadline | None,
        watch: _Watched | None,
        *,
        failover: bool,
    ) -> Steps[Mapping[str, Any]]:
        name = self.regions[region]
        admission = None if self.breaker is None else Admission(self.breaker, call, self._prefix(name))
        limit = self._limit(probing=admission is not None and admission.probing, failover=failover)
        effort = Effort(
            call,
            timing=self.timing,
            retry=self.retry,
            quota=self.quota,
            deadline=deadline,
            watch=watch,
            admission=admission,
            rate=self.rate,
            limit=limit,
        )
        attempt = Attempt(call, effort, region)
        outcome: policy.CallResult = "unknown"
        try:
            while True:
                delay: float | None
                try:
                    answer: Mapping[str, Any] = yield attempt
                except DynamoDbError as error:
                    # What came over the network was decided upon there; what a recording ended with stays the end.
                    delay = None if effort.sent or effort.settled else effort.failed(error)
                    if delay is None:
                        outcome = "failure" if policy.kind_of(error) in policy.UNHEALTHY else "success"
                        raise
                else:
                    if not effort.sent:
                        effort.succeeded()
                    outcome = "success"
                    return answer
                yield Wait(delay)
        finally:
            # In `finally`, as a cancelled call passes no event of botocore's and no `except` above.
            if admission is not None:
                admission.release(outcome)
            if watch is not None:
                watch.leave(name, effort.attempts)

    def _prefix(self, region: str) -> str:
        """What circuits of a region are told apart by, where there are several."""
        return region if len(self.regions) > 1 else ""

    def _limit(self, *, probing: bool, failover: bool) -> int:
        """How many attempts are made in a region."""
        if probing or self.retry is None:
            return 1
        return min(self.retry.max_attempts, ATTEMPTS_BEFORE_FAILOVER) if failover else self.retry.max_attempts


class _Watched:
    """A call's watch, and what it is to be told at the end."""

    __slots__ = ("_watch", "attempts", "region")

    def __init__(self, watch: Watch, region: str) -> None:
        self._watch, self.region, self.attempts = watch, region, 0

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        self._watch.retrying(error, self.attempts + attempt, delay)

    def leave(self, region: str, attempts: int) -> None:
        self.region = region
        self.attempts += attempts

    def end(self, answer: Mapping[str, Any] | None, problem: BaseException | None) -> None:
        self._watch.end(answer, problem, self.attempts, self.region)
