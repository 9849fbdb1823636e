"""Suites of public projects, answered by this package: ``nox -s downstream -- [NAME...]``.

Each project of ``projects.yaml`` is had from its source distribution, or from a checkout below ``--checkouts``, and run
in an environment of its own: with the mock in moto's place, over ``pytest-dynamodb serve``, recorded and replayed. What
fails must be listed there with its reason, and what is listed must fail. Ends with 1 if not. What is printed last is a
table of counts; ``--page`` puts it on the page of the documentation.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from downstream.counts import Count, counted, told_anew

HERE = Path(__file__).parent
WAYS = ("mock", "serve", "replay")
PIP = (sys.executable, "-m", "pip")
UV = (sys.executable, "-m", "uv")
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


def unexplained(outcome: Outcome, listed: Iterable[str]) -> list[str]:
    """What speaks against a run: failures that are not listed, and what is listed and passes, or is not there.

    ``*`` in what is listed stands for any text, and all the tests that it means have to fail.
    """
    meant = {one: re.compile(".*".join(map(re.escape, one.split("*")))) for one in listed}

    def among(tests: Iterable[str], one: re.Pattern[str]) -> set[str]:
        return {test for test in tests if one.fullmatch(test)}

    explained = {test for one in meant.values() for test in among(outcome.failed, one)}
    passed = {test for one in meant.values() for test in among(outcome.passed, one)}
    lost = {one for one, pattern in meant.items() if not among(outcome.failed, pattern)}
    return [f"fails: {test}" for test in sorted(outcome.failed - explained)] + [
        f"is listed and does not fail: {one}" for one in sorted(passed | lost)
    ]


# --- a project's own environment ---


def unpacked(project: Project, work: Path, checkouts: Path | None) -> Path | None:
    """The folder of a project's sources; ``None`` if it cannot be had."""
    if project.source == "checkout":
        if checkouts is None or not (checkouts / project.name).is_dir():
            return None
        return Path(shutil.copytree(checkouts / project.name, work / "sources"))
    wanted = f"{project.name}=={project.version}"
    run([*PIP, "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(work / "sdist"), wanted])
    (archive,) = (work / "sdist").iterdir()
    with tarfile.open(archive) as opened:
        opened.extractall(work / "sources", filter="data")
    (folder,) = (work / "sources").iterdir()
    return folder


def environment(project: Project, work: Path, wheel: Path, sources: Path) -> Path:
    """The Python of a new environment with the project, what its tests need, and this package."""
    run([*UV, "venv", "-q", "--python", sys.executable, str(work / "venv")])
    python = work / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    named = f"{sources}[{project.extras}]" if project.extras else str(sources)
    wanted = [named, *project.requires, f"{wheel}[server]", "pytest>=8"]
    run([*UV, "pip", "install", "-q", "--python", str(python), *wanted])
    return python


def run(command: list[str]) -> None:
    subprocess.run(command, check=True)


def versions(python: Path, *names: str) -> list[str]:
    """The versions of what is installed in an environment; ``none`` for what is not."""
    script = (
        "import sys, importlib.metadata as m\n"
        "there = {d.name.lower().replace('_', '-'): d.version for d in m.distributions()}\n"
        "print(*(there.get(name.lower().replace('_', '-'), 'none') for name in sys.argv[1:]))"
    )
    told = subprocess.run([str(python), "-X", "utf8", "-c", script, *names], check=True, capture_output=True)
    return told.stdout.decode().split()


@contextlib.contextmanager
def served(python: Path, project: Project) -> Iterator[str]:
    """``pytest-dynamodb serve`` for a project; the address."""
    command = [str(python), "-m", "pytest_dynamodb", "serve", "--port", str(project.port), *project.serve]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            told = server.stdout.readline().split()
            if not told:
                raise RuntimeError(f"{shlex.join(command)} did not start; what it said stands above")
            yield told[-1]
        finally:
            server.terminate()


# --- ways ---


def results(project: Project, python: Path, folder: Path, way: str, work: Path, endpoint: str) -> Outcome:
    """Run a project's tests in one of the ways, and read what became of them."""
    report = work / f"{way}.xml"
    given = {
        name: value.replace("{endpoint}", endpoint)
        for name, value in project.environment.items()
        if endpoint or "{endpoint}" not in value
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    credentials = work / "credentials"  # for tests that take those of the environment away
    credentials.write_text("[default]\naws_access_key_id = any\naws_secret_access_key = any\n")
    named = {
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_CONFIG_FILE": str(work / "none"),
    }
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


def tried(project: Project, work: Path, wheel: Path, sources: Path) -> Iterator[tuple[Count, list[str]]]:
    """The counts of a project in each way, and what speaks against them."""
    python = environment(project, work, wheel, sources)
    version, botocore = versions(python, project.name, "botocore")
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    other = [] if version == project.version else [f"is version {version}, and {project.version} is listed"]
    for way, outcome in outcomes(project, python, sources, work):
        passed, failed = len(outcome.passed), len(outcome.failed)
        count = Count(
            project.name, version, way, passed, failed, outcome.skipped, platform.python_version(), botocore, today
        )
        yield count, other + unexplained(outcome, project.differences.get(way, {}))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these projects")
    parser.add_argument("--wheel", type=Path, required=True, help="this package, built")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder to work in")
    parser.add_argument("--checkouts", type=Path, help="a folder with checkouts of projects whose sdists have no tests")
    parser.add_argument("--page", type=Path, help="the page whose counts are brought up to date, if nothing is wrong")
    told = parser.parse_args()
    listed = projects()
    counts, wrong = [], 0
    for project in listed:
        if told.names and project.name not in told.names:
            continue
        work = told.work.absolute() / project.name
        work.mkdir(parents=True)
        folder = unpacked(project, work, told.checkouts and told.checkouts.absolute())
        if folder is None:
            print(f"{project.name}: skipped: its source distribution has no whole suite, and no checkout was given")
            continue
        for count, problems in tried(project, work, told.wheel.absolute(), folder):
            wrong += len(problems)
            counts.append(count)
            told_so_far = f"{count.passed} passed, {count.listed} failed, {count.skipped} skipped"
            print(f"{project.name} {count.version}, {count.way}: {told_so_far}", *problems, sep="\n  ", flush=True)
    print(counted(counts))
    if told.page and not wrong:
        order = [(project.name, way) for project in listed for way in project.ways]
        differences = {project.name: project.differences for project in listed}
        text = told.page.read_text(encoding="utf-8")
        told.page.write_text(told_anew(text, counts, differences, order), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
