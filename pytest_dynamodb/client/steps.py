"""What an operation asks a driver to do, one effect after the other.

An operation of more than one call is a generator, ``Steps``: it yields effects and is given their results, or has
their exceptions thrown into it. It does no I/O, knows no clock and no thread, and so serves both drivers.

====================  ================================================================  =============================
effect                what the driver does                                              its result
====================  ================================================================  =============================
``Send(call)``        a call, with everything that belongs to one: retry, breaker ...   what the call's answer means
``Pause(rounds)``     waits before a round of leftovers, as the retry policy says       whether another round may begin
``Start(steps)``      begins other steps beside these ones                              a ``Job``
``Finished(jobs)``    waits until one of these jobs has ended                           that ``Job``
``Emit(value)``       hands a value to whoever iterates over ``driver.stream(steps)``   ``None``
``Attempt(...)``      of ``core.perform`` alone: asks botocore                          the answer, as botocore's
``Wait(seconds)``     of ``core.perform`` alone: waits                                  ``None``
====================  ================================================================  =============================

The functions below ask for them with types: ``answer = yield from send(call)``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from pytest_dynamodb.client.calls import ApiCall
    from pytest_dynamodb.client.effort import Effort

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

Steps = Generator["Effect", Any, Result]
"""What yields effects and returns a ``Result``."""


@dataclass(frozen=True, slots=True)
class Send:
    """Perform a call."""

    call: ApiCall[Any]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before round ``rounds + 1``: ``rounds`` have been, and left something over.

    ``throttled``: they were throttled, which is the rule.
    """

    rounds: int
    throttled: bool = True


@dataclass(frozen=True, slots=True)
class Start:
    """Begin ``steps`` beside these. They may not emit."""

    steps: Steps[Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """Wait until one of ``jobs`` has ended."""

    jobs: Sequence[Job[Any]]


@dataclass(frozen=True, slots=True)
class Emit:
    """Hand ``value`` to whoever iterates."""

    value: Any


@dataclass(frozen=True, slots=True)
class Attempt:
    """Ask botocore, in the region of this number."""

    call: ApiCall[Any]
    effort: Effort
    region: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass, unless everything is answered offline."""

    seconds: float


Effect = Send | Pause | Start | Finished | Emit | Attempt | Wait


class Job(Protocol, Generic[Result_co]):
    """Steps that were begun with ``start``."""

    def result(self) -> Result_co:
        """What they returned. Raises what they raised. Only for a job that ``finished`` has given."""


def send(call: ApiCall[Result]) -> Steps[Result]:
    """What the answer to a call means. Raises as ``core.perform``."""
    result: Result = yield Send(call)
    return result


def pause(rounds: int, *, throttled: bool = True) -> Steps[bool]:
    """Wait before another round of leftovers. ``False``, at once, if patience has come to its end."""
    again: bool = yield Pause(rounds, throttled)
    return again


def start(steps: Steps[Result]) -> Steps[Job[Result]]:
    """Begin other steps beside these. Those that still run when these end are cancelled."""
    job: Job[Result] = yield Start(steps)
    return job


def finished(jobs: Sequence[Job[Result]]) -> Steps[Job[Result]]:
    """The first of some jobs that has ended; waits for it. Raises ``ValueError`` for no jobs."""
    if not jobs:
        raise ValueError("there is no job to wait for")
    job: Job[Result] = yield Finished(jobs)
    return job


def emit(value: object) -> Steps[None]:
    """Hand a value to whoever iterates over these steps."""
    yield Emit(value)


def together(parts: Iterable[Steps[Result]], *, at_once: int = 8) -> Steps[list[Result]]:
    """The results of ``parts`` in their order, with at most ``at_once`` of them under way at a time.

    The first that raises cancels the others, and its exception is raised.
    """
    results: dict[int, Result] = {}
    running: dict[Job[Result], int] = {}
    for number, part in enumerate(parts):
        if len(running) >= at_once:
            done = yield from finished(list(running))
            results[running.pop(done)] = done.result()
        running[(yield from start(part))] = number
    while running:
        done = yield from finished(list(running))
        results[running.pop(done)] = done.result()
    return [results[number] for number in range(len(results))]
