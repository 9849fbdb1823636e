"""The clock, the sleep and the jitter of a client, which tests replace."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_dynamodb.clock import Clock

Sleep = Callable[[float], object]
"""Waits for so many seconds, or returns what is to be awaited for that."""


class MonotonicClock:
    """Seconds since some moment; never goes back."""

    def now(self) -> float:
        """Seconds since that moment."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Timing:
    """``sleep`` waits; ``None`` waits in real time, and not at all while everything is answered offline.

    A ``sleep`` that is given is always called. ``jitter`` draws from [0, 1).
    """

    clock: Clock = field(default_factory=MonotonicClock)
    sleep: Sleep | None = None
    jitter: Callable[[], float] = random.random
