"""The one way to the terminal: what commands print has been in files that others wrote.

Everything that a command prints goes through here, and no control character with it.
"""

from __future__ import annotations

import json
from typing import Any

import click

from pytest_dynamodb.terminal import printable, printable_lines


def say(line: str = "", *, err: bool = False, **style: Any) -> None:
    """Print one line. A line's end in it is shown, not made. ``style`` is ``click.style``'s."""
    click.secho(printable(line), err=err, **style)


def say_lines(text: str, *, err: bool = False) -> None:
    """Print a text that has several lines: a report, or an error's message."""
    click.echo(printable_lines(text), err=err)


def say_json(value: Any) -> None:
    """Print data for another program, in ASCII, with everything else escaped."""
    click.echo(json.dumps(value, indent=2))
