"""``prune``: delete what nobody needs any more."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from pytest_dynamodb.cassette.store import read, remove, write
from pytest_dynamodb.cli.collection import collected, from_here
from pytest_dynamodb.cli.printing import counted, say, say_json, size_text
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.upkeep.git import Repository
from pytest_dynamodb.upkeep.pruning import UnusedFile, left_files, unused_cassettes


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted; exit with 1 if there is anything.")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@click.option("--rename", is_flag=True, help="Move cassettes whose test seems to have another name by now.")
@click.option("--no-collect", is_flag=True, help="Do not ask pytest: cassettes are left alone.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON list; deletes nothing without --yes.")
def prune(folder: Path, *, dry_run: bool, yes: bool, rename: bool, no_collect: bool, as_json: bool) -> None:
    """Delete cassettes whose test is gone, and what failed and killed recordings left, in the project DIR.

    DIR is where you run pytest, by default the current folder: pytest is asked which tests there are, and runs none.
    Of modules that it cannot collect nothing is deleted. Where a test without a cassette looks like the one that is
    gone, the `git mv` is shown; --rename does it, and writes the test's name into the cassette. Without --yes the files
    are shown first, and you are asked.
    """
    if dry_run and yes:
        raise click.UsageError("take one of --dry-run and --yes")
    unused = _unused(folder, collect=not no_collect)
    moves = [file for file in unused if file.successor is not None]
    if rename and not dry_run:
        for file in moves:
            _move(file)
        unused = [file for file in unused if file.successor is None]
    if as_json:
        say_json([_json(file) for file in unused])
    else:
        _show(unused, renamed=len(moves) if rename and not dry_run else 0)
    if not unused:
        return
    if dry_run or not (yes or (not as_json and _agreed(unused))):
        raise SystemExit(1)
    for file in unused:
        remove(file.path)
    if not as_json:
        say(f"{counted(len(unused), 'file')} deleted")


def _unused(folder: Path, *, collect: bool) -> list[UnusedFile]:
    if not collect:
        return list(left_files(folder / "cassettes" if (folder / "cassettes").is_dir() else folder))
    found = collected(folder)
    for node_id in found.broken:
        say(f"Warning: {node_id} could not be collected: its cassettes are left alone", err=True)
    cassettes = unused_cassettes(found.orphans, found.tests)
    return [*cassettes, *(file for home in found.folders for file in left_files(home))]


def _show(unused: Sequence[UnusedFile], *, renamed: int) -> None:
    if renamed:
        say(f"{counted(renamed, 'cassette')} moved")
    for file in unused:
        say(f"{from_here(file.path)}: {file.why}")
        if file.successor is not None:
            say(f"  perhaps {file.owner} now: {_command(file)} (--rename does it)", fg="yellow")
    size = size_text(sum(file.path.stat().st_size for file in unused))
    say(f"{counted(len(unused), 'file')} to delete, {size}" if unused else "nothing to delete")


def _command(file: UnusedFile) -> str:
    assert file.successor is not None
    return shlex.join(["git", "mv", str(from_here(file.path)), str(from_here(file.successor))])


def _agreed(unused: Sequence[UnusedFile]) -> bool:
    return sys.stdin.isatty() and click.confirm(f"Delete {counted(len(unused), 'file')}?")


def _move(file: UnusedFile) -> None:
    """Move a cassette, with git if git knows it, and let its header name its test."""
    assert file.successor is not None
    file.successor.parent.mkdir(parents=True, exist_ok=True)
    repository = Repository.around(file.path.parent)
    try:
        if repository is None:
            raise ConfigurationError("no repository")
        repository.run("mv", "--", repository.name(file.path), repository.name(file.successor))
    except ConfigurationError:  # not in git
        file.path.rename(file.successor)
    header, exchanges = read(file.successor)
    write(file.successor, replace(header, node_id=file.owner), exchanges)


def _json(file: UnusedFile) -> dict[str, object]:
    return {
        "path": str(file.path),
        "why": file.why,
        "size": file.path.stat().st_size,
        "successor": None if file.successor is None else str(file.successor),
        "test": file.owner or None,
    }
