"""``verify``: do recordings agree with the mock?"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pytest_dynamodb.cassette.report.requests import tables_text
from pytest_dynamodb.cassette.store import SUFFIX, read
from pytest_dynamodb.cli.printing import counted, progress, say, say_json, say_lines
from pytest_dynamodb.dialects import CAPTURED, MEANT, TABLE, VARIABLE, Dialect, dialect_of
from pytest_dynamodb.errors import CassetteError, PytestDynamoDbError
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.upkeep.files import cassettes_in

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.contracts import Breach
    from pytest_dynamodb.mock import Mock
    from pytest_dynamodb.providers.parity import Finding, Parity

_ARN = re.compile(r"arn:aws[\w-]*:dynamodb:([a-z0-9-]+):(\d{12}):table/")
_DESCRIPTIONS = ("Table", "TableDescription")


@dataclass(frozen=True, slots=True)
class ComparedCassette:
    """A cassette, how it compares in a dialect, and, if it differs there, the dialect that it fits best."""

    path: Path
    dialect: Dialect
    parity: Parity
    best: tuple[Dialect, int] | None = None


@click.command()
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--provider",
    type=click.Choice(["mock"]),
    default="mock",
    show_default=True,
    expose_value=False,  # so far there is one
    help="Who is asked.",
)
@click.option(
    "--load", type=click.Path(path_type=Path), help="Tables and items that are there before: what `Mock.load` takes."
)
@click.option(
    "--dialect",
    envvar=VARIABLE,
    default="today",
    show_default=True,
    metavar="X",
    help=f"Whose answers it gives: {MEANT}.",
)
@click.option(
    "--contract",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="What says what the tables are like now: a template, a CDK assembly, a Terraform plan, a URL, or `aws`.",
)
@click.option("--json", "as_json", is_flag=True, help="As a JSON list, a cassette an entry.")
def verify(
    paths: tuple[Path, ...], *, load: Path | None, dialect: str, sources: tuple[str, ...], as_json: bool
) -> None:
    """Ask the mock what cassettes hold, in order, and compare its answers with the recorded ones.

    PATH is a cassette or a folder, by default `cassettes`. Each cassette is asked of a mock of its own, which begins
    with what --load names, with what fixtures' cassettes of the folders above recorded, and with tables that the
    cassette describes but does not create. Exits with 1 if an answer differs or a cassette cannot be read.
    Where answers differ, the other dialects are tried, and the one that fits best is named.

    With --contract, the keys and indexes that cassettes saw are held against what SOURCE says of the tables.
    """
    asked = dialect_of(dialect)
    checked: list[ComparedCassette] = []
    unreadable: list[CassetteError] = []
    files = list(files_in(paths or (Path("cassettes"),)))
    for result in progress(results(files, load, asked), length=len(files), what="Asking the mock"):
        if isinstance(result, CassetteError):
            unreadable.append(result)
        else:
            checked.append(result)
    broken = _broken(checked, files, sources)
    if as_json:
        say_json([_json(one, broken) for one in checked])
    else:
        for line in (*_lines(checked, asked), *_contract_lines(broken, sources)):
            say(line)
    for damage in unreadable:
        say_lines(f"Error: {damage}", err=True)
    if unreadable or any(one.parity.findings for one in checked) or any(broken.values()):
        raise SystemExit(1)


def _broken(
    checked: Sequence[ComparedCassette], files: Sequence[tuple[Path, Path]], sources: Sequence[str]
) -> dict[Path, list[Breach]]:
    """Where the contract of each cassette is broken; none where nothing is said of the tables."""
    if not sources:
        return {}
    from pytest_dynamodb.cli.contracts import breaches_of

    roots = dict(files)
    return breaches_of({one.path: fixtures_of(one.path, roots[one.path]) for one in checked}, sources)


def _contract_lines(broken: Mapping[Path, Sequence[Breach]], sources: Sequence[str]) -> Iterator[str]:
    for path, breaches in broken.items():
        yield from (f"{path}: {breach}" for breach in breaches)
    if sources:
        count = sum(map(len, broken.values()))
        yield f"contract: {counted(count, 'disagreement')}, by {', '.join(sources)}"


def files_in(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Each cassette, with the topmost folder in which its fixtures' cassettes may be."""
    here = Path.cwd()
    for path in paths:
        folder = path if path.is_dir() else path.parent
        root = here if folder.resolve().is_relative_to(here) else folder.resolve()
        if path.is_dir():
            yield from ((found, root) for found in cassettes_in(path))
        elif path.exists():
            yield path, root
        else:
            raise click.BadParameter(f"there is no {str(path)!r}: name cassettes, or the folder that holds them")


def results(
    files: Sequence[tuple[Path, Path]], load: Path | None, asked: Dialect
) -> Iterator[ComparedCassette | CassetteError]:
    """How each cassette compares, or why it cannot be read; many are compared by several processes at once."""
    processes = min(len(files) // _WORTH_A_PROCESS, os.cpu_count() or 1, _MOST_PROCESSES)
    compare = partial(_result, load=load, asked=asked)
    if processes < 2:
        yield from map(compare, files)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(compare, files, chunksize=_WORTH_A_PROCESS // 2)


_WORTH_A_PROCESS, _MOST_PROCESSES = 20, 8
"""So many cassettes take as long as starting a process."""


def _result(file: tuple[Path, Path], *, load: Path | None, asked: Dialect) -> ComparedCassette | CassetteError:
    try:
        return _compared(*file, load, asked)
    except CassetteError as problem:
        return problem


def _compared(path: Path, root: Path, load: Path | None, asked: Dialect) -> ComparedCassette:
    """A cassette in the dialect asked for; if it differs there, in all others too."""
    from pytest_dynamodb.engine.validation.surfaces import distinct_dialects

    parity = _check(path, root, load, asked)
    if not parity.findings:
        return ComparedCassette(path, asked, parity)
    tried = [(other, len(_check(path, root, load, other).findings)) for other in distinct_dialects()]
    best = min(tried, key=itemgetter(1))
    return ComparedCassette(path, asked, parity, best if best[1] < len(parity.findings) else None)


def _check(path: Path, root: Path, load: Path | None, dialect: Dialect) -> Parity:
    from pytest_dynamodb.providers.mock import MockProvider
    from pytest_dynamodb.providers.parity import check_parity

    header, exchanges = read(path)
    before = [exchange for fixture in fixtures_of(path, root) for exchange in _setup(read(fixture)[1])]
    mock = _mock([*before, *exchanges], header.recorded, dialect)
    if load is not None:
        mock.load(load)
    _infer(mock, [*before, *exchanges])
    return check_parity(
        exchanges, MockProvider(mock), region=mock.region, before=before, knows=lambda name: name in mock.tables
    )


def fixtures_of(path: Path, root: Path) -> list[Path]:
    """The cassettes of fixtures in the folders above a test's, topmost first."""
    if path.name.startswith("fixture."):
        return []
    folders = [folder for folder in reversed(path.resolve().parents) if folder.is_relative_to(root)]
    return [found for folder in folders for found in sorted(folder.glob(f"fixture.*{SUFFIX}"))]


def _setup(exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
    """What a fixture did before the tests: everything up to where it deletes the tables that it made."""
    made = max((n for n, exchange in enumerate(exchanges) if exchange.operation == "CreateTable"), default=-1)
    for number, exchange in enumerate(exchanges):
        if exchange.operation == "DeleteTable" and number > made:
            return
        yield exchange


def _mock(exchanges: Sequence[Exchange], recorded: str, dialect: Dialect) -> Mock:
    """An empty mock with the recording's region, account and time."""
    from pytest_dynamodb.clock import VirtualClock
    from pytest_dynamodb.engine import DEFAULT_ACCOUNT, DEFAULT_REGION, Engine
    from pytest_dynamodb.mock import Mock

    found = next((arn for exchange in exchanges if (arn := _ARN.search(json.dumps(exchange.response)))), None)
    region, account = (found[1], found[2]) if found else (DEFAULT_REGION, DEFAULT_ACCOUNT)
    try:
        start = datetime.fromisoformat(recorded.replace("Z", "+00:00")).timestamp()
    except ValueError:
        start = 1_700_000_000.0
    return Mock(Engine(clock=VirtualClock(start), account=account, dialect=dialect), region=region)


def _infer(mock: Mock, exchanges: Sequence[Exchange]) -> None:
    """Make the tables that the recording describes but never creates."""
    made: set[str] = {*mock.tables}
    for exchange in exchanges:
        if exchange.operation == "CreateTable":
            made.add(str(exchange.params.get("TableName")))
            continue
        for member in _DESCRIPTIONS:
            described: Any = (exchange.response or {}).get(member)
            if isinstance(described, dict) and described.get("KeySchema") and described.get("TableName") not in made:
                made.add(described["TableName"])
                try:
                    mock.load({"Table": described})
                except PytestDynamoDbError as problem:
                    say(f"Warning: {described['TableName']} cannot be made: {problem}", err=True)


def _lines(checked: Sequence[ComparedCassette], asked: Dialect) -> Iterator[str]:
    fields: Counter[tuple[str, str]] = Counter()
    for one in checked:
        parity = one.parity
        skipped = f", {len(parity.skipped)} skipped" if parity.skipped else ""
        yield f"{one.path}: {parity.compared} compared, {_differ(len(parity.findings))}{skipped}"
        for finding in parity.findings:
            yield f"  {finding.heading}"
            yield from (f"    {line}" for line in finding.lines)
            fields.update((finding.exchange.operation, name) for name in finding.fields)
        if one.best is not None:
            yield f"  fits best: --dialect {one.best[0]}, {_differ(one.best[1])}"
        reasons = Counter(reason for _, _, reason in parity.skipped)
        yield from (f"  skipped {count}: {reason}" for reason, count in reasons.items())
    if fields:
        yield "by operation and field:"
        yield from (f"  {count:>4}  {operation}  {name}" for (operation, name), count in fields.most_common())
    compared = sum(one.parity.compared for one in checked)
    found = sum(len(one.parity.findings) for one in checked)
    skipped_all = sum(len(one.parity.skipped) for one in checked)
    yield f"dialect {asked}: {TABLE}"
    yield f"{counted(len(checked), 'cassette')}: {compared} compared, {_differ(found)}, {skipped_all} skipped"


def _differ(count: int) -> str:
    return f"{count} differ{'s' if count == 1 else ''}"


def _json(one: ComparedCassette, broken: Mapping[Path, Sequence[Breach]]) -> dict[str, Any]:
    return {
        "cassette": str(one.path),
        "dialect": one.dialect.name,
        "answers_of": CAPTURED.isoformat(),
        "fits_best": None if one.best is None else one.best[0].name,
        "compared": one.parity.compared,
        "skipped": [
            {"number": number, "operation": exchange.operation, "reason": reason}
            for number, exchange, reason in one.parity.skipped
        ],
        "findings": [_finding_json(finding) for finding in one.parity.findings],
        "contract": [
            {"table": breach.table, "about": breach.about, "problem": breach.problem}
            for breach in broken.get(one.path, ())
        ],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    from pytest_dynamodb.cassette.report.trees import MISSING, path_text

    def side(value: Any) -> Any:
        return None if value is MISSING else value

    operation, params = finding.exchange.operation, finding.exchange.params
    return {
        "number": finding.number,
        "operation": operation,
        "tables": tables_text(operation, params),
        "request": params,
        "differences": [
            {"field": path_text(one.path), "recorded": side(one.recorded), "now": side(one.now)}
            for one in finding.differences
        ],
    }
