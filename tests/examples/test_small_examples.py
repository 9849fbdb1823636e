"""The small applications do what their READMEs say: their tests pass, replay, and record what is there already."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
TESTS = {"celery": 6, "fastapi": 8, "functions": 9, "pynamodb": 7}
"""How many tests each has."""
WITHOUT_FASTAPI = pytest.mark.skipif(find_spec("fastapi") is None, reason="FastAPI is missing: nox -s tests_async")
RECORDED = ["celery", pytest.param("fastapi", marks=[pytest.mark.aiobotocore, WITHOUT_FASTAPI]), "pynamodb"]
"""Those with cassettes."""


def run_tests(name: str, into: Path, *args: str) -> tuple[str, Path]:
    """What pytest prints for a copy of an example, run as a user would, and the copy; a failure of it is one here."""
    example = shutil.copytree(
        EXAMPLES / name, into / name, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.failed")
    )
    environment = {key: value for key, value in os.environ.items() if key != "CI" and not key.startswith("AWS_")}
    done = subprocess.run(
        [Path(sys.executable).with_name("pytest"), "-p", "no:cacheprovider", *args],
        cwd=example,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{TESTS[name]} passed" in done.stdout
    return done.stdout, example


def recordings(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.ddb.msgpack")}


@pytest.mark.parametrize("name", [*RECORDED, "functions"])
def test_its_tests_need_no_network(name: str, tmp_path: Path) -> None:
    printed, example = run_tests(name, tmp_path)
    assert " 0 live, 0 missed, 0 unused" in printed
    assert bool(recordings(example)) == (name != "functions")
    assert recordings(example) == recordings(EXAMPLES / name)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_leaves_the_cassettes_as_they_are(name: str, tmp_path: Path) -> None:
    _, example = run_tests(name, tmp_path, "--record", "--dynamodb-orphans=fail")
    assert recordings(example) == recordings(EXAMPLES / name)
