"""The Go example: replayed, recorded and mocked through `serve`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "examples" / "go"
TABLES = SOURCE.parent / "typescript" / "tables.json"
TOKEN = "a token for the example"

pytestmark = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example."""
    return shutil.copytree(SOURCE, tmp_path / "go", ignore=shutil.ignore_patterns("*.failed"))


@pytest.fixture
def environment(example: Path) -> Iterator[dict[str, str]]:
    """The environment of the example's tests, while a server runs in its folder."""
    ready = subprocess.run(["go", "mod", "download"], cwd=example, capture_output=True, text=True, check=False)
    if ready.returncode != 0:
        pytest.skip(f"go cannot get what the example needs: {ready.stderr.strip()[-300:]}")
    command = [sys.executable, "-m", "pytest_dynamodb", "serve", "--port", "0", "--load", str(TABLES), "--token", TOKEN]
    known = {name: value for name, value in os.environ.items() if not name.startswith("DYNAMODB_")}
    server = subprocess.Popen(
        command, cwd=example, stdout=subprocess.PIPE, text=True, env={**known, "AWS_DEFAULT_REGION": "us-east-1"}
    )
    assert server.stdout is not None
    try:
        url = server.stdout.readline().split()[-1]
        yield {**known, "DYNAMODB_URL": url, "DYNAMODB_TOKEN": TOKEN}
    finally:
        server.kill()
        server.communicate()


def run(folder: Path, environment: dict[str, str], *, status: int = 0) -> str:
    done = subprocess.run(
        ["go", "test", "-count=1", "./..."], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode != 0) == bool(status), done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_replays_misses_and_records(example: Path, environment: dict[str, str]) -> None:
    before = {path.name: path.read_bytes() for path in example.rglob("*.ddb.msgpack")}
    assert len(before) == 2
    run(example, environment)
    shutil.rmtree(example / "cassettes")
    assert "nothing is recorded yet" in run(example, environment, status=1)
    run(example, {**environment, "DYNAMODB_RECORD": "rewrite"})
    assert {path.name for path in example.rglob("*.ddb.msgpack")} == before.keys()
    run(example, environment)


def test_the_helper_is_short() -> None:
    assert len((SOURCE / "served_test.go").read_text(encoding="utf-8").splitlines()) <= 60
