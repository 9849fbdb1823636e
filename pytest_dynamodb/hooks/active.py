"""Which provider answers right now.

Providers are stacked and the innermost answers. A stack of the running context (a task, or the thread that entered)
goes before the process-wide one, so that two tasks or threads with a cassette each do not meet, while worker threads,
which inherit no context, find the cassette of the process.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from pytest_dynamodb.exchange import Provider

#: Names a client in its call's context when it was given to ``clients=[...]``; see ``handlers.tag_client``.
CLIENT_TAG = "pytest_dynamodb.client"


class Activation:
    """A provider put in charge, of every client or of tagged ones, until it is ended."""

    __slots__ = ("ended", "provider", "tags")

    def __init__(self, provider: Provider, tags: frozenset[object] | None) -> None:
        self.provider, self.tags, self.ended = provider, tags, False

    def takes(self, tags: frozenset[object] | None) -> bool:
        """Whether it answers a client that carries ``tags``."""
        return not self.ended and (self.tags is None or (tags is not None and not self.tags.isdisjoint(tags)))


#: The tags of clients that were given to ``clients=[...]``, for questions that are asked outside of their calls.
tags_of: WeakKeyDictionary[Any, frozenset[object]] = WeakKeyDictionary()

_in_context: ContextVar[tuple[Activation, ...]] = ContextVar("pytest_dynamodb_activations", default=())
_in_process: tuple[Activation, ...] = ()
_lock = threading.Lock()


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
    """The provider that answers a client carrying ``tags``, or ``None``."""
    if not _in_process:  # the one look-up that a call costs while nothing is active
        return None
    for activation in reversed(_in_context.get()):
        if activation.takes(tags):
            return activation.provider
    for activation in reversed(_in_process):
        if activation.takes(tags):
            return activation.provider
    return None
