"""The attempts at one call in one region so far, and whether another one follows."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.policy.classification import FailureKind, kind_of
from pytest_dynamodb.client.policy.deadline import Deadline
from pytest_dynamodb.client.timing import MonotonicClock, Timing
from pytest_dynamodb.errors import DynamoDbError

if TYPE_CHECKING:
    from pytest_dynamodb.client.admission import Admission
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.observer import Retrying
    from pytest_dynamodb.client.policy.quota import RetryQuota
    from pytest_dynamodb.client.policy.retry import RetryPolicy

#: The effort of the call that is under way in this thread or task: botocore's events are not told of it.
current: contextvars.ContextVar[Effort | None] = contextvars.ContextVar("pytest_dynamodb_effort", default=None)


#: Seconds that an attempt gets at least: some HTTP clients take 0 for no limit.
SHORTEST = 0.001


class Effort:
    """Counts the attempts at a call. ``sent`` are those that went to the network, ``attempts`` all of them.

    Between attempts over the network it is asked in an event of botocore's, so that all of them are one call of
    botocore's, with one token; ``core.perform`` asks where a provider has answered before anything was sent.
    """

    __slots__ = (
        "_admission",
        "_deadline",
        "_quota",
        "_retry",
        "_timing",
        "_watch",
        "attempts",
        "call",
        "damaged",
        "limit",
        "pause",
        "sent",
        "settled",
    )

    def __init__(
        self,
        call: ApiCall[Any],
        *,
        timing: Timing,
        retry: RetryPolicy | None = None,
        quota: RetryQuota | None = None,
        deadline: Deadline | None = None,
        watch: Retrying | None = None,
        admission: Admission | None = None,
        limit: int = 1,
    ) -> None:
        self._timing, self._retry, self._quota = timing, retry, quota
        self._deadline, self._watch, self._admission = deadline, watch, admission
        self.call, self.limit = call, limit
        self.attempts = self.sent = 0
        #: Whether the last answer was damaged on its way: its checksum is wrong.
        self.damaged = False
        #: Whether it has been decided that there will be no other attempt, here or when this was recorded.
        self.settled = False
        #: The driver's way to wait.
        self.pause: Callable[[float], Any] | None = None

    @property
    def patience(self) -> float | None:
        """Seconds left for an attempt until the deadline; ``None`` without one, or where the clock is a test's."""
        deadline = self._deadline
        if deadline is None or not isinstance(deadline.clock, MonotonicClock):
            return None
        return max(deadline.remaining, SHORTEST)

    def succeeded(self) -> None:
        """Note an answer that is no error."""
        self.attempts += 1
        if self._quota is not None:
            self._quota.give_back(self.attempts - 1)

    def failed(self, error: DynamoDbError, *, retry_after: float = 0.0) -> float | None:
        """Note an attempt that failed. The seconds to wait before another one; ``None`` if there shall be none."""
        self.attempts += 1
        kind = kind_of(error)
        delay = None if kind == "final" else self._delay(kind, retry_after)
        if delay is None:
            self.settled = True
        elif self._watch is not None:
            self._watch.retrying(error, self.attempts, delay)
        return delay

    def _delay(self, kind: FailureKind, retry_after: float) -> float | None:
        policy = self._retry
        if policy is None or self.attempts >= self.limit:
            return None
        if self._admission is not None and self._admission.revoked:
            return None
        delay = policy.delay(self.attempts, kind, self._timing.jitter(), retry_after=retry_after)
        if self._deadline is not None and not self._deadline.allows(delay):
            return None
        return delay if self._quota is None or self._quota.take() else None
