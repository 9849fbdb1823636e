"""Locks that a forked child has anew: one that another thread held would never be released in it.

What is registered with ``os.register_at_fork`` lives until the interpreter is gone, and with it all that this module
names. So it names little: with ``typing`` each process took 6 ms longer to end.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from typing import Any

_locks: WeakSet[Any] = WeakSet()
"""Every lock of this package that is still in use."""


def lock() -> threading.Lock:
    """A lock that is free in a forked child."""
    made = threading.Lock()
    _locks.add(made)
    return made


def reentrant_lock() -> threading.RLock:
    """A lock that its holder may take again, and that is free in a forked child."""
    made = threading.RLock()
    _locks.add(made)
    return made


def _renew() -> None:
    for held in list(_locks):
        held._at_fork_reinit()  # noqa: SLF001 - as the standard library does with its own


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
