"""The one way to the terminal: what commands print has been in files that others wrote.

Everything that a command prints goes through here, and no control character with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, Literal, TypeVar

import click

from pytest_dynamodb.terminal import printable, printable_lines

Step = TypeVar("Step")


def say(line: str = "", *, err: bool = False, **style: Any) -> None:
    """Print one line. A line's end in it is shown, not made. ``style`` is ``click.style``'s."""
    click.secho(printable(line), err=err, color=False if os.environ.get("NO_COLOR") else None, **style)


def say_lines(text: str, *, err: bool = False) -> None:
    """Print a text that has several lines: a report, or an error's message."""
    click.echo(printable_lines(text), err=err)


def say_json(value: Any) -> None:
    """Print data for another program, in ASCII, with everything else escaped."""
    click.echo(json.dumps(value, indent=2))


# --- tables and progress ---


def table(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset(), total: bool = False) -> None:
    """Write rows as aligned lines, the first of them headings, and with ``total`` the last a sum.

    On a terminal where rich is installed, it is rich that lays them out, in the terminal's width.
    """
    if sys.stdout.isatty() and find_spec("rich") is not None:
        _rich_table(rows, right, total=total)
        return
    for line in columns(rows, right=right):
        say(line)


def _rich_table(rows: Sequence[Sequence[str]], right: frozenset[int], *, total: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=total)
    heading, *body = rows
    last = body.pop() if total else [""] * len(heading)
    for number, (title, sum_of_all) in enumerate(zip(heading, last, strict=True)):
        flush = number in right
        justify: Literal["left", "right"] = "right" if flush else "left"
        shown.add_column(title, Text(printable(sum_of_all)), justify=justify, no_wrap=flush, overflow="fold")
    for row in body:
        shown.add_row(*[Text(printable(cell)) for cell in row])
    Console().print(shown)


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Rows as aligned lines. Columns numbered in ``right`` are right-aligned; the last one is not padded."""
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def progress(steps: Iterable[Step], *, length: int, what: str) -> Iterator[Step]:
    """The same steps; on a terminal a bar on stderr says how far they are, if there are more than a few."""
    if length < _FEW or not sys.stderr.isatty():
        yield from steps
        return
    with click.progressbar(steps, length=length, label=what, file=sys.stderr) as bar:
        yield from bar


_FEW = 8
"""So many cassettes are looked at before anybody wonders."""


def counted(number: int, what: str) -> str:
    """``1 cassette``, ``2 cassettes``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def size_text(size: int) -> str:
    """A number of bytes for people to read."""
    return f"{size} B" if size < 1000 else f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"
