"""The example's whole suite, from starting Python to the end of its process, under each.

The same thirteen tests in a copy of their folder. Where this package does not answer, nothing of it is there: its
import, marker and fixture are taken out of the copy, as in a project that never had it. Servers are started for the
run and stopped after it, as a job of CI does. pytest loads no plugin that was not asked for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import Sample
from benchmarks.proof.endpoints import OURS, Server, started
from benchmarks.proof.results import Contest, Series
from benchmarks.proof.sizes import Sizes

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
TAKEN_OUT = (
    ("from pytest_dynamodb import Cassette\n", ""),
    ("pytestmark = pytest.mark.dynamodb_cassette\n", ""),
    ('@pytest.mark.dynamodb_cassette(ignore=["Item.registered_at"])\n', ""),
    ('@pytest.mark.dynamodb_cassette(ignore=["Item.registered_at", "Items[].registered_at"])\n', ""),
    (", dynamodb_cassette: Cassette)", ")"),
    ("    dynamodb_cassette.assert_no_scan()\n", ""),
)
IN_MOTO = """\
import pytest
from moto import mock_aws


@pytest.fixture(scope="session", autouse=True)
def _moto():
    with mock_aws():
        yield
"""
AWS = {
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_DEFAULT_REGION": "us-east-1",
}
REPLAY, MOCK, MOTO, NOTHING = "replay", "mock", "moto", "collecting alone"


@dataclass(frozen=True)
class Way:
    """A way to run it: with which arguments, and in which copy of the folder."""

    name: str
    arguments: tuple[str, ...] = ()
    ours: bool = False
    server: Server | None = None


def ways(servers: list[Server], *, moto: bool) -> Iterator[Way]:
    plugin = ("-p", "dynamodb_cassette")
    yield Way(REPLAY, plugin, ours=True)
    yield Way(MOCK, (*plugin, "--dynamodb-provider=mock"), ours=True)
    yield Way(NOTHING, ("--collect-only",))
    if moto:
        yield Way(MOTO, ("-p", "in_moto"))
    for server in servers:
        yield Way(server.name, server=server)


def without_ours(folder: Path) -> None:
    """Take this package out of a copy of the example. Raises ``ValueError`` where the example has changed."""
    path = folder / "tests" / "test_orders.py"
    text = path.read_text(encoding="utf-8")
    for old, new in TAKEN_OUT:
        if old not in text:
            raise ValueError(f"{path.name} of the example has no {old!r} any more: mend TAKEN_OUT")
        text = text.replace(old, new)
    if "dynamodb_cassette" in text or "pytest_dynamodb" in text:
        raise ValueError(f"{path.name} of the example has more of this package: mend TAKEN_OUT")
    path.write_text(text, encoding="utf-8")
    (folder / "in_moto.py").write_text(IN_MOTO, encoding="utf-8")
    shutil.rmtree(folder / "cassettes")


def run(way: Way, folder: Path) -> Sample:
    """Seconds, of all processes. Raises ``RuntimeError`` with pytest's words if a test fails."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": ""}
    environment.pop("CI", None)
    if not way.ours:
        environment |= AWS
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *way.arguments]
    before, began = _cpu(), time.perf_counter()
    with started(way.server) if way.server else nullcontext() as running:
        if running is not None:
            environment["AWS_ENDPOINT_URL_DYNAMODB"] = running.url
        done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    took = Sample(time.perf_counter() - began, _cpu() - before)
    if done.returncode or (way.name != NOTHING and "13 passed" not in done.stdout):
        raise RuntimeError((done.stdout + done.stderr)[-500:])
    return took


def _cpu() -> float:
    """Seconds, of all processes that have ended."""
    told = os.times()
    return told.children_user + told.children_system


def measured(servers: list[Server], sizes: Sizes, skipped: dict[str, str], *, moto: bool) -> Iterator[Contest]:
    with TemporaryDirectory() as name:
        with_ours, bare = Path(name) / "ours", Path(name) / "bare"
        for folder in (with_ours, bare):
            shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
        without_ours(bare)
        remaining = list(ways(servers, moto=moto))
        told: dict[str, list[Sample]] = {way.name: [] for way in remaining}
        for number in range(sizes.starts + 1):
            for way in reversed(remaining) if number % 2 else list(remaining):
                try:
                    took = run(way, with_ours if way.ours else bare)
                except (RuntimeError, OSError) as problem:
                    skipped[f"{way.name}, the example's suite"] = str(problem).strip().splitlines()[-1]
                    remaining.remove(way)
                    del told[way.name]
                    continue
                if number:  # the first ones fill caches
                    told[way.name].append(took)
    series = {name: Series.of(samples) for name, samples in told.items()}
    named = {server.name for server in servers}

    def contest(ours: str, beside: Callable[[str], bool]) -> Contest:
        others = {name: one for name, one in series.items() if name != ours and beside(name)}
        title = f"the example's suite, {'with ' if ours == OURS else ''}{ours}"
        return Contest("suite", title, "s", ours, {ours: series[ours], **others})

    yield contest(REPLAY, lambda name: name not in {MOCK, OURS})
    yield contest(MOCK, lambda name: name in {MOTO, NOTHING})
    if OURS in series:
        yield contest(OURS, lambda name: name in named)
