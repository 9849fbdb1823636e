"""The words that options choose from. Apart from the options, because the pytest plugin needs only these to load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast, get_args

Mode = Literal["none", "once", "new_episodes", "rewrite", "verify"]
MODES: tuple[Mode, ...] = get_args(Mode)
Order = Literal["causal", "strict", "any"]
"""``causal``: equal requests in recorded order, and reads of an item after a write of it see what was recorded after
that write. ``any``: equal requests in recorded order. ``strict``: all requests in recorded order."""
ORDERS: tuple[Order, ...] = get_args(Order)
OnUnused = Literal["ignore", "warn", "fail"]
ON_UNUSED: tuple[OnUnused, ...] = get_args(OnUnused)
HabitName = Literal[
    "read_units", "write_units", "scans", "repeated_reads", "reads_in_a_row", "unread_pages", "unprocessed", "hot_key"
]
"""What a test may have limits of: see ``habits``."""
HABITS: tuple[HabitName, ...] = get_args(HabitName)

OnSecrets = Literal["warn", "refuse", "ignore"]
"""What becomes of a recording that holds what looks like a secret: it is written with a warning, or refused."""
ON_SECRETS: tuple[OnSecrets, ...] = get_args(OnSecrets)


def check_mode(mode: str) -> Mode:
    """A record mode by its name; ``all`` is another name of ``rewrite``."""
    return cast(Mode, one_of("mode", "rewrite" if mode == "all" else mode, MODES))


def one_of(name: str, value: Any, allowed: Sequence[str]) -> str:
    """``value`` if it is allowed. Raises ``ConfigurationError`` that lists what is."""
    if value not in allowed:
        from pytest_dynamodb.errors import ConfigurationError  # which a pytest run without DynamoDB does not need

        raise ConfigurationError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return cast(str, value)
