"""``ls``: the cassettes of a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.cli.listing import cassettes_in, columns, header_json, size_text
from pytest_dynamodb.errors import CassetteError

_HEADINGS = ("exchanges", "size", "recorded", "cassette", "test")
_FLUSH_RIGHT = frozenset({0, 1})


@click.command()
@click.argument("folder", metavar="[DIR]", default="cassettes", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As a JSON list.")
def ls(folder: Path, *, as_json: bool) -> None:
    """List the cassettes in DIR, by default `cassettes`, and below: how much they hold, how old they are, and whose.

    Exits with 1 if one cannot be read; the others are listed all the same.
    """
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {str(folder)!r}: name the one that holds the cassettes")
    found: list[dict[str, Any]] = []
    unreadable: list[CassetteError] = []
    for path in cassettes_in(folder):
        try:
            header, exchanges = read(path)
        except CassetteError as problem:
            unreadable.append(problem)
        else:
            found.append({**header_json(path, header), "exchanges": len(exchanges)})
    if as_json:
        click.echo(json.dumps(found, indent=2))
    elif found:
        for line in columns([_HEADINGS, *map(_row, found), _total(found)], right=_FLUSH_RIGHT):
            click.echo(line)
    elif not unreadable:
        click.echo(f"no cassettes in {folder}")
    for damage in unreadable:
        click.echo(f"Error: {damage}", err=True)
    if unreadable:
        raise SystemExit(1)


def _row(cassette: dict[str, Any]) -> tuple[str, ...]:
    recorded = cassette["recorded"][:10] or "unknown"
    return str(cassette["exchanges"]), size_text(cassette["size"]), recorded, cassette["path"], cassette["node_id"]


def _total(found: list[dict[str, Any]]) -> tuple[str, ...]:
    size = size_text(sum(cassette["size"] for cassette in found))
    count = f"{len(found)} cassette{'' if len(found) == 1 else 's'}"
    return str(sum(cassette["exchanges"] for cassette in found)), size, "", count, ""
