"""What is measured in turn: each contestant a process of its own, one of them at work at a time.

A process of its own, as moto and vcrpy patch what all others of a process would run through, and as one's garbage
would be collected in another's time. In turn, round by round and each second round backwards, so that a busy moment
of the machine hits all.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # which type checkers bring
    from typing_extensions import Self

ANSWER_WITHIN = 300.0
"""Seconds that a contestant may take for one task; the slowest takes a tenth of it."""


@dataclass(frozen=True)
class Sample:
    """One measurement: by the clock, and of the processor's time where that can be told."""

    wall: float
    cpu: float | None = None


class Watch:
    """Adds up what is done inside ``with`` blocks, in seconds."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self.wall -= time.perf_counter()
        self.cpu -= time.process_time()

    def __exit__(self, *problem: object) -> None:
        self.cpu += time.process_time()
        self.wall += time.perf_counter()

    def microseconds(self, calls: int) -> Sample:
        return Sample(self.wall / calls * 1e6, self.cpu / calls * 1e6)

    def milliseconds(self) -> Sample:
        return Sample(self.wall * 1e3, self.cpu * 1e3)


Task = Callable[[int], Mapping[str, Sample]]
"""Does something so many times; gives what that took, by the name of what was measured."""

Prepared = AbstractContextManager[Mapping[str, Task]]


def calls_of(work: Callable[[int], object]) -> Task:
    """A task of calls, one after the other, in microseconds a call; ``work`` is given the call's number."""

    def task(calls: int) -> Mapping[str, Sample]:
        watch = Watch()
        with watch:
            for number in range(calls):
                work(number)
        return {"call": watch.microseconds(calls)}

    return task


class BrokenError(Exception):
    """A contestant that could not do what it was asked; the text says why."""


class Worker:
    """A process that prepares something and then carries out its tasks when told to. Used in a ``with`` block."""

    def __init__(self, prepare: Callable[..., Prepared], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")  # nothing of this process comes along
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, prepare, arguments), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._pipe.close()  # what ends the other side's loop
        self._process.join(30)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def do(self, task: str, calls: int) -> Mapping[str, Sample]:
        """What a task took. Raises ``BrokenError``."""
        with suppress(OSError):  # it has ended, and its last words are read below
            self._pipe.send((task, calls))
        try:
            if not self._pipe.poll(ANSWER_WITHIN):
                raise BrokenError(f"took more than {ANSWER_WITHIN:.0f} s for {task}")
            done = self._pipe.recv()
        except (EOFError, OSError):
            raise BrokenError(f"ended before {task} was done") from None
        if isinstance(done, str):
            raise BrokenError(f"{task}: {done}")
        return dict(done)


def _work(pipe: Any, prepare: Callable[..., Prepared], arguments: tuple[object, ...]) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    try:
        with prepare(*arguments) as tasks:
            while True:
                task, calls = pipe.recv()
                pipe.send(tasks[task](calls))
    except (EOFError, BrokenPipeError):
        return
    except Exception as problem:  # noqa: BLE001 - whatever it is, the one who asks is told
        pipe.send(f"{type(problem).__name__}: {problem}"[:500])


Rounds = dict[str, list[Sample]]
"""By the contestant's name, its measurements, one a round."""


def in_turn(
    workers: dict[str, Worker],
    task: str,
    *,
    rounds: int,
    calls: Callable[[str], int],
    broken: dict[str, str],
) -> dict[str, Rounds]:
    """What a task took each contestant, by the name of what was measured. Who breaks is out, with its reason noted."""
    measured: dict[str, Rounds] = {}
    for number in range(rounds):
        names = list(workers)
        for name in reversed(names) if number % 2 else names:
            try:
                samples = workers[name].do(task, calls(name))
            except BrokenError as problem:
                broken.setdefault(name, str(problem))
                del workers[name]
                for told in measured.values():
                    told.pop(name, None)
                continue
            for what, sample in samples.items():
                measured.setdefault(what, {}).setdefault(name, []).append(sample)
    return measured


@contextmanager
def nothing_of_aws() -> Iterator[None]:
    """No setting of AWS's in this process's environment, nor in those that it starts."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("AWS_")}
    try:
        yield
    finally:
        os.environ.update(kept)
