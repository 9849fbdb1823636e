"""Cassettes as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import SUFFIX
from pytest_dynamodb.exchange import Exchange, TransportFailure


def cassettes_in(folder: Path) -> Iterator[Path]:
    """The cassette files in ``folder`` and below, sorted by path; without journals and failed attempts."""
    yield from sorted(path for path in folder.rglob(f"*{SUFFIX}") if not path.name.startswith("."))


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Rows as aligned lines. Columns numbered in ``right`` are right-aligned; the last one is not padded."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def size_text(size: int) -> str:
    """A number of bytes for people to read."""
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"


def header_json(path: Path, header: Header) -> dict[str, Any]:
    return {
        "path": str(path),
        "node_id": header.node_id,
        "recorded": header.recorded,
        "endpoint": header.endpoint,
        "region": header.region,
        "account": header.account,
        "recorder": dict(header.recorder),
        "size": path.stat().st_size,
    }


def status_text(exchange: Exchange) -> str:
    """The error's code or the transport failure's name; of a success the HTTP status."""
    if exchange.error_code is not None:
        return exchange.error_code
    outcome = exchange.outcome
    return "" if isinstance(outcome, TransportFailure) else str(outcome.status)
