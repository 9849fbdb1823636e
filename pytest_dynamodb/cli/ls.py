"""``ls``: the cassettes of a folder; and what its list has in common with what the other commands print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import SUFFIX, read
from pytest_dynamodb.cli.printing import counted, progress, say, say_json, say_lines, size_text, table
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange, TransportFailure
from pytest_dynamodb.upkeep.files import cassettes_in

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
    paths = list(cassettes_in(folder))
    for path in progress(paths, length=len(paths), what="Reading"):
        try:
            header, exchanges = read(path)
        except CassetteError as problem:
            unreadable.append(problem)
        else:
            found.append({**header_json(path, header), "exchanges": len(exchanges)})
    if as_json:
        say_json(found)
    elif found:
        table([_HEADINGS, *map(_row, found), _total(found)], right=_FLUSH_RIGHT, total=True)
    elif not unreadable:
        say(f"no cassettes in {folder}")
    for damage in unreadable:
        say_lines(f"Error: {damage}", err=True)
    if unreadable:
        raise SystemExit(1)


def _row(cassette: dict[str, Any]) -> tuple[str, ...]:
    recorded = cassette["recorded"][:10] or "unknown"
    # A wider fixture's node id ends in the name of its cassette, which stands before it.
    test = "" if cassette["node_id"].endswith(SUFFIX) else cassette["node_id"]
    return str(cassette["exchanges"]), size_text(cassette["size"]), recorded, cassette["path"], test


def _total(found: list[dict[str, Any]]) -> tuple[str, ...]:
    size = size_text(sum(cassette["size"] for cassette in found))
    return str(sum(cassette["exchanges"] for cassette in found)), size, "", counted(len(found), "cassette"), ""


# --- cassettes as text and as JSON, for the other commands too ---


def header_json(path: Path, header: Header) -> dict[str, Any]:
    return {
        "path": str(path),
        "node_id": header.node_id,
        "recorded": header.recorded,
        "endpoint": header.endpoint,
        "region": header.region,
        "account": header.account,
        "recorder": dict(header.recorder),
        "size": path.stat().st_size,
    }


def status_text(exchange: Exchange) -> str:
    """The error's code or the transport failure's name; of a success the HTTP status."""
    if exchange.error_code is not None:
        return exchange.error_code
    outcome = exchange.outcome
    return "" if isinstance(outcome, TransportFailure) else str(outcome.status)
