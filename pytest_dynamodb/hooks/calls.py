"""Calls that are not answered at once: those on their way through the network or through attempts of their own.

Apart from the handlers, which import botocore: a client that was only made does not.
"""

from __future__ import annotations

import time

from pytest_dynamodb.exchange import Attempts, Outcome, Provider, Request, Response

CALL = "pytest_dynamodb.call"
"""Where such a call keeps its state: botocore gives every call a dictionary of its own."""


class HookedCall:
    """A call under way. ``attempts`` counts those that came to an answer, ``last`` is the last answer.

    ``by`` answers the attempts, where they do not all go to the network; the caller waits ``timeout`` seconds for each
    and, with ``is_async``, is a coroutine. ``foreign`` names another tool's recording that answered the last attempt.
    """

    __slots__ = ("attempts", "began", "by", "foreign", "is_async", "last", "provider", "request", "timeout")

    def __init__(self, provider: Provider, request: Request) -> None:
        self.provider, self.request = provider, request
        self.attempts, self.began = 0, time.perf_counter()
        self.last: Response | None = None
        self.by: Attempts | None = None
        self.timeout: float | None = None
        self.is_async = False
        self.foreign = ""

    @property
    def elapsed(self) -> float:
        """Seconds since it began; none where a test has set the clock back meanwhile."""
        return max(0.0, time.perf_counter() - self.began)

    def conclude(self, outcome: Outcome) -> None:
        """Tell whoever answered, or the provider, what it came to."""
        if self.by is None:
            self.provider.after(self.request, outcome)
        else:
            self.by.after(outcome)
