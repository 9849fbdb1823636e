"""Whose a call is: the test that started the thread which makes it, or that gave the job to a pool.

A thread belongs to the test during which it was started, by the test or by another of its threads; a job of a pool to
the test that submitted it, whoever started the pool's threads. What wider fixtures start belongs to nobody, and neither
does the thread that runs the tests: whoever is in charge at the moment answers them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_dynamodb.exchange import Provider

_OWNER = "_pytest_dynamodb_owner"
"""Where a thread, among its own attributes, keeps whose it is."""


class Owner:
    """A test, as the owner of what it starts. ``afterwards`` says who answers once it has ended: ``None`` is nobody."""

    __slots__ = ("afterwards", "ended")

    def __init__(self, afterwards: Callable[[], Provider | None]) -> None:
        self.afterwards, self.ended = afterwards, False


_present: tuple[Owner | None, threading.Thread | None] = (None, None)
"""The owner of what is started now, and the thread for which that holds."""


def begin(owner: Owner) -> None:
    """What this thread starts from now on belongs to ``owner``."""
    global _present
    _present = (owner, threading.current_thread())


def end(owner: Owner) -> None:
    """It is over; ending it again does nothing."""
    global _present
    owner.ended = True
    if _present[0] is owner:
        _present = (None, None)


@contextmanager
def nobodys() -> Iterator[None]:
    """What is started in this block belongs to nobody."""
    global _present
    before, _present = _present, (None, None)
    try:
        yield
    finally:
        _present = before


def late() -> Owner | None:
    """The owner of the running thread, if it has ended."""
    owner: Owner | None = getattr(threading.current_thread(), _OWNER, None)
    return owner if owner is not None and owner.ended else None


def present_owner() -> Owner | None:
    """Who owns what the running thread starts."""
    thread = threading.current_thread()
    owner, holder = _present
    inherited: Owner | None = getattr(thread, _OWNER, None)
    return owner if thread is holder else inherited


def inherit(thread: Any) -> None:
    """A thread is about to be started by this one."""
    setattr(thread, _OWNER, present_owner())


class OwnedFunction:
    """A function that a pool's thread will call, on behalf of whoever owns it now."""

    __slots__ = ("_function", "_owner")

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self._owner = function, present_owner()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        thread = threading.current_thread()
        before = getattr(thread, _OWNER, None)
        setattr(thread, _OWNER, self._owner)
        try:
            return self._function(*args, **kwargs)
        finally:
            setattr(thread, _OWNER, before)
