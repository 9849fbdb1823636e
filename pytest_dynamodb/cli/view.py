"""``view``: recordings as one HTML page."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pytest_dynamodb.cassette.codec import collector_paused
from pytest_dynamodb.cassette.store import SUFFIX, read
from pytest_dynamodb.cli.printing import say, say_lines, size_text
from pytest_dynamodb.errors import CassetteError, ConfigurationError
from pytest_dynamodb.files import problem_with, replace
from pytest_dynamodb.upkeep.files import cassettes_in
from pytest_dynamodb.view import ShownRecording, page, recordings_data
from pytest_dynamodb.view.comparison import comparison_data

_PATH = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("path", type=_PATH)
@click.argument("other", required=False, type=_PATH)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page's file.")
def view(path: Path, other: Path | None, output: Path) -> None:
    """Write what PATH holds, a cassette or a folder of them, as one HTML page that needs no network.

    With OTHER the page shows both side by side, and first where they differ.

    Exits with 1 if a cassette cannot be read; the others are shown all the same.
    """
    if other is not None and path.is_dir() != other.is_dir():
        raise click.UsageError("compare two files or two folders, not one with the other")
    unreadable: list[CassetteError] = []
    with collector_paused(many=True):
        shown = _recordings(path, unreadable)
        if other is None:
            data = recordings_data(shown, title=_title(path))
        else:
            title = f"{_title(path)} and {_title(other)}"
            data = comparison_data(shown, _recordings(other, unreadable), title=title)
        content = page(data)
    try:
        replace(output, content.encode())
    except OSError as problem:
        said, remedy = problem_with(problem)
        raise ConfigurationError(f"{output} cannot be written: {said}; {remedy}") from problem
    say(f"{output}: {len(data['exchanges'])} exchanges, {size_text(output.stat().st_size)}")
    for damage in unreadable:
        say_lines(f"Error: {damage}", err=True)
    if unreadable:
        raise SystemExit(1)


def _title(path: Path) -> str:
    return path.name.removesuffix(SUFFIX) or str(path)


def _recordings(path: Path, unreadable: list[CassetteError]) -> list[ShownRecording]:
    """The cassette at ``path``, or those in it and below; what cannot be read is added to ``unreadable``."""
    found = []
    for file in [path] if path.is_file() else cassettes_in(path):
        name = file.name if path.is_file() else Path(os.path.relpath(file, path)).as_posix()
        try:
            header, exchanges = read(file)
        except CassetteError as problem:
            unreadable.append(problem)
        else:
            found.append(ShownRecording(name.removesuffix(SUFFIX), header, exchanges))
    return found
