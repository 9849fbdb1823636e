"""Arguments, where they come in: what makes no sense is refused there, and never reaches what could trip over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pytest_dynamodb.errors import ConfigurationError, quoted

Member = TypeVar("Member")

VAST = 2**1000
"""Whole numbers from here on are none that a float could hold, or nearly so."""


def whole(says: str, number: Any, *, most: int | None = None) -> int:
    """A number of things, from 1. Raises ``ConfigurationError``, which ``says`` what is expected."""
    if isinstance(number, int) and not isinstance(number, bool) and number >= 1 and (most is None or number <= most):
        return number
    raise ConfigurationError(f"{says}, not {quoted(number)}")


def items(name: str, number: int | None) -> int | None:
    """A number of items, or ``None`` for no limit. Raises ``ConfigurationError``."""
    return None if number is None else whole(f"{name} is a number of items, 1 or more, or None", number)


def seconds(name: str, number: Any, *, above: bool = False) -> float:
    """A time from 0, or above it. Raises ``ConfigurationError``, also for more than a clock's float can be added to."""
    if isinstance(number, (int, float)) and not isinstance(number, bool):
        is_small = isinstance(number, float) or number < VAST
        if is_small and (number > 0 if above else number >= 0):
            return number
    raise ConfigurationError(f"{name} is a number of seconds{' above 0' if above else ''}, not {quoted(number)}")


def text(name: str, given: Any) -> str:
    """A text that is not empty. Raises ``ConfigurationError``."""
    if not isinstance(given, str) or not given:
        raise ConfigurationError(f"{name} is text, and not empty: {quoted(given)} is not")
    return given


def optional_text(name: str, given: str | None) -> str | None:
    """The same, or ``None``."""
    return None if given is None else text(name, given)


def listed(name: str, given: Iterable[Member]) -> list[Member]:
    """The members of a list, or of whatever else holds some. Raises ``ConfigurationError``, also for a text alone."""
    found: Any = given
    if isinstance(found, (str, bytes, bytearray, Mapping)) or not isinstance(found, Iterable):
        raise ConfigurationError(f"{name} is a list, not {quoted(found)}")
    return list(given)


def mapping(name: str, given: Any) -> Mapping[str, Any]:
    """A mapping of names. Raises ``ConfigurationError``."""
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise ConfigurationError(f"{name} is a mapping of names, not {quoted(given)}")
    return given
