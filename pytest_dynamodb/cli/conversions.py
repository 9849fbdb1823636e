"""A recording read from a file, and what became of it, for people and for programs: of one, or of a project's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pytest_dynamodb.cli.printing import columns, counted
from pytest_dynamodb.convert.conversion import Conversion, ConversionError, LeftOut
from pytest_dynamodb.convert.documents import conversion_of
from pytest_dynamodb.files import read_plain


def conversion_at(path: Path) -> Conversion:
    """What becomes of the recording in a file. Raises ``ConversionError`` if it is none."""
    try:
        text = read_plain(path).decode()
    except (OSError, UnicodeDecodeError) as problem:
        raise ConversionError(f"{path}: cannot be read: {problem}") from None
    return conversion_of(text, path.suffix.lower(), str(path))


def check_free(target: Path, *, force: bool) -> None:
    """Raise ``UsageError`` if a file is there that nobody said to replace."""
    if target.exists() and not force:
        raise click.UsageError(f"{target} is there already: --force replaces it")


def outcome_lines(source: Path, target: Path, conversion: Conversion) -> list[str]:
    """What was done with a recording, for people."""
    kept, other = len(conversion.exchanges), len(conversion.foreign)
    line = f"{source}: {counted(kept, 'exchange')}"
    line += f" → {target}" if kept else ", nothing was written"
    if conversion.joined:
        line += f"; {conversion.joined} further attempts are part of their calls"
    if other:
        line += f"; {other} of other services stay where they are"
    rows = [(f"  {one.number}.", one.what, one.reason) for one in conversion.lost]
    return [line, *([f"  {len(rows)} left out:", *columns(rows)] if rows else [])]


def outcome_json(source: Path, target: Path, conversion: Conversion) -> dict[str, Any]:
    """The same for programs."""
    return {
        "source": str(source),
        "target": str(target) if conversion.exchanges else None,
        "exchanges": len(conversion.exchanges),
        "joined": conversion.joined,
        "lost": left_json(conversion.lost),
        "foreign": left_json(conversion.foreign),
    }


def left_json(left: Sequence[LeftOut]) -> list[dict[str, Any]]:
    return [{"number": one.number, "what": one.what, "reason": one.reason} for one in left]
