"""How often a request is sent, and how long to wait between."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_dynamodb.client.policy.classification import FailureKind
from pytest_dynamodb.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with jitter.

    Before attempt n + 1, ``min(min(base * 2^(n-1), max_delay) * (1 + U), max_delay)`` seconds pass, with U from [0, 1).

    ``max_attempts``      how often a request is sent at most, the first time included
    ``throttling_base``   in seconds, after throttling; ``base`` after everything else that is worth another attempt.
                          AWS's SDKs of 2026 have it the other way round (25 ms, and 1 s after throttling): see the
                          how-to on retries before choosing
    ``max_delay``         in seconds; what DynamoDB asks for with ``x-amz-retry-after`` is waited for, but no longer
    ``quota``             a client's budget of retries: each takes 5 of it and gives them back when it succeeds; none is
                          made when it is used up. ``None`` for no such limit

    Raises ``ConfigurationError`` for a value out of range.
    """

    max_attempts: int = 10
    throttling_base: float = 0.05
    base: float = 0.1
    max_delay: float = 20.0
    quota: int | None = 500

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ConfigurationError(f"max_attempts counts the first attempt too and is 1 or more: {self.max_attempts}")
        for name in ("throttling_base", "base", "max_delay"):
            if not getattr(self, name) >= 0:
                raise ConfigurationError(f"{name} is a number of seconds, not {getattr(self, name)!r}")
        if self.quota is not None and self.quota < 0:
            raise ConfigurationError(f"quota is None, or 0 or more, not {self.quota}")

    def delay(self, failures: int, kind: FailureKind, jitter: float, *, retry_after: float = 0.0) -> float:
        """Seconds to wait after the failure of this number, from 1; ``jitter`` is a number in [0, 1)."""
        base = self.throttling_base if kind == "throttling" else self.base
        # 2 ** 1024 is no float; and beyond a few dozen the cap has long been reached.
        delay = min(base * 2.0 ** min(failures - 1, 64), self.max_delay) * (1.0 + jitter)
        return min(max(delay, retry_after), self.max_delay)
