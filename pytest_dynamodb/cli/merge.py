"""``merge``: two branches' recordings joined by meaning; what git's merge driver runs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import click

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.store import Contents, put, write
from pytest_dynamodb.cli.printing import counted, say
from pytest_dynamodb.errors import CassetteError, ConfigurationError
from pytest_dynamodb.upkeep.files import EMPTY, Packed, unpack
from pytest_dynamodb.upkeep.git import Repository
from pytest_dynamodb.upkeep.merge import MergedRecording, SideName
from pytest_dynamodb.upkeep.merge import merge as merged


@click.command()
@click.argument("files", metavar="BASE OURS THEIRS | FILE", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--path", metavar="NAME", default="", help="What the cassette is called, in messages.")
@click.option("--take", type=click.Choice(["ours", "theirs"]), help="Decide conflicts for this side.")
@click.option("--ignore", multiple=True, metavar="PATH", help="What may differ: JMESPath, such as Item.created_at.")
def merge(files: tuple[Path, ...], *, path: str, take: str | None, ignore: tuple[str, ...]) -> None:
    """Join two recordings of one cassette by meaning, and write the result to OURS.

    BASE is what both began with; an empty file if there was nothing. After `git-setup` git runs this in merges,
    rebases, cherry-picks and `git stash pop`. What one side changed is taken from it. Exits with 1 if both changed the
    same exchange differently, or one wrote what the other read; OURS then holds our version of that, and all else of
    both. With FILE alone, a cassette that git reports as conflicting, its versions come from git, so that
    `merge --take theirs FILE` decides for the other side.
    """
    if len(files) not in (1, 3):
        raise click.UsageError("give the three files BASE OURS THEIRS, or one FILE that git reports as conflicting")
    target = files[0] if len(files) == 1 else files[1]
    name = path or str(target)
    try:
        base, ours, theirs = _versions(files, name)
    except CassetteError as problem:
        say(f"pytest-dynamodb: {problem}", err=True)
        say("  it cannot be joined: keep one side (git checkout --ours or --theirs), or record it again", err=True)
        raise SystemExit(1) from None
    matcher = Matcher(ignore, across_runs=True)
    found = merged(
        base.contents, ours.contents, theirs.contents, matcher=matcher, take=cast("SideName", take or "ours")
    )
    _write(target, found.contents, ours, theirs)
    _report(name, found, matcher, decided=take is not None)
    if found.conflicts and take is None:
        raise SystemExit(1)


def _versions(files: Sequence[Path], name: str) -> Iterator[Packed]:
    """Base, ours and theirs, from three files or from the three stages of git's index."""
    if len(files) == 3:
        contents = [(file.read_bytes() if file.exists() else b"") for file in files]
    else:
        repository = Repository.around(files[0].parent)
        stages = [repository.blob(f":{stage}", files[0]) if repository else None for stage in (1, 2, 3)]
        if stages[1] is None or stages[2] is None:
            raise ConfigurationError(f"{files[0]}: git knows of no conflict between two versions of it")
        contents = [stage or b"" for stage in stages]
    sides = ("the common beginning", "ours", "theirs")
    return iter([unpack(raw, f"{name} ({side})") if raw else EMPTY for raw, side in zip(contents, sides, strict=True)])


def _write(target: Path, contents: Contents, ours: Packed, theirs: Packed) -> None:
    """Write the result, but if it says no more than a side does, that side's very bytes."""
    for side in (ours, theirs):
        header, exchanges = side.contents
        if exchanges == contents.exchanges and _means(header) == _means(contents.header):
            put(target, side.raw)
            return
    write(target, contents.header, contents.exchanges, compress=ours.compressed or theirs.compressed)


def _means(header: Header) -> tuple[object, ...]:
    """What of a header a replay depends on."""
    place = header.region, header.account
    return header.node_id, place, dict(header.memos), set(header.pseudonyms), dict(header.volatile)


def _tests(node_id: str) -> list[str]:
    """The argument that chooses a cassette's test; none if it is a fixture's or shared."""
    return [shlex.quote(node_id)] if node_id.partition("::")[2] and not node_id.startswith("::") else []


def _report(name: str, found: MergedRecording, matcher: Matcher, *, decided: bool) -> None:
    joined = counted(len(found.contents.exchanges), "exchange")
    if not found.conflicts:
        say(f"pytest-dynamodb: {name} joined: {joined}", err=True)
        return
    verb = "decided" if decided else "left"
    say(f"pytest-dynamodb: {name}: {counted(len(found.conflicts), 'conflict')} {verb}, {joined}", err=True)
    for conflict in found.conflicts:
        for line in conflict.lines(matcher):
            say(f"  {line}", err=True)
    if decided:
        say(f"  now: git add {name}", err=True)
        return
    again = " ".join(["pytest", *_tests(found.contents.header.node_id), "--record"])
    say("  the file holds ours where one had to be chosen, and everything else of both; now either", err=True)
    say(f"    record it again:     {again}", err=True)
    say(f"    or take theirs:      pytest-dynamodb merge --take theirs {name}", err=True)
    say(f"    or keep it as it is: git add {name}", err=True)
