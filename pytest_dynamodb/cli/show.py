"""``show``: what a cassette holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pytest_dynamodb.cassette.journal import is_journal, read_journal
from pytest_dynamodb.cassette.matching import places_of
from pytest_dynamodb.cassette.report.requests import request_line, tables_text
from pytest_dynamodb.cassette.store import Contents, read
from pytest_dynamodb.cli.ls import header_json, status_text
from pytest_dynamodb.cli.printing import columns, counted, say, say_json, size_text
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange, TransportFailure
from pytest_dynamodb.expressions.canonical import canonical_params
from pytest_dynamodb.upkeep.text import cassette_lines, exchange_lines, item_lines

_HEADINGS = ("#", "operation", "table", "answer", "tries", "ms", "request")
_FLUSH_RIGHT = frozenset({0, 4, 5})


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--answers", is_flag=True, help="Requests and answers in full, an exchange a block.")
@click.option("--text", is_flag=True, help="The text form, which `git diff` shows after `git-setup`.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
def show(file: Path, *, answers: bool, text: bool, as_json: bool) -> None:
    """Print what the cassette FILE holds: an exchange a line, and below it the first items of its answer.

    FILE may be a journal, too: what is left of a recording that did not come to its end.

    A line says operation, table, status or error, attempts, milliseconds, and what was asked; where exchanges went to
    several regions or accounts, also which. Expressions are shown as they are compared: names and values in place of
    their placeholders, clauses in order.
    """
    if answers + text + as_json > 1:
        raise click.UsageError("take one of --answers, --text and --json")
    if text:
        _print_text(file)
        return
    header, exchanges = contents = _contents(file)
    if as_json:
        listed = [_exchange_json(number, exchange) for number, exchange in enumerate(exchanges, 1)]
        say_json({**header_json(file, header), "exchanges": listed})
        return
    say(header.node_id or "shared by several tests")
    with_what = ", ".join(f"{name} {version}" for name, version in header.recorder.items())
    size, recorded = size_text(file.stat().st_size), header.recorded or "at an unknown time"
    place = " ".join(filter(None, (header.region, header.account)))
    where = f"{header.endpoint} in {place}" if place else header.endpoint
    origin = f"from {where}" + (f" with {with_what}" if with_what else "")
    say(f"{counted(len(exchanges), 'exchange')}, {size}, recorded {recorded} {origin}")
    say()
    if answers:
        _print_answers(contents)
    else:
        _print_lines(exchanges)


def _print_text(file: Path) -> None:
    """The text form; of a file that is damaged, what is wrong with it: git shows nothing at all where this fails."""
    try:
        contents = read(file)
    except CassetteError as problem:
        if not file.is_file():
            raise
        say(f"not readable: {problem.problem}, at byte {problem.offset}")
        return
    for line in cassette_lines(contents):
        say(line)


def _print_answers(contents: Contents) -> None:
    for number, exchange in enumerate(contents.exchanges, 1):
        title, *lines = exchange_lines(exchange, contents.header)
        say(f"#{number} {title} ({exchange.elapsed * 1000:.1f} ms)", bold=True)
        for line in lines:
            say(line)
        say()


def _print_lines(exchanges: list[Exchange]) -> None:
    rows = [_HEADINGS, *(_row(number, exchange) for number, exchange in enumerate(exchanges, 1))]
    if len(places_of(exchanges)) > 1:
        cells = ["place", *(f"{exchange.region} {exchange.account}".strip() for exchange in exchanges)]
        rows = [(*row[:2], cell, *row[2:]) for row, cell in zip(rows, cells, strict=True)]
    right = _FLUSH_RIGHT if len(rows[0]) == len(_HEADINGS) else frozenset({0, 5, 6})
    heading, *lines = columns(rows, right=right)
    say(heading, bold=True)
    for line, exchange in zip(lines, exchanges, strict=True):
        say(line)
        for item in item_lines(exchange):
            say(f"{' ' * len(str(len(exchanges)))}  → {item}", dim=True)


def _contents(file: Path) -> Contents:
    """What a cassette holds, or what is left of its recording."""
    if not is_journal(file):
        return read(file)
    left = read_journal(file)
    if left.broke_off:
        say("Warning: the last exchange broke off while it was written, and is lost", err=True)
    return left.contents


def _row(number: int, exchange: Exchange) -> tuple[str, ...]:
    return (
        str(number),
        exchange.operation,
        tables_text(exchange.operation, exchange.params),
        status_text(exchange),
        str(exchange.attempts),
        f"{exchange.elapsed * 1000:.1f}",
        request_line(exchange.operation, exchange.params),
    )


def _exchange_json(number: int, exchange: Exchange) -> dict[str, Any]:
    outcome = exchange.outcome
    answer: dict[str, Any]
    if isinstance(outcome, TransportFailure):
        answer = {"failure": {"kind": outcome.kind, "message": outcome.message}}
    else:
        body = outcome.body.decode("utf-8", "replace") if isinstance(outcome.body, bytes) else outcome.body
        answer = {"status": outcome.status, "response": body}
    return {
        "number": number,
        "operation": exchange.operation,
        "params": exchange.params,
        "canonical": canonical_params(exchange.operation, exchange.params),
        **answer,
        "error": exchange.error_code,
        "attempts": exchange.attempts,
        "elapsed": exchange.elapsed,
        "owner": exchange.owner,
        "region": exchange.region,
        "account": exchange.account,
    }
