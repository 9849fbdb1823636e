"""Suites of public projects, answered by this package: ``python tests/projects/downstream/run.py [NAME...]``.

Each project of ``projects.yaml`` is had from its source distribution, or from a checkout below ``--checkouts``, and run
in an environment of its own: with the mock in moto's place, over ``pytest-dynamodb serve``, recorded and replayed. What
fails must be listed there with its reason, and what is listed must fail. Ends with 1 if not.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shlex
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import yaml

HERE = Path(__file__).parent
WAYS = ("mock", "serve", "replay")
PIP = (sys.executable, "-m", "pip")
REASON = re.compile(r"[^.]{10,}")


@dataclass(frozen=True)
class Project:
    """A project: where it is from, what its tests need, how they are run, and what is known to fail in which way."""

    name: str
    version: str
    tests: str
    ways: list[str]
    source: str = "sdist"
    extras: str = ""
    requires: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    serve: list[str] = field(default_factory=list)
    differences: dict[str, dict[str, str]] = field(default_factory=dict)


def projects() -> list[Project]:
    """The projects that are listed. Raises ``ValueError`` for a row that makes no sense."""
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / "projects.yaml").read_text(encoding="utf-8"))
    found = [Project(**row) for row in rows]
    for project in found:
        unknown = set(project.ways) - set(WAYS) | set(project.differences) - set(project.ways)
        if unknown:
            raise ValueError(f"{project.name}: no way is called {', '.join(sorted(unknown))}")
        for listed in project.differences.values():
            for test, why in listed.items():
                if not REASON.match(why):
                    raise ValueError(f"{project.name}: say why {test} fails")
    return found


@dataclass(frozen=True)
class Outcome:
    """What became of the tests of a run, by node id."""

    passed: frozenset[str]
    failed: frozenset[str]
    skipped: int

    @classmethod
    def read(cls, report: Path) -> Outcome:
        """The outcome in a JUnit report."""
        passed, failed, skipped = set(), set(), 0
        for case in ET.parse(report).getroot().iter("testcase"):
            name = f"{case.get('classname')}::{case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                failed.add(name)
            elif case.find("skipped") is not None:
                skipped += 1
            else:
                passed.add(name)
        return cls(frozenset(passed - failed), frozenset(failed), skipped)

    def told(self) -> str:
        parts = [f"{len(self.passed)} passed"]
        parts += [f"{len(self.failed)} failed"] if self.failed else []
        parts += [f"{self.skipped} skipped"] if self.skipped else []
        return ", ".join(parts)


def unexplained(outcome: Outcome, listed: Mapping[str, str]) -> list[str]:
    """What speaks against a run: failures that are not listed, and listed ones that pass. ``*`` ends a beginning."""

    def is_listed(test: str) -> bool:
        return any(test == one or (one.endswith("*") and test.startswith(one[:-1])) for one in listed)

    def is_met(one: str) -> bool:
        return one in outcome.failed or (
            one.endswith("*") and any(test.startswith(one[:-1]) for test in outcome.failed)
        )

    return [f"fails: {test}" for test in sorted(outcome.failed) if not is_listed(test)] + [
        f"is listed and does not fail: {one}" for one in sorted(listed) if not is_met(one)
    ]


# --- a project's own environment ---


def unpacked(project: Project, work: Path, checkouts: Path | None) -> Path | None:
    """The folder of a project's sources; ``None`` if it cannot be had."""
    if project.source == "checkout":
        folder = checkouts / project.name if checkouts is not None else None
        return folder if folder is not None and folder.is_dir() else None
    wanted = f"{project.name}=={project.version}"
    run([*PIP, "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(work / "sdist"), wanted])
    (archive,) = (work / "sdist").iterdir()
    with tarfile.open(archive) as opened:
        opened.extractall(work / "sources", filter="data")
    (folder,) = (work / "sources").iterdir()
    return folder


def environment(project: Project, work: Path, wheel: Path, sources: Path) -> Path:
    """The Python of a new environment with the project, what its tests need, and this package."""
    run([sys.executable, "-m", "venv", str(work / "venv")])
    python = work / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    named = f"{sources}[{project.extras}]" if project.extras else str(sources)
    run([str(python), "-m", "pip", "install", "-q", named, *project.requires, f"{wheel}[server]", "pytest>=8"])
    return python


def run(command: list[str], **more: Any) -> None:
    subprocess.run(command, check=True, **more)


@contextlib.contextmanager
def served(python: Path, project: Project) -> Iterator[str]:
    """``pytest-dynamodb serve`` for a project; the address."""
    command = [str(python), "-m", "pytest_dynamodb", "serve", "--port", str(project.port), *project.serve]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


# --- ways ---


def results(project: Project, python: Path, folder: Path, way: str, work: Path, endpoint: str) -> Outcome:
    """Run a project's tests in one of the ways, and read what became of them."""
    report = work / f"{way}.xml"
    given = {name: value.replace("{endpoint}", endpoint) for name, value in project.environment.items()}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    named = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}
    plugin = [] if way == "serve" else ["-p", "in_place_of_moto"]
    if way == "record":  # twice, so that fresh ids and times are found and replayed
        plugin += ["--dynamodb-record=rewrite", "--dynamodb-record-passes=2"]
    options = ["-q", f"--junit-xml={report}", "-p", "no:cacheprovider", "-o", "addopts=", *plugin]
    options += shlex.split(project.tests.replace("{endpoint}", endpoint))
    with (work / f"{way}.log").open("w") as log:
        subprocess.run(
            [str(python), "-m", "pytest", *options],
            cwd=folder,
            env={**inherited, **named, **given, "PYTHONPATH": str(HERE), "DOWNSTREAM_WAY": way},
            check=False,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return Outcome.read(report)


def outcomes(project: Project, python: Path, folder: Path, work: Path) -> Iterator[tuple[str, Outcome]]:
    """What became of the tests in each way."""
    for way in project.ways:
        if way == "serve":
            with served(python, project) as endpoint:
                yield way, results(project, python, folder, way, work, endpoint)
        elif way == "replay":
            results(project, python, folder, "record", work, "")
            yield way, results(project, python, folder, way, work, "")
        else:
            yield way, results(project, python, folder, way, work, "")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these projects")
    parser.add_argument("--wheel", type=Path, required=True, help="this package, built")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder to work in")
    parser.add_argument("--checkouts", type=Path, help="a folder with checkouts of projects whose sdists have no tests")
    told = parser.parse_args()
    wrong = 0
    for project in projects():
        if told.names and project.name not in told.names:
            continue
        work = told.work.absolute() / project.name
        work.mkdir(parents=True)
        folder = unpacked(project, work, told.checkouts and told.checkouts.absolute())
        if folder is None:
            print(f"{project.name}: skipped: its source distribution has no whole suite, and no checkout was given")
            continue
        python = environment(project, work, told.wheel.absolute(), folder)
        for way, outcome in outcomes(project, python, folder, work):
            problems = unexplained(outcome, project.differences.get(way, {}))
            wrong += len(problems)
            print(f"{project.name} {project.version}, {way}: {outcome.told()}", *problems, sep="\n  ", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
