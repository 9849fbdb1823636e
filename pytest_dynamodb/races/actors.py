"""Actors: code of the user's that runs until its next DynamoDB call, and waits there for its turn."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from typing import Any, Final, TypeAlias

from pytest_dynamodb import forks
from pytest_dynamodb.exchange import Outcome, Request
from pytest_dynamodb.hooks import active
from pytest_dynamodb.races.virtualloop import VirtualLoop

ActorFunction: TypeAlias = Callable[[], Any] | Callable[[], Coroutine[Any, Any, Any]]
"""A function or a coroutine function without arguments."""

LETTERS: Final = "abcd"
"""What actors are called in schedules, in their order."""

LOOKS: Final = 100
"""How often to look at a thread that neither stands still nor gets anywhere."""

_NOTHING: Final = 1_000_000
"""Nanoseconds of work that are none: a thread is woken now and then to look whether its turn has come."""


class ProcessGone(BaseException):
    """The process ends here, as far as the code in it can tell: it makes no DynamoDB call any more.

    No ``Exception``, so that code which catches those does not go on.
    """


class Turn:
    """A call that waits for its turn. ``outcome`` is what came of it."""

    __slots__ = ("_granted", "gone", "outcome", "request")

    def __init__(self, request: Request) -> None:
        self.request: Request = request
        self.outcome: Outcome | BaseException | None = None
        self.gone: bool = False
        self._granted = forks.lock()
        self._granted.acquire()

    def grant(self) -> None:
        """Let it be carried out."""
        self._granted.release()

    def wait(self) -> None:
        """Return once it is granted. Raises ``ProcessGone`` where it never will be."""
        self._granted.acquire()
        self.check()

    def check(self) -> None:
        """Raise ``ProcessGone`` for a call that is not to be carried out."""
        if self.gone:
            raise ProcessGone("this order has come to its end")


class AsyncTurn(Turn):
    """A coroutine's call that waits for its turn."""

    __slots__ = ("future",)

    def __init__(self, request: Request, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(request)
        self.future: asyncio.Future[None] = loop.create_future()

    def grant(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


# --- actors ---

acting: ContextVar[Actor | None] = ContextVar("pytest_dynamodb_actor", default=None)
"""The actor that the running thread or task belongs to."""


class _ActorOwner(active.Owner):
    """Lets threads that an actor starts be known as the actor's."""

    __slots__ = ("actor",)

    def __init__(self, actor: Actor) -> None:
        super().__init__(lambda: actor.refusing)
        self.actor = actor


def acting_now() -> Actor | None:
    """The actor on whose behalf a call is made."""
    actor = acting.get()
    if actor is None:
        owner = active.present_owner()
        actor = owner.actor if isinstance(owner, _ActorOwner) else None
    return actor


class Actor(ABC):
    """One actor in one order.

    ``calls`` are those that wait for their turn; ``done`` says that it has come to an end, with ``result`` or with
    ``problem``. ``refusing`` answers whatever it still does once the order is over.
    """

    number: int
    function: ActorFunction
    refusing: Any
    done: bool
    abandoned: bool

    def __init__(self, number: int, function: ActorFunction, arrival: threading.Condition, refusing: Any) -> None:
        self.number, self.function, self.refusing = number, function, refusing
        self.letter = LETTERS[number]
        self.calls: deque[Turn] = deque()
        self.done, self.abandoned = False, False
        self.result: Any = None
        self.problem: BaseException | None = None
        self.granted: Turn | None = None
        self._arrival = arrival

    @property
    def has_arrived(self) -> bool:
        """Whether it waits for its turn, or is done."""
        return self.done or bool(self.calls)

    def arrive(self, turn: Turn) -> None:
        """Have a call wait for its turn."""
        with self._arrival:
            if self.abandoned:
                turn.gone = True
                turn.grant()
            else:
                self.calls.append(turn)
                self._arrival.notify_all()

    def take(self) -> Turn:
        """The call that is next. It no longer waits."""
        with self._arrival:
            return self.calls.popleft()

    def finish(self, result: Any, problem: BaseException | None) -> None:
        """Note how it ended."""
        with self._arrival:
            self.result, self.problem, self.done = result, problem, True
            self._arrival.notify_all()

    def abandon(self) -> None:
        """Carry out nothing of it any more."""
        with self._arrival:
            self.abandoned = True
            for turn in self.calls:
                turn.gone = True
                turn.grant()
            self.calls.clear()

    @abstractmethod
    def start(self) -> None:
        """Begin."""

    @abstractmethod
    def settle(self) -> bool:
        """Wait until it has arrived; returns whether it has.

        It has not where it waits for something else than DynamoDB, perhaps for another actor.
        """

    @abstractmethod
    def join(self) -> None:
        """Wait for the end of one that is done or abandoned."""


class ThreadActor(Actor):
    """A function, in a thread of its own."""

    def __init__(
        self, number: int, function: ActorFunction, arrival: threading.Condition, refusing: Any, *, patience: float
    ) -> None:
        super().__init__(number, function, arrival, refusing)
        self._patience = patience
        self._owner = _ActorOwner(self)
        context = copy_context()
        name = f"actor {self.letter}"
        self._thread = threading.Thread(target=context.run, args=(self._run,), name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        acting.set(self)
        active.adopt(self._owner)
        try:
            result = self.function()
            if inspect.isawaitable(result):
                result = self._alone(result)
        except BaseException as problem:  # noqa: BLE001 - whatever it is, it is how the actor ended
            self.finish(None, problem)
        else:
            self.finish(result, None)

    def _alone(self, awaitable: Any) -> Any:
        """What the coroutine of a function comes to that is no coroutine function, such as a lambda."""
        loop = VirtualLoop(acting_now, patience=self._patience)
        try:
            return loop.result_of(awaitable)
        finally:
            loop.end_tasks()
            loop.close()

    def settle(self) -> bool:
        with self._arrival:
            before: object = None
            for _ in range(LOOKS):
                if self._arrival.wait_for(lambda: self.has_arrived, self._patience):
                    break
                now = _place_of(self._thread)
                if now == before:
                    break
                before = now
            return self.has_arrived

    def abandon(self) -> None:
        super().abandon()
        active.end(self._owner)

    def join(self) -> None:
        self._thread.join(self._patience)


def _place_of(thread: threading.Thread) -> object:
    """Where a thread is in its code, and how long it has worked; equal as long as it does nothing."""
    ident = thread.ident or 0
    frame = sys._current_frames().get(ident)  # noqa: SLF001 - documented, in spite of its name
    if frame is None:
        return None
    worked = 0
    if hasattr(time, "pthread_getcpuclockid"):
        try:
            worked = time.clock_gettime_ns(time.pthread_getcpuclockid(ident)) // _NOTHING
        except OSError:
            return None  # it has just ended
    return id(frame), frame.f_lasti, worked


class CoroutineActor(Actor):
    """A coroutine function, in a task of a loop that all of them share."""

    def __init__(
        self, number: int, function: ActorFunction, arrival: threading.Condition, refusing: Any, *, loop: VirtualLoop
    ) -> None:
        super().__init__(number, function, arrival, refusing)
        self._loop = loop
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        copy_context().run(self._begin)

    def _begin(self) -> None:
        acting.set(self)
        self._task = self._loop.create_task(self._run(), name=f"actor {self.letter}")

    async def _run(self) -> None:
        try:
            result = await self.function()
        except BaseException as problem:  # noqa: BLE001 - as a thread's
            self.finish(None, problem)
        else:
            self.finish(result, None)

    def settle(self) -> bool:
        def waits(owner: object) -> bool:
            return isinstance(owner, Actor) and not owner.has_arrived

        return self._loop.run_until(lambda: self.has_arrived, waits=waits)

    def abandon(self) -> None:
        super().abandon()
        if self._task is not None and not self.done:
            self._task.cancel()

    def join(self) -> None:
        task = self._task
        if task is not None:
            self._loop.run_until(task.done, waits=lambda owner: owner is self)


def is_coroutine_function(function: ActorFunction) -> bool:
    """Whether calling a function gives a coroutine; also through ``functools.partial`` and ``__call__``."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - asks of what kind it is
