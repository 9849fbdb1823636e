"""``review``: what a recording changed, accepted or rejected exchange by exchange."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from pytest_dynamodb.cassette.store import put, read, write
from pytest_dynamodb.cli.diff import change_json, print_change
from pytest_dynamodb.cli.printing import counted, say, say_json, say_lines
from pytest_dynamodb.errors import CassetteError, ConfigurationError
from pytest_dynamodb.upkeep.comparison import ExchangeChange
from pytest_dynamodb.upkeep.files import EMPTY, Packed, cassettes_in, unpack
from pytest_dynamodb.upkeep.git import Repository
from pytest_dynamodb.upkeep.review import RecordingReview, paths_of

_KEYS = {
    "a": "accept it",
    "r": "reject it: what was there before comes back",
    "i": "ignore a path from now on",
    "d": "redact a path from now on",
    "s": "skip it",
    "A": "accept all that is left",
    "q": "quit, keeping what was decided",
}


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """A cassette under review: its file, what it was before, and the review."""

    path: Path
    before: Packed
    review: RecordingReview


def somebody_is_there() -> bool:
    """Whether questions can be asked."""
    return sys.stdin.isatty()


class _Quit(Exception):
    """Somebody has seen enough."""


@click.command()
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An older cassette.")
@click.option("--since", metavar="REVISION", default="HEAD", show_default=True, help="What git has to compare with.")
@click.option("--ignore", multiple=True, metavar="PATH", help="What may differ: JMESPath, such as Item.created_at.")
@click.option("--redact", multiple=True, metavar="PATH", help="What to replace, as JMESPath.")
@click.option("--accept-all", is_flag=True, help="Accept all changes, without asking.")
@click.option("--reject-all", is_flag=True, help="Reject all changes, without asking.")
@click.option("--only", multiple=True, metavar="PATH", help="Accept what differs just there, reject all else.")
@click.option("--json", "as_json", is_flag=True, help="List the changes as JSON, and decide nothing.")
def review(
    paths: tuple[Path, ...],
    *,
    against: Path | None,
    since: str,
    ignore: tuple[str, ...],
    redact: tuple[str, ...],
    accept_all: bool,
    reject_all: bool,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Walk through what changed since the last commit, exchange by exchange, in the cassettes PATH.

    PATH is a cassette or a folder, by default `cassettes`. Each change can be accepted, or rejected: then the exchange
    is again what it was. A path such as Item.created_at can be ignored, and what differs nowhere else is rejected with
    it; or redacted, in the whole file. The lines to add to the test are printed at the end. Without a terminal, and
    without --accept-all, --reject-all or --only, the changes are listed. Exits with 1 if any are left undecided.
    """
    if accept_all + reject_all + bool(only) > 1:
        raise click.UsageError("take one of --accept-all, --reject-all and --only")
    reviewed = list(_reviewed(paths or (Path("cassettes"),), against, since))
    if as_json:
        say_json([_json(one) for one in reviewed])
        raise SystemExit(any(one.review.open for one in reviewed))
    for one in reviewed:
        for path in redact:
            one.review.redact(path)
        for path in ignore:
            one.review.ignore(path)
        if only:
            one.review.keep_only(only)
        for change in one.review.open if accept_all or reject_all else ():
            (one.review.accept if accept_all else one.review.reject)(change)
    if somebody_is_there():
        with contextlib.suppress(_Quit):
            _walk(reviewed)
    else:
        _list(reviewed)
    for one in reviewed:
        _settle(one)
    _conclude(reviewed)


def _reviewed(paths: Sequence[Path], against: Path | None, since: str) -> Iterator[_Reviewed]:
    """The cassettes that changed."""
    for path, raw in _older(paths, against, since):
        before = unpack(raw, f"{path} (before)") if raw else EMPTY
        try:
            now = read(path) if path.exists() else EMPTY.contents
        except CassetteError as problem:
            say_lines(f"Error: {problem}", err=True)
            continue
        found = RecordingReview(before.contents, now)
        if found.changes:
            yield _Reviewed(path, before, found)


def _older(paths: Sequence[Path], against: Path | None, since: str) -> Iterator[tuple[Path, bytes | None]]:
    """Cassettes, and the bytes of what they were."""
    if against is not None:
        if len(paths) != 1 or paths[0].is_dir():
            raise click.UsageError("--against compares one cassette with another: name it")
        yield paths[0], against.read_bytes()
        return
    for path in paths:
        folder = path if path.is_dir() else path.parent
        repository = Repository.around(folder) if folder.is_dir() else None
        if repository is None:
            raise ConfigurationError(f"{path} is in no git repository: say --against FILE, an older version of it")
        changed = {found.resolve() for found in repository.changed(since, [path])}
        present = list(cassettes_in(path)) if path.is_dir() else [path]
        gone = [found for found in sorted(changed) if not found.exists()]
        for found in [*(one for one in present if one.resolve() in changed), *gone]:
            yield found, repository.blob(since, found)


# --- asking ---


def _walk(reviewed: Sequence[_Reviewed]) -> None:
    for one in reviewed:
        if not one.review.open:
            continue
        say(f"{one.path}: {counted(len(one.review.open), 'change')}", bold=True)
        skipped: list[ExchangeChange] = []
        while waiting := [change for change in one.review.open if not any(change is past for past in skipped)]:
            print_change(waiting[0], one.review.matcher)
            if not _decide(one.review, waiting[0]):
                skipped.append(waiting[0])


def _decide(review: RecordingReview, change: ExchangeChange) -> bool:
    """Ask what becomes of a change; false if it is skipped."""
    while any(change is left for left in review.open):
        key = click.prompt("  [a]ccept [r]eject [i]gnore re[d]act [s]kip [A]ll [q]uit", prompt_suffix=" ? ").strip()
        if key == "s":
            return False
        if key == "q":
            raise _Quit
        if key in ("i", "d"):
            _take_path(review, change, redact=key == "d")
        elif key == "A":
            for left in review.open:
                review.accept(left)
        elif key in ("a", "r"):
            (review.accept if key == "a" else review.reject)(change)
        else:
            for name, meaning in _KEYS.items():
                say(f"    {name}  {meaning}")
    return True


def _take_path(review: RecordingReview, change: ExchangeChange, *, redact: bool) -> None:
    path = _ask_path(paths_of(change, review.matcher))
    if path and redact:
        review.redact(path)
        review.accept(change)
    elif path:
        review.ignore(path)


def _ask_path(paths: Sequence[str]) -> str:
    """One of the places that differ, by its number, or any other path; empty for none."""
    for number, path in enumerate(paths, 1):
        say(f"    {number}  {path}")
    chosen: str = click.prompt("  number, or a JMESPath expression", default="1" if paths else "", show_default=False)
    if chosen.isdigit() and 0 < int(chosen) <= len(paths):
        return paths[int(chosen) - 1]
    try:
        RecordingReview(EMPTY.contents, EMPTY.contents).ignore(chosen)
    except ConfigurationError as problem:
        say(f"  {problem}", fg="red")
        return ""
    return chosen


def _list(reviewed: Sequence[_Reviewed]) -> None:
    for one in reviewed:
        if one.review.open:
            say(f"{one.path}: {counted(len(one.review.open), 'change')}", bold=True)
        for change in one.review.open:
            print_change(change, one.review.matcher)


# --- what comes of it ---


def _settle(one: _Reviewed) -> None:
    result = one.review.result()
    if result is None:
        return
    if result is one.review.was:
        if one.before.raw:
            put(one.path, one.before.raw)
        else:
            one.path.unlink()
        return
    write(one.path, result.header, result.exchanges, compress=one.before.compressed)


def _conclude(reviewed: Sequence[_Reviewed]) -> None:
    accepted, rejected, left = (sum(one.review.counts[place] for one in reviewed) for place in range(3))
    say(f"{counted(len(reviewed), 'cassette')} changed: {accepted} accepted, {rejected} rejected, {left} left")
    ignored = [path for one in reviewed for path in one.review.ignored]
    redacted = [path for one in reviewed for path in one.review.redacted]
    for name, paths in (("ignore", list(dict.fromkeys(ignored))), ("redact", list(dict.fromkeys(redacted)))):
        if paths:
            quoted = ", ".join(f"'{path}'" if '"' in path else f'"{path}"' for path in paths)
            say(f"add to the test's marker: @pytest.mark.dynamodb_cassette({name}=[{quoted}])")
            say(f"or, for all tests, to `dynamodb_cassette_{name}` of the ini file, one a line")
    if left:
        raise SystemExit(1)


def _json(one: _Reviewed) -> dict[str, object]:
    changes = [
        {**change_json(change, one.review.matcher), "paths": paths_of(change, one.review.matcher)}
        for change in one.review.changes
    ]
    return {"cassette": str(one.path), "node_id": one.review.now.header.node_id, "changes": changes}
