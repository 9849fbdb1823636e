"""``doctor``: what may be wrong with a project's cassettes, each finding with its remedy."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, distributions
from importlib.metadata import requires as _requires
from pathlib import Path

import click

from pytest_dynamodb import __version__
from pytest_dynamodb.cassette.options import parse_age
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.cli.collection import Collected, collected, from_here
from pytest_dynamodb.cli.printing import counted, progress, say, say_json
from pytest_dynamodb.cli.verify import files_in, fixtures_of, results
from pytest_dynamodb.dialects import TABLE, dialect_of
from pytest_dynamodb.errors import CassetteError, ConfigurationError
from pytest_dynamodb.upkeep.files import cassettes_in
from pytest_dynamodb.upkeep.git import Repository, settings
from pytest_dynamodb.upkeep.health import (
    HealthFinding,
    colliding,
    damaged,
    from_the_future,
    large,
    leaking,
    not_set_up,
    stale,
    unmet,
    unowned,
)
from pytest_dynamodb.upkeep.pruning import left_files, unsaved_files, unused_cassettes
from pytest_dynamodb.upkeep.statistics import Stored

_DISTRIBUTION = "pytest-dynamodb-cassette"
_SHOWN_VERSIONS = (_DISTRIBUTION, "pytest", "botocore", "boto3", "aiobotocore", "pytest-xdist", "moto")
_DEFAULT_AGE = "52w"


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--max-age", metavar="AGE", help=f"Older cassettes are stale; else the ini file's, else {_DEFAULT_AGE}.")
@click.option("--no-collect", is_flag=True, help="Do not ask pytest which tests there are.")
@click.option("--no-verify", is_flag=True, help="Do not ask the mock what cassettes hold.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
def doctor(folder: Path, *, max_age: str | None, no_collect: bool, no_verify: bool, as_json: bool) -> None:
    """Look at the project DIR, by default the current folder: what may be wrong, and what to do about it.

    Looks for plugins that get in the way; cassettes that are damaged, belong to no test, are old or large, hold what
    looks like secrets, are answered otherwise by the mock, or saw other tables than templates declare; files that
    recordings left; and drivers that git lacks.
    Exits with 1 if anything is found.
    """
    installed = _installed()
    found: list[HealthFinding] = [*unmet(_required(), installed), *colliding(installed)]
    project = _project(folder, found) if not no_collect else None
    homes = project.folders if project else [home for home in [folder / "cassettes"] if home.is_dir()]
    cassettes = _cassettes([from_here(home) for home in homes], found)
    headers = [(str(path), contents.header) for path, _, contents in cassettes]
    found += from_the_future(headers, _DISTRIBUTION, installed.get(_DISTRIBUTION, __version__))
    greatest = parse_age(max_age or (project.max_age if project else "") or _DEFAULT_AGE)
    if greatest is not None:
        found += stale(headers, greatest)
    found += large(cassettes)
    found += leaking(progress(cassettes, length=len(cassettes), what="Looking for secrets"))
    found += _owners(project, homes)
    found += _git(folder)
    if project is not None and project.contract:
        found += _contract(project, cassettes)
    if not no_verify:
        found += _verified(cassettes)
    if as_json:
        versions = {name: installed[name] for name in _SHOWN_VERSIONS if name in installed}
        say_json(
            {
                "python": platform.python_version(),
                "versions": versions,
                "cassettes": len(cassettes),
                "findings": [asdict(finding) for finding in found],
            }
        )
    else:
        _print(found, installed, cassettes)
    if found:
        raise SystemExit(1)


def _required() -> Sequence[str]:
    try:
        return _requires(_DISTRIBUTION) or ()
    except PackageNotFoundError:  # a checkout, run from its folder
        return ()


def _installed() -> dict[str, str]:
    """Installed distributions by their normalised names. (PEP 503.)"""
    return {
        name.lower().replace("_", "-").replace(".", "-"): one.version
        for one in distributions()
        if (name := one.metadata["Name"])
    }


def _project(folder: Path, found: list[HealthFinding]) -> Collected | None:
    try:
        project = collected(folder)
    except ConfigurationError as problem:
        found.append(HealthFinding("owners", str(folder), str(problem), "pytest --collect-only"))
        return None
    found += [
        HealthFinding("owners", node_id, "pytest could not collect it", f"pytest {node_id}")
        for node_id in project.broken
    ]
    return project


def _cassettes(homes: Sequence[Path], found: list[HealthFinding]) -> list[Stored]:
    cassettes, problems = list[Stored](), list[CassetteError]()
    paths = [path for home in homes for path in cassettes_in(home)]
    for path in progress(paths, length=len(paths), what="Reading"):
        try:
            cassettes.append(Stored(path, path.stat().st_size, read(path)))
        except CassetteError as problem:
            problems.append(problem)
    found += damaged(problems)
    return cassettes


def _owners(project: Collected | None, homes: Sequence[Path]) -> Iterator[HealthFinding]:
    orphans = unused_cassettes(project.orphans, project.tests) if project else []
    unused = [
        replace(file, path=from_here(file.path), successor=file.successor and from_here(file.successor))
        for file in [*orphans, *(file for home in homes for file in left_files(home))]
    ]
    yield from unowned(unused, [str(from_here(path)) for home in homes for path in unsaved_files(home)])


def _git(folder: Path) -> Iterator[HealthFinding]:
    repository = Repository.around(folder)
    if repository is not None:
        yield from not_set_up(settings(repository))


def _contract(project: Collected, cassettes: Sequence[Stored]) -> Iterator[HealthFinding]:
    """Where the project's templates no longer agree with what cassettes saw of their tables."""
    from pytest_dynamodb.cli.contracts import breaches_of

    sources = [str(project.root / path) for path in project.contract]
    files = files_in([path for path, _, _ in cassettes])
    for path, breaches in breaches_of({path: fixtures_of(path, root) for path, root in files}, sources).items():
        for breach in breaches:
            yield HealthFinding("contract", str(path), str(breach), "record it again, or mend the template")


def _verified(cassettes: Sequence[Stored]) -> Iterator[HealthFinding]:
    """What the mock answers otherwise, a finding a cassette."""
    files = list(files_in([path for path, _, _ in cassettes]))
    for result in progress(results(files, None, dialect_of("today")), length=len(files), what="Asking the mock"):
        if isinstance(result, CassetteError) or not result.parity.findings:
            continue
        numbers = ", ".join(f"#{finding.number}" for finding in result.parity.findings[:5])
        more = len(result.parity.findings) - 5
        problem = f"the mock answers {numbers}{f' and {more} more' if more > 0 else ''} otherwise"
        remedy = f"see pytest-dynamodb verify {result.path}: record it again, or report the difference"
        yield HealthFinding("verify", str(result.path), problem, remedy)


def _print(found: Sequence[HealthFinding], installed: dict[str, str], cassettes: Sequence[Stored]) -> None:
    versions = ", ".join(f"{name} {installed[name]}" for name in _SHOWN_VERSIONS if name in installed)
    say(f"Python {platform.python_version()}, {versions}; {TABLE}")
    exchanges = sum(len(contents.exchanges) for _, _, contents in cassettes)
    say(f"{counted(len(cassettes), 'cassette')}, {counted(exchanges, 'exchange')}")
    for check in dict.fromkeys(finding.check for finding in found):
        say()
        say(check, bold=True)
        for finding in found:
            if finding.check == check:
                say(f"  {finding.subject}: {finding.problem}")
                say(f"    → {finding.remedy}", fg="green")
    say()
    say(f"{counted(len(found), 'finding')}" if found else "nothing is wrong")
