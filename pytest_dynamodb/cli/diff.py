"""``diff``: what changed between two cassettes, or two folders of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.report.trees import MISSING
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.cli.printing import counted, progress, say, say_json
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.upkeep.comparison import ChangeKind, ExchangeChange, change_lines, compare, details
from pytest_dynamodb.upkeep.files import cassettes_in
from pytest_dynamodb.upkeep.text import answer_lines, outcome_title, request_lines

COLOURS: dict[ChangeKind, str] = {"added": "green", "removed": "red", "changed": "yellow", "moved": "cyan"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two cassettes of one name and what changed; a side is ``None`` where there is no file."""

    name: str
    was: Path | None
    now: Path | None
    changes: Sequence[ExchangeChange] = ()
    problem: CassetteError | None = None

    @property
    def differs(self) -> bool:
        return self.was is None or self.now is None or bool(self.changes or self.problem)


@click.command()
@click.argument("was", metavar="A", type=click.Path(exists=True, path_type=Path))
@click.argument("now", metavar="B", type=click.Path(exists=True, path_type=Path))
@click.option("--ignore", multiple=True, metavar="PATH", help="What may differ: JMESPath, such as Item.created_at.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON list, a cassette an entry.")
def diff(was: Path, now: Path, *, ignore: tuple[str, ...], as_json: bool) -> None:
    """Compare two cassettes, or two folders of them, by meaning.

    A line a changed exchange: + added, - removed, ~ asked or answered otherwise, = moved; below it the places that
    differ. Spelling of expressions, numbers and sets makes no difference, nor do times and names that the service
    makes up, nor how long calls took. Exits with 1 if something differs or cannot be read.
    """
    if was.is_dir() != now.is_dir():
        raise click.UsageError("compare two files or two folders, not one with the other")
    matcher = Matcher(ignore, across_runs=True)
    named = list(_named(was, now))
    pairs = [_compared(*pair, matcher) for pair in progress(named, length=len(named), what="Comparing")]
    if as_json:
        say_json([_json(pair, matcher) for pair in pairs if pair.differs])
    else:
        for pair in pairs:
            print_pair(pair, matcher)
        differ = sum(pair.differs for pair in pairs)
        say(f"{counted(len(pairs), 'cassette')}: {differ} differ{'s' if differ == 1 else ''}")
    if any(pair.differs for pair in pairs):
        raise SystemExit(1)


def _named(was: Path, now: Path) -> Iterator[tuple[str, Path | None, Path | None]]:
    """The names of cassettes on both sides, and their files."""
    if not was.is_dir():
        yield str(now), was, now
        return
    sides = [{path.relative_to(folder): path for path in cassettes_in(folder)} for folder in (was, now)]
    for name in sorted({*sides[0], *sides[1]}):
        yield str(name), sides[0].get(name), sides[1].get(name)


def _compared(name: str, was: Path | None, now: Path | None, matcher: Matcher) -> Pair:
    if was is None or now is None:
        return Pair(name, was, now)
    if was.read_bytes() == now.read_bytes():
        return Pair(name, was, now)
    try:
        return Pair(name, was, now, compare(read(was).exchanges, read(now).exchanges, matcher))
    except CassetteError as problem:
        return Pair(name, was, now, problem=problem)


def print_pair(pair: Pair, matcher: Matcher) -> None:
    """A cassette's name and its changes; nothing where it does not differ."""
    if not pair.differs:
        return
    missing = "" if pair.was and pair.now else " is new" if pair.now else " is gone"
    say(f"{pair.name}{missing}", bold=True)
    if pair.problem is not None:
        say(f"  {pair.problem}", fg="red")
    for change in pair.changes:
        print_change(change, matcher)


def print_change(change: ExchangeChange, matcher: Matcher) -> None:
    """A changed exchange with what changed in it; one that came or went whole."""
    say(f"  {change.heading}", fg=COLOURS[change.kind])
    if change.kind in ("added", "removed"):
        for line in whole_lines(change.exchange):
            say(f"  {line}")
    for line in change_lines(change, matcher):
        say(f"      {line}")


def whole_lines(exchange: Exchange) -> Iterator[str]:
    """An exchange in the text form, below a heading."""
    for line in request_lines(exchange):
        yield f"  {line}"
    yield f"    => {outcome_title(exchange)}"
    for line in answer_lines(exchange.outcome):
        yield f"  {line}"


def _json(pair: Pair, matcher: Matcher) -> dict[str, Any]:
    return {
        "name": pair.name,
        "was": None if pair.was is None else str(pair.was),
        "now": None if pair.now is None else str(pair.now),
        "problem": None if pair.problem is None else str(pair.problem),
        "changes": [change_json(change, matcher) for change in pair.changes],
    }


def change_json(change: ExchangeChange, matcher: Matcher) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "was_number": change.was_number or None,
        "now_number": change.now_number or None,
        "operation": change.exchange.operation,
        "params": change.exchange.params,
        "differences": [
            {
                "side": detail.side,
                "path": detail.path,
                "was": None if detail.difference.recorded is MISSING else detail.difference.recorded,
                "now": None if detail.difference.now is MISSING else detail.difference.now,
            }
            for detail in details(change, matcher)
        ],
    }
