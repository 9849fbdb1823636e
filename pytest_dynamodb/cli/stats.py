"""``stats``: what a folder of cassettes amounts to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.cli.printing import counted, progress, say, say_json, say_lines, size_text, table
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.upkeep.files import cassettes_in
from pytest_dynamodb.upkeep.statistics import Statistics, Stored, statistics

_MOST = 10
"""How many tables, errors and so on are listed; ``--json`` has all."""


@click.command()
@click.argument("folder", metavar="[DIR]", default="cassettes", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As a JSON object, with everything.")
def stats(folder: Path, *, as_json: bool) -> None:
    """Sum up the cassettes in DIR, by default `cassettes`, and below.

    Counts operations, tables, errors, attempts and capacity units, says how long the recorded calls took (which a
    replay saves), how old the recordings are, and which files are the largest. Exits with 1 if a cassette cannot be
    read; the others are counted all the same.
    """
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {str(folder)!r}: name the one that holds the cassettes")
    unreadable: list[CassetteError] = []
    sums = statistics(_stored(list(cassettes_in(folder)), unreadable))
    if as_json:
        say_json(sums.as_json())
    else:
        _print(sums)
    for damage in unreadable:
        say_lines(f"Error: {damage}", err=True)
    if unreadable:
        raise SystemExit(1)


def _stored(paths: list[Path], unreadable: list[CassetteError]) -> Iterator[Stored]:
    for path in progress(paths, length=len(paths), what="Reading"):
        try:
            yield Stored(path, path.stat().st_size, read(path))
        except CassetteError as problem:
            unreadable.append(problem)


def _print(sums: Statistics) -> None:
    say(f"{counted(sums.cassettes, 'cassette')}, {counted(sums.exchanges, 'exchange')}, {size_text(sums.size)}")
    if not sums.exchanges:
        return
    say(f"recorded {sums.oldest[:10] or 'at an unknown time'} to {sums.newest[:10] or 'an unknown time'}")
    say(f"took {sums.seconds:.1f} s to record, {sums.attempts} attempts")
    unsure = f"; {counted(sums.unreported, 'answer')} did not say" if sums.unreported else ""
    say(f"consumed {sums.read:g} read and {sums.write:g} write units{unsure}")
    for heading, counts in (
        ("operation", sums.operations),
        ("table", sums.tables),
        ("error", sums.errors),
        ("region", sums.regions),
        ("recorded with", sums.recorders),
    ):
        _list(heading, counts)
    say()
    table([("size", "largest"), *((size_text(size), path) for size, path in sums.largest)], right=frozenset({0}))


def _list(heading: str, counts: Counter[str]) -> None:
    if not counts:
        return
    rows = [(str(count), name) for name, count in counts.most_common(_MOST)]
    rest = len(counts) - len(rows)
    say()
    table([("", heading), *rows, *([("", f"and {rest} more")] if rest else [])], right=frozenset({0}))
