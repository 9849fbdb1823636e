"""What a folder of cassettes amounts to: how much of what, of which tables, how large and how old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pytest_dynamodb.cassette.items import consumed
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.requests import tables_of


class Stored(NamedTuple):
    """A cassette, its path and the size of its file in bytes."""

    path: Path
    size: int
    contents: Contents


@dataclass(slots=True)
class Statistics:
    """Sums over cassettes.

    ``seconds`` is what the recorded calls took, all together; ``read`` and ``write`` are capacity units, as far as
    answers say what they consumed, and ``unreported`` counts those that do not say. ``oldest`` and ``newest`` are when
    cassettes were recorded, ``largest`` the sizes and paths of the largest files.
    """

    cassettes: int = 0
    exchanges: int = 0
    size: int = 0
    attempts: int = 0
    seconds: float = 0.0
    read: float = 0.0
    write: float = 0.0
    unreported: int = 0
    oldest: str = ""
    newest: str = ""
    operations: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    recorders: Counter[str] = field(default_factory=Counter)
    largest: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same for programs; counters as objects, the commonest first."""
        listed: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            listed[name] = dict(value.most_common()) if isinstance(value, Counter) else value
        return {**listed, "largest": [{"path": path, "size": size} for size, path in self.largest]}


_LARGEST = 5
"""How many of the largest files are named."""


def statistics(cassettes: Iterable[Stored]) -> Statistics:
    """The sums over ``cassettes``, of which one at a time is held."""
    sums = Statistics()
    for path, size, (header, exchanges) in cassettes:
        sums.cassettes += 1
        sums.exchanges += len(exchanges)
        sums.size += size
        sums.largest = sorted([*sums.largest, (size, str(path))], reverse=True)[:_LARGEST]
        if _is_time(header.recorded):
            sums.oldest = min(sums.oldest or header.recorded, header.recorded)
            sums.newest = max(sums.newest, header.recorded)
        sums.recorders.update(f"{name} {version}" for name, version in header.recorder.items())
        units = consumed(exchanges)
        sums.read, sums.write = sums.read + units.read, sums.write + units.write
        sums.unreported += len(units.unreported)
        for exchange in exchanges:
            sums.attempts += exchange.attempts
            sums.seconds += exchange.elapsed
            sums.operations[exchange.operation] += 1
            sums.tables.update(name or "(not known)" for name in tables_of(exchange.operation, exchange.params))
            if exchange.error_code is not None:
                sums.errors[exchange.error_code] += 1
            if exchange.region:
                sums.regions[exchange.region] += 1
    return sums


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return False
    return True
