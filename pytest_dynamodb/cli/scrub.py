"""``scrub``: secrets found in cassettes, and stand-ins put in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from pytest_dynamodb.cassette.leaks.scan import Leak, by_place
from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli.printing import counted, progress, say, say_json, say_lines
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.upkeep.files import cassettes_in, unpack
from pytest_dynamodb.upkeep.scrubbing import Scrubbed, scrubbed

_PLACES = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=_PLACES)
@click.option("--check", is_flag=True, help="Write nothing: say what there is.")
@click.option("--redact", multiple=True, metavar="EXPR", help="JMESPath of values to replace, too; may be repeated.")
@click.option("--only-redact", is_flag=True, help="Do not look for secrets: replace what --redact selects, no more.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object. Secrets themselves are never printed.")
def scrub(paths: tuple[Path, ...], *, check: bool, redact: tuple[str, ...], only_redact: bool, as_json: bool) -> None:
    """Put stand-ins in the place of secrets in the cassettes PATH, by default those in `cassettes`, and below.

    Keys, tokens, private keys, e-mail addresses, card numbers, and texts that look random are found by themselves. A
    replay goes on as before: what it asks with the real values is found. Set PYTEST_DYNAMODB_REDACT_KEY where stand-ins
    must not be guessed; replays need the same. Exits with 1 if, with --check, there is anything to replace, or if
    something is left that cannot be replaced, such as a name, or if a cassette cannot be read.
    """
    if only_redact and not redact:
        raise click.UsageError("--only-redact needs --redact: there would be nothing to replace")
    found: list[tuple[Path, Scrubbed]] = []
    unreadable: list[CassetteError] = []
    files = list(_files(paths or (Path("cassettes"),)))
    for path in progress(files, length=len(files), what="Looking"):
        try:
            packed = unpack(path.read_bytes(), str(path))
            result = scrubbed(packed.contents, redact=redact, look=not only_redact)
            if result.changed and not check:
                write(path, *result.contents, compress=packed.compressed)
        except CassetteError as problem:
            unreadable.append(problem)
            continue
        if result.changed or result.leaks:
            found.append((path, result))
    _print(found, len(files), check=check, as_json=as_json)
    for damage in unreadable:
        say_lines(f"Error: {damage}", err=True)
    if unreadable or any(result.left or (check and result.changed) for _, result in found):
        raise SystemExit(1)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from cassettes_in(path)
        elif path.exists():
            yield path
        else:
            raise click.BadParameter(f"there is no folder {str(path)!r}: name the cassettes")


def _print(found: Sequence[tuple[Path, Scrubbed]], looked_at: int, *, check: bool, as_json: bool) -> None:
    if as_json:
        files = {str(path): _as_json(result, check=check) for path, result in found}
        say_json({"looked_at": looked_at, "cassettes": files})
        return
    for path, result in found:
        say(f"{path}:")
        for line in _lines(result.leaks):
            say(f"  {line}")
        if result.left and not check:
            say(f"  left: {'; '.join(_lines(result.left))}: rename it, or record again without it")
        if result.changed and not result.leaks:
            say("  what --redact selects")
    changed = sum(result.changed for _, result in found)
    done = "hold what is to be replaced" if check else "changed"
    say(f"{counted(looked_at, 'cassette')} looked at, {changed} {done}")
    if check and changed:
        say("pytest-dynamodb scrub replaces it; redact=[…] keeps it out of recordings to come")


def _lines(leaks: Sequence[Leak]) -> list[str]:
    return [
        f"{looks_like} {f'at {place}' if place else 'in a name'}{f', {times} times' if times > 1 else ''}"
        for (looks_like, place), times in by_place(leaks).items()
    ]


def _as_json(result: Scrubbed, *, check: bool) -> dict[str, Any]:
    def listed(leaks: Sequence[Leak]) -> list[dict[str, Any]]:
        return [
            {"looks_like": looks_like, "place": place, "times": times}
            for (looks_like, place), times in by_place(leaks).items()
        ]

    return {
        "found": listed(result.leaks),
        "left": listed(result.left),
        "changed": result.changed and not check,
        "would_change": result.changed,
    }
