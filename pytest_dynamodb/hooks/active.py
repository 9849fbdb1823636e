"""Which provider answers right now.

Providers are stacked and the innermost answers. A stack of the running context (a task, or the thread that entered)
goes before the process-wide one, so that two tasks or threads with a cassette each do not meet, while worker threads,
which inherit no context, find the cassette of the process.
"""

from __future__ import annotations

from contextvars import ContextVar
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from pytest_dynamodb import forks
from pytest_dynamodb.errors import UnexpectedRequest
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks.ownership import late, present_owner

CLIENT_TAG = "pytest_dynamodb.client"
"""Names a client in its call's context when it was given to ``clients=[...]``; see ``handlers.tag_client``."""


_numbers = count(1)


class Activation:
    """A provider put in charge, of every client or of tagged ones, until it is ended."""

    __slots__ = ("ended", "number", "owner", "provider", "tags")

    def __init__(self, provider: Provider, tags: frozenset[object] | None) -> None:
        self.provider, self.tags, self.ended = provider, tags, False
        self.number, self.owner = next(_numbers), present_owner()

    @property
    def present(self) -> Provider:
        """Who answers those who were told of it: once it has ended, whoever its owner has left behind.

        Raises ``UnexpectedRequest`` where there is nobody.
        """
        left = self.provider
        if self.ended:
            afterwards = None if self.owner is None else self.owner.afterwards()
            if afterwards is None:
                raise UnexpectedRequest("what was in charge when this process was started is not in charge any more")
            left = afterwards
        return left

    def takes(self, tags: frozenset[object] | None) -> bool:
        """Whether it answers a client that carries ``tags``."""
        return not self.ended and (self.tags is None or (tags is not None and not self.tags.isdisjoint(tags)))


def in_charge() -> tuple[Activation, ...]:
    """What answers in this process, the innermost last."""
    return _in_process


tags_of: WeakKeyDictionary[Any, frozenset[object]] = WeakKeyDictionary()
"""The tags of clients that were given to ``clients=[...]``, for questions that are asked outside of their calls."""

_in_context: ContextVar[tuple[Activation, ...]] = ContextVar("pytest_dynamodb_activations", default=())
_in_process: tuple[Activation, ...] = ()
_lock = forks.lock()


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

    A thread that has outlived its test is answered by whoever that test has left behind, and never by another test's.
    """
    owner = late()
    if owner is not None:
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
