"""What a child process is told of a provider that is in charge of its parent.

Values alone: it is pickled for children that are spawned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bequest:
    """What a child is told of one activation: where to ask for it, and what its provider says of itself."""

    address: Any
    key: bytes
    number: int
    offline: bool
    endpoint: str | None
