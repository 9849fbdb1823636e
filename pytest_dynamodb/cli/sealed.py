"""A pytest plugin for the demo: any attempt to open a connection in this process is an error."""

from __future__ import annotations

import sys
from typing import Any

_REACHING = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})
"""Audit events of the standard library that begin to reach somebody ("Audit events table" in Python's
documentation)."""


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _REACHING:
        raise OSError(f"the network is cut for this demonstration: {event}{arguments[1:]!r}")


def pytest_configure() -> None:
    """Cut the network, for as long as this process lives."""
    sys.addaudithook(_refuse)
