"""The example does what its README says, for somebody who has just copied it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "examples" / "orders"
TESTS = 13


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example."""
    return shutil.copytree(
        SOURCE, tmp_path / "orders", ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.failed")
    )


def pytest_in(folder: Path, *args: str) -> str:
    """What pytest prints, run in a folder as a user would; a failure of it is a failure here."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    program = Path(sys.executable).with_name("pytest")
    done = subprocess.run(
        [program, "-p", "no:cacheprovider", *args],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_replays_without_credentials_region_or_network(example: Path, args: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in example.rglob("*.ddb.msgpack")}
    printed = pytest_in(example, *args)
    assert f"{TESTS} passed" in printed
    assert " 0 live, 0 missed, 0 unused" in printed
    assert before == {path: path.read_bytes() for path in example.rglob("*.ddb.msgpack")}


def test_every_test_and_the_table_have_a_cassette() -> None:
    names = {path.name for path in SOURCE.rglob("*.ddb.msgpack")}
    assert "fixture.table.ddb.msgpack" in names
    assert len(names) == TESTS + 1


@pytest.mark.live_endpoint
def test_passes_against_a_live_endpoint(example: Path, credentials: dict[str, str], live_endpoint: str) -> None:
    printed = pytest_in(example, "--dynamodb-provider=live", f"--dynamodb-upstream={live_endpoint}")
    assert f"{TESTS} passed" in printed


@pytest.mark.live_endpoint
def test_records_and_then_replays(
    example: Path, credentials: dict[str, str], live_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(example / "cassettes")
    pytest_in(example, "--record", f"--dynamodb-upstream={live_endpoint}")
    for name in credentials:
        monkeypatch.delenv(name)
    assert " 0 live, 0 missed, 0 unused" in pytest_in(example)
