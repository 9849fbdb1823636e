"""The synchronous driver: blocks the thread that calls, and runs jobs in threads beside it."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.connection.retries import passes_between_attempts
from pytest_dynamodb.client.connection.sync import Connection
from pytest_dynamodb.client.core import Core
from pytest_dynamodb.client.policy import UNCHANGED, Deadline, RetryPolicy, Unchanged
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.client.steps import Attempt, Effect, Emit, Finished, Job, Pause, Send, Start, Steps, Wait

Result = TypeVar("Result")

THREADS = 32
"""Threads of one run. As many as connections would be a lot of waiting for each other; DynamoDB is fast."""

LOOK_UP = 0.1
"""Seconds between two looks of a job that waits for jobs of its own."""


class SyncDriver:
    """Carries steps out. Holds nothing that belongs to a call: safe for threads."""

    connection: Connection
    core: Core

    __slots__ = ("connection", "core")

    def __init__(self, connection: Connection, core: Core) -> None:
        self.connection, self.core = connection, core

    def with_options(
        self,
        *,
        call_timeout: float | Unchanged | None = UNCHANGED,
        retry: RetryPolicy | Unchanged | None = UNCHANGED,
        rate: RateLimit | Unchanged | None = UNCHANGED,
    ) -> SyncDriver:
        """A driver of the same connection with other limits for its calls."""
        core = self.core.with_options(call_timeout=call_timeout, retry=retry, rate=rate)
        return SyncDriver(self.connection, core)

    def send(self, call: ApiCall[Result]) -> Result:
        """What the call's answer means. Raises as ``core.perform``."""
        return _Run(self).to_the_end(self.core.perform(call))

    def run(self, steps: Steps[Result]) -> Result:
        """What the steps return. Raises what they raise. One deadline is that of all their calls together."""
        return _Run(self, self.core.deadline()).to_the_end(steps)

    def stream(self, steps: Steps[Any]) -> Iterator[Any]:
        """What the steps emit, as it is asked for. Each call has a deadline of its own."""
        return _Run(self).emitted(steps)


class _Cancelled(BaseException):
    """Thrown into the steps of a job that nobody waits for any more."""


class _Run:
    """One run of steps, with the jobs that they begin."""

    __slots__ = ("_deadline", "_driver", "_executor", "_jobs", "_stop")

    def __init__(
        self, driver: SyncDriver, deadline: Deadline | None = None, stop: threading.Event | None = None
    ) -> None:
        self._driver, self._deadline = driver, deadline
        self._stop = stop
        """Set when the run that this one is a job of is over."""
        self._jobs: threading.Event | None = None
        self._executor: ThreadPoolExecutor | None = None

    def to_the_end(self, steps: Steps[Result]) -> Result:
        try:
            effect = next(steps)
            while True:
                try:
                    result = self._carry_out(effect)
                except BaseException as problem:  # noqa: BLE001 - the steps decide, and `finally` blocks run in them
                    effect = steps.throw(problem)
                else:
                    effect = steps.send(result)
        except StopIteration as end:
            returned: Result = end.value
            return returned
        finally:
            self._end_jobs()

    def emitted(self, steps: Steps[Any]) -> Iterator[Any]:
        try:
            effect = next(steps)
            while True:
                if isinstance(effect, Emit):
                    yield effect.value
                    effect = next(steps)
                    continue
                try:
                    result = self._carry_out(effect)
                except BaseException as problem:  # noqa: BLE001 - as above
                    effect = steps.throw(problem)
                else:
                    effect = steps.send(result)
        except StopIteration:
            return
        finally:
            steps.close()
            self._end_jobs()

    def _carry_out(self, effect: Effect) -> Any:
        if self._stop is not None and self._stop.is_set():
            raise _Cancelled
        if isinstance(effect, Attempt):
            effect.effort.pause = self._pause_between_attempts
            return self._driver.connection.attempt(effect)
        if isinstance(effect, Send):
            return self._nested().to_the_end(self._driver.core.perform(effect.call, self._deadline))
        if isinstance(effect, Wait):
            return self._wait(effect.seconds)
        if isinstance(effect, Pause):
            return self._pause(effect)
        if isinstance(effect, Start):
            return self._start(effect.steps)
        if isinstance(effect, Finished):
            return self._finished(effect)
        raise TypeError(f"{effect!r} is only for steps that are streamed")

    def _nested(self) -> _Run:
        return _Run(self._driver, self._deadline, self._stop)

    def _wait(self, seconds: float) -> None:
        """Wait, as long as nobody answers who has no need for it."""
        sleep = self._driver.core.timing.sleep
        if sleep is not None:
            sleep(seconds)
        elif not self._driver.connection.passes(seconds):
            self._really_wait(seconds)

    def _pause_between_attempts(self, seconds: float) -> None:
        """Wait in botocore's retry loop, where one who answers each attempt has a say too."""
        sleep = self._driver.core.timing.sleep
        if sleep is not None:
            sleep(seconds)
        elif not passes_between_attempts(seconds):
            self._really_wait(seconds)
        if self._stop is not None and self._stop.is_set():
            raise _Cancelled

    def _really_wait(self, seconds: float) -> None:
        (self._stop or threading.Event()).wait(seconds)

    def _pause(self, effect: Pause) -> bool:
        seconds = self._driver.core.pause(effect.rounds, self._deadline, throttled=effect.throttled)
        if seconds is None:
            return False
        self._wait(seconds)
        return True

    def _start(self, steps: Steps[Any]) -> Job[Any]:
        if self._jobs is None:
            self._jobs = threading.Event()
        run = _Run(self._driver, self._deadline, self._jobs)
        if self._driver.connection.offline:
            return _done(run, steps)  # at once: what is answered from memory gains nothing, and keeps its order so
        if self._executor is None:
            self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="pytest-dynamodb")
        return self._executor.submit(contextvars.copy_context().run, run.to_the_end, steps)

    def _finished(self, effect: Finished) -> Any:
        futures: Any = effect.jobs
        while True:
            for future in futures:
                if future.done():
                    return future
            # A job looks up now and then, in case that nobody waits for it any more.
            wait(futures, None if self._stop is None else LOOK_UP, FIRST_COMPLETED)
            if self._stop is not None and self._stop.is_set():
                raise _Cancelled

    def _end_jobs(self) -> None:
        """Let no job outlive the steps that began it."""
        if self._jobs is not None:
            self._jobs.set()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def _done(run: _Run, steps: Steps[Any]) -> Future[Any]:
    job: Future[Any] = Future()
    try:
        job.set_result(run.to_the_end(steps))
    except Exception as problem:  # noqa: BLE001 - whoever asks for the result gets it
        job.set_exception(problem)
    return job
