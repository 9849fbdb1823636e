"""An event loop in which sleeping takes no time, and which knows when nothing can happen any more."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from typing import Any, Final

from pytest_dynamodb.errors import ConfigurationError

ROUNDS: Final = 100_000
"""After so many rounds of the loop without a pause, whoever keeps it busy is taken to wait for somebody else."""

LOOKS: Final = 100
"""How often to look for news of jobs while waiting for them."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time moves only when somebody waits for it, and then at once.

    ``whose`` tells to whom a timer belongs that is set now. ``patience`` is how many real seconds to wait for news of
    jobs in threads.
    """

    def __init__(self, whose: Callable[[], object], *, patience: float) -> None:
        self._whose, self._patience = whose, patience
        self._now, self._jobs, self._rounds = 0.0, 0, 0
        self._timers: list[tuple[object, asyncio.TimerHandle]] = []
        self._reached: Callable[[], bool] = bool
        self._waits: Callable[[object], bool] = bool
        super().__init__(_Selector(self._idle))

    def time(self) -> float:
        """Seconds on the loop's own clock."""
        return self._now

    def run_until(self, reached: Callable[[], bool], *, waits: Callable[[object], bool]) -> bool:
        """Run until ``reached``, or until nothing can happen; returns whether it was reached.

        Time moves for timers whose owner ``waits`` for something, and never for others alone.
        """
        self._reached, self._waits, self._rounds = reached, waits, 0
        if not reached():
            self.run_forever()
        return reached()

    def result_of(self, awaitable: Awaitable[Any]) -> Any:
        """What an awaitable comes to. Raises ``ConfigurationError`` if it never comes to anything."""
        task = asyncio.ensure_future(awaitable, loop=self)
        if not self.run_until(task.done, waits=lambda _: True):
            task.cancel()
            self.run_until(task.done, waits=lambda _: False)
            raise ConfigurationError(
                f"{awaitable!r} waits for something that does not happen. Coroutines that wait for each other share a "
                "loop if the coroutine functions themselves are given, not functions that return coroutines"
            )
        return task.result()

    def end_tasks(self) -> None:
        """Cancel what is left, and let it end."""
        left = asyncio.all_tasks(self)
        for task in left:
            task.cancel()
        self.run_until(lambda: all(task.done() for task in left), waits=lambda _: False)

    def call_at(  # type: ignore[override]  # of any arguments, as Python 3.10 cannot say it exactly
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As every loop does, with the timer's owner noted."""
        handle = super().call_at(when, callback, *args, context=context)
        self._timers.append((self._whose(), handle))
        return handle

    def run_in_executor(  # type: ignore[override]  # as above
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """As every loop does; until the job is done a thread may have news."""
        job = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        job.add_done_callback(self._job_done)
        return job

    def _job_done(self, _: object) -> None:
        self._jobs -= 1

    def _idle(self, timeout: float | None, select: Callable[[float], list[Any]]) -> list[Any]:
        """What the loop does in place of waiting for ``timeout`` seconds; ``None`` is for ever."""
        found = select(0)
        self._rounds += 1
        if self._reached() or self._rounds > ROUNDS:
            self.stop()
            return found
        if found or timeout == 0:
            return found
        if self._jobs and (found := self._news_of_jobs(select)):
            return found
        if self._reached():
            self.stop()
            return []
        if timeout is not None and self._somebody_waits_for_time():
            self._now += timeout
        else:
            self.stop()
        return []

    def _news_of_jobs(self, select: Callable[[float], list[Any]]) -> list[Any]:
        """What jobs in threads have to say, as soon as they have; nothing where they do not move."""
        for _ in range(LOOKS):
            found = select(self._patience / LOOKS)
            if found or self._reached():
                return found
        return []

    def _somebody_waits_for_time(self) -> bool:
        self._timers = [
            (owner, handle) for owner, handle in self._timers if not handle.cancelled() and handle.when() > self._now
        ]
        return any(self._waits(owner) for owner, _ in self._timers)


class _Selector(selectors.BaseSelector):
    """The platform's selector, but that ``idle`` decides how long to wait."""

    def __init__(self, idle: Callable[[float | None, Callable[[float], list[Any]]], list[Any]]) -> None:
        self._real, self._idle = selectors.DefaultSelector(), idle

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return self._idle(timeout, self._real.select)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()
