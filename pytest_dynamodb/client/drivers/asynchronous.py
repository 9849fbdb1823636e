"""The asynchronous driver: awaits, and runs jobs in tasks beside the one that calls. For asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from inspect import isawaitable
from typing import Any, TypeVar

from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.connection.asynchronous import AsyncConnection
from pytest_dynamodb.client.connection.retries import passes_between_attempts
from pytest_dynamodb.client.core import Core
from pytest_dynamodb.client.policy import UNCHANGED, Deadline, RetryPolicy, Unchanged
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.client.steps import Attempt, Effect, Emit, Finished, Pause, Send, Start, Steps, Wait

Result = TypeVar("Result")


class AsyncDriver:
    """Carries steps out. Holds nothing that belongs to a call: safe for tasks of one event loop."""

    connection: AsyncConnection
    core: Core

    __slots__ = ("connection", "core")

    def __init__(self, connection: AsyncConnection, core: Core) -> None:
        self.connection, self.core = connection, core

    def with_options(
        self,
        *,
        call_timeout: float | Unchanged | None = UNCHANGED,
        retry: RetryPolicy | Unchanged | None = UNCHANGED,
        rate: RateLimit | Unchanged | None = UNCHANGED,
    ) -> AsyncDriver:
        """A driver of the same connection with other limits for its calls."""
        core = self.core.with_options(call_timeout=call_timeout, retry=retry, rate=rate)
        return AsyncDriver(self.connection, core)

    async def send(self, call: ApiCall[Result]) -> Result:
        """What the call's answer means. Raises as ``core.perform``."""
        return await _Run(self).to_the_end(self.core.perform(call))

    async def run(self, steps: Steps[Result]) -> Result:
        """What the steps return. Raises what they raise. One deadline is that of all their calls together."""
        return await _Run(self, self.core.deadline()).to_the_end(steps)

    def stream(self, steps: Steps[Any]) -> AsyncIterator[Any]:
        """What the steps emit, as it is asked for. Each call has a deadline of its own."""
        return _Run(self).emitted(steps)


class _Run:
    """One run of steps, with the jobs that they begin."""

    __slots__ = ("_deadline", "_driver", "_jobs")

    def __init__(self, driver: AsyncDriver, deadline: Deadline | None = None) -> None:
        self._driver, self._deadline = driver, deadline
        self._jobs: set[asyncio.Task[Any]] = set()

    async def to_the_end(self, steps: Steps[Result]) -> Result:
        try:
            effect = next(steps)
            while True:
                try:
                    result = await self._carry_out(effect)
                except BaseException as problem:  # noqa: BLE001 - the steps decide, and `finally` blocks run in them
                    effect = steps.throw(problem)
                else:
                    effect = steps.send(result)
        except StopIteration as end:
            returned: Result = end.value
            return returned
        finally:
            if self._jobs:
                await self._end_jobs()

    async def emitted(self, steps: Steps[Any]) -> AsyncIterator[Any]:
        try:
            effect = next(steps)
            while True:
                if isinstance(effect, Emit):
                    yield effect.value
                    effect = next(steps)
                    continue
                try:
                    result = await self._carry_out(effect)
                except BaseException as problem:  # noqa: BLE001 - as above
                    effect = steps.throw(problem)
                else:
                    effect = steps.send(result)
        except StopIteration:
            return
        finally:
            steps.close()
            if self._jobs:
                await self._end_jobs()

    async def _carry_out(self, effect: Effect) -> Any:
        if isinstance(effect, Attempt):
            effect.effort.pause = self._pause_between_attempts
            return await self._driver.connection.attempt(effect)
        if isinstance(effect, Send):
            run = _Run(self._driver, self._deadline)
            return await run.to_the_end(self._driver.core.perform(effect.call, self._deadline))
        if isinstance(effect, Wait):
            return await self._wait(effect.seconds)
        if isinstance(effect, Pause):
            return await self._pause(effect)
        if isinstance(effect, Start):
            return await self._start(effect.steps)
        if isinstance(effect, Finished):
            return await self._finished(effect)
        raise TypeError(f"{effect!r} is only for steps that are streamed")

    async def _wait(self, seconds: float) -> None:
        """Wait, as long as nobody answers who has no need for it."""
        if self._driver.core.timing.sleep is not None or not self._driver.connection.passes(seconds):
            await self._sleep(seconds)

    async def _pause_between_attempts(self, seconds: float) -> None:
        """Wait in botocore's retry loop, where one who answers each attempt has a say too."""
        if self._driver.core.timing.sleep is not None or not passes_between_attempts(seconds):
            await self._sleep(seconds)

    async def _sleep(self, seconds: float) -> None:
        sleep = self._driver.core.timing.sleep or asyncio.sleep
        waiting = sleep(seconds)
        if isawaitable(waiting):
            await waiting

    async def _pause(self, effect: Pause) -> bool:
        seconds = self._driver.core.pause(effect.rounds, self._deadline, throttled=effect.throttled)
        if seconds is None:
            return False
        await self._wait(seconds)
        return True

    async def _start(self, steps: Steps[Any]) -> asyncio.Future[Any]:
        job = asyncio.get_running_loop().create_task(_Run(self._driver, self._deadline).to_the_end(steps))
        self._jobs.add(job)
        if self._driver.connection.offline:
            await asyncio.wait((job,))  # what is answered from memory gains nothing, and keeps its order so
        return job

    async def _finished(self, effect: Finished) -> Any:
        tasks: Any = effect.jobs
        for task in tasks:
            if task.done():
                break
        else:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            task = next(task for task in tasks if task in done)
        self._jobs.discard(task)
        return task

    async def _end_jobs(self) -> None:
        """Let no job outlive the steps that began it."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
