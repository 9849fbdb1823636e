"""Which provider answers right now.

Providers are stacked and the innermost answers. A stack of the running context (a task, or the thread that entered)
goes before the process-wide one, so that two tasks or threads with a cassette each do not meet, while worker threads,
which inherit no context, find the cassette of the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pytest_dynamodb.forks import lock  # not `import forks`: it would be looked for among the public names

if TYPE_CHECKING:
    from pytest_dynamodb.exchange import Provider

# --- owners ---
# Whose a call is: the test that started the thread which makes it, or that gave the job to a pool. A thread belongs to
# the test during which it was started, by the test or by another of its threads; a job of a pool to the test that
# submitted it, whoever started the pool's threads. What wider fixtures start belongs to nobody, and neither does the
# thread that runs the tests: whoever is in charge at the moment answers them.

_OWNER = "_pytest_dynamodb_owner"
"""Where a thread, among its own attributes, keeps whose it is."""


class Owner:
    """A test, as the owner of what it starts. ``afterwards`` says who answers once it has ended: ``None`` is nobody."""

    afterwards: Callable[[], Provider | None]
    ended: bool

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
    """The test of ``owner`` has ended, and starts nothing any more. Ending it again does nothing."""
    global _present
    owner.ended = True
    if _present[0] is owner:
        _present = (None, None)


@contextmanager
def unowned() -> Iterator[None]:
    """A block in which what is started belongs to nobody."""
    global _present
    before, _present = _present, (None, None)
    try:
        yield
    finally:
        _present = before


_handed_down = False
"""Whether a thread or a job has ever been started on an owner's behalf: until then no thread can be late."""


def ended_owner() -> Owner | None:
    """The owner of the running thread, if it has ended."""
    owner: Owner | None = getattr(threading.current_thread(), _OWNER, None)
    return owner if owner is not None and owner.ended else None


def present_owner() -> Owner | None:
    """Who owns what the running thread starts."""
    thread = threading.current_thread()
    owner, holder = _present
    inherited: Owner | None = getattr(thread, _OWNER, None)
    return owner if thread is holder else inherited


def adopt(owner: Owner) -> None:
    """The running thread, and what it starts, belongs to ``owner`` from now on."""
    global _handed_down
    _handed_down = True
    setattr(threading.current_thread(), _OWNER, owner)


def _hand_down() -> Owner | None:
    global _handed_down
    owner = present_owner()
    _handed_down = _handed_down or owner is not None
    return owner


def inherit(thread: Any) -> None:
    """Give a thread that this one is about to start its owner."""
    setattr(thread, _OWNER, _hand_down())


class OwnedFunction:
    """A function that a pool's thread will call, on behalf of whoever owns it now."""

    __slots__ = ("_function", "_owner")

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self._owner = function, _hand_down()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        thread = threading.current_thread()
        before = getattr(thread, _OWNER, None)
        setattr(thread, _OWNER, self._owner)
        try:
            return self._function(*args, **kwargs)
        finally:
            setattr(thread, _OWNER, before)


CLIENT_TAG = "pytest_dynamodb.client"
"""Names a client in its call's context when it was given to ``clients=[...]``; see ``handlers.tag_client``."""

CALL = "pytest_dynamodb.call"
"""Where a call that is not answered at once keeps its ``handlers.HookedCall``, in its context."""


_numbers = count(1)


class Activation:
    """A provider put in charge, of every client or of tagged ones, until it is ended."""

    ended: bool
    number: int
    owner: Owner | None
    provider: Provider
    tags: frozenset[object] | None

    __slots__ = ("ended", "number", "owner", "provider", "tags")

    def __init__(self, provider: Provider, tags: frozenset[object] | None) -> None:
        self.provider, self.tags, self.ended = provider, tags, False
        self.number, self.owner = next(_numbers), present_owner()

    @property
    def present(self) -> Provider:
        """The provider for child processes that know this activation: once it has ended, the one its owner names.

        Raises ``UnexpectedRequest`` where there is nobody.
        """
        left = self.provider
        if self.ended:
            afterwards = None if self.owner is None else self.owner.afterwards()
            if afterwards is None:
                from pytest_dynamodb.errors import UnexpectedRequest  # which most processes do not need

                raise UnexpectedRequest("what was in charge when this process was started is not in charge any more")
            left = afterwards
        return left

    def takes(self, tags: frozenset[object] | None) -> bool:
        """Whether it answers a client that carries ``tags``."""
        return not self.ended and (self.tags is None or (tags is not None and not self.tags.isdisjoint(tags)))


def in_charge() -> tuple[Activation, ...]:
    """The activations of this process, the innermost last."""
    return _in_process


tags_of: WeakKeyDictionary[Any, frozenset[object]] = WeakKeyDictionary()
"""The tags of clients that were given to ``clients=[...]``, for questions that are asked outside of their calls."""

_in_context: ContextVar[tuple[Activation, ...]] = ContextVar("pytest_dynamodb_activations", default=())
_in_process: tuple[Activation, ...] = ()
_lock = lock()


def activate(provider: Provider, *, tags: frozenset[object] | None = None) -> Activation:
    """Put ``provider`` in charge of the clients that carry one of ``tags``, or of all of them."""
    global _in_process
    activation = Activation(provider, tags)
    with _lock:
        _in_process = (*_in_process, activation)
    _in_context.set((*(a for a in _in_context.get() if not a.ended), activation))
    return activation


def deactivate(activation: Activation) -> None:
    """End an activation; those put in charge after it stay. Contexts that still hold it skip it from now on."""
    global _in_process
    activation.ended = True
    with _lock:
        _in_process = tuple(a for a in _in_process if a is not activation)
    _in_context.set(tuple(a for a in _in_context.get() if not a.ended))


def current(tags: frozenset[object] | None = None) -> Provider | None:
    """The provider that answers a client carrying ``tags``, or ``None``.

    A thread that has outlived its test is answered as that test's owner says, and never by another test's provider.
    """
    if _handed_down and (owner := ended_owner()) is not None:
        return owner.afterwards()
    if not _in_process:
        return None
    for activation in reversed(_in_context.get()):
        if activation.takes(tags):
            return activation.provider
    for activation in reversed(_in_process):
        if activation.takes(tags):
            return activation.provider
    return None
