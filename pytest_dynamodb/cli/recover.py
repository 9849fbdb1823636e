"""``recover``: the cassette of a recording that could not be written, made of its journal."""

from __future__ import annotations

from pathlib import Path

import click

from pytest_dynamodb.cassette.journal import cassette_of, read_journal
from pytest_dynamodb.cassette.recording import Recording
from pytest_dynamodb.cassette.store import exists, remove
from pytest_dynamodb.cli.printing import say


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), metavar="CASSETTE", help="Write this one instead.")
@click.option("--replace", is_flag=True, help="Replace the cassette that is there.")
def recover(file: Path, *, to: Path | None, replace: bool) -> None:
    """Write the cassette of a recording that could not be written: FILE is its journal.

    A recording leaves one, NAME.unsaved, where its cassette cannot be written, and .NAME.PID.journal where its process
    was killed: the latter holds what was recorded until then. What would have been added to a cassette is added. FILE
    is deleted once the cassette is written.
    """
    left, target = read_journal(file), to or cassette_of(file)
    if not (replace or left.purpose.adds or left.purpose.shared) and exists(target):
        raise click.UsageError(f"there is a cassette {str(target)!r}: say --replace to replace it, or --to another one")
    if left.broke_off:
        say("Warning: the last exchange broke off while it was written, and is lost", err=True)
    Recording.left(left, target).commit(left.contents.header.memos)
    remove(file)
    say(f"{len(left.contents.exchanges)} exchanges recovered into {target}")
