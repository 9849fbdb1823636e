"""How a cassette is to be used: modes, orders and the rest, checked once, where they are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Literal

from pytest_dynamodb.cassette.choices import ON_UNUSED, ORDERS, Mode, OnUnused, Order, check_mode, one_of
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Exchange, Request

#: ``(operation, params)`` → other parameters to match by, or ``None`` to match by these.
NormalizeHook = Callable[[str, dict[str, Any]], dict[str, Any] | None]

#: ``(path, type_tag, value)`` → what to put there instead, or ``None`` to leave it.
RedactHook = Callable[[str, str, str], str | None]

#: ``(exchange)`` → another exchange to go on with, ``False`` to drop it, or ``None`` to leave it as it is.
ExchangeHook = Callable[[Exchange], "Exchange | Literal[False] | None"]


@dataclass(frozen=True, slots=True)
class Hooks:
    """Functions a project may hang into recording and replay."""

    normalize: NormalizeHook | None = None
    redact: RedactHook | None = None
    before_record: ExchangeHook | None = None
    before_replay: ExchangeHook | None = None
    miss: Callable[[Request, Sequence[Exchange]], None] | None = None


@dataclass(frozen=True, slots=True)
class CassetteOptions:
    """Everything that decides how a cassette records and answers.

    ``owner`` is the node id of the test, and ``shared`` says that the cassette is its own only in part.
    ``remedy`` is the command that records again, ``colour`` says that reports are for a terminal. Raises
    ``ConfigurationError`` for a value that makes no sense.
    """

    mode: Mode = "none"
    ignore: Sequence[str] = ()
    redact: Sequence[str] = ()
    order: Order = "causal"
    repeats: bool = False
    on_unused: OnUnused = "warn"
    max_age: timedelta | None = None
    allow: Sequence[str] = ()
    compress: bool = False
    owner: str = ""
    shared: bool = False
    upstream: str = "aws"
    remedy: str = 'record it again: pytest --record, or use_cassette(…, mode="rewrite")'
    colour: bool = False
    hooks: Hooks = field(default_factory=Hooks)

    def __post_init__(self) -> None:
        """Check what could be misspelt."""
        object.__setattr__(self, "mode", check_mode(self.mode))
        one_of("order", self.order, ORDERS)
        one_of("on_unused", self.on_unused, ON_UNUSED)
        for name in ("ignore", "redact", "allow"):
            value = getattr(self, name)
            if isinstance(value, str) or not all(isinstance(element, str) for element in value):
                raise ConfigurationError(f"{name} takes a list of strings, not {value!r}")
        for name in ("repeats", "compress"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigurationError(f"{name} is True or False, not {getattr(self, name)!r}")
        object.__setattr__(self, "max_age", parse_age(self.max_age))


OPTION_NAMES = frozenset(option.name for option in fields(CassetteOptions))


def parse_age(age: object) -> timedelta | None:
    """A cassette's greatest age: a ``timedelta``, a number of days, or text such as ``"90d"`` or ``"12h"``."""
    if age is None or age == "":
        return None
    if isinstance(age, timedelta):
        return age
    if isinstance(age, int) and not isinstance(age, bool):
        return timedelta(days=age)
    found = re.fullmatch(r"(\d+)\s*([dhw]?)", str(age).strip())
    if found is None:
        raise ConfigurationError(f'max_age must be a number of days, or text such as "90d", "4w" or "12h", not {age!r}')
    unit = {"h": "hours", "d": "days", "w": "weeks", "": "days"}[found[2]]
    return timedelta(**{unit: int(found[1])})
