"""The hosted workflows name what there is: sessions, versions, and the version of a release."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import pytest_dynamodb

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github").rglob("*.yml"))

pytestmark = pytest.mark.skipif(not WORKFLOWS, reason="a source distribution has no workflows")


def loaded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_it_is_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_matrix_has_every_python_that_is_claimed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = [found[1] for line in project["classifiers"] if (found := re.search(r":: (3\.\d+)$", line))]
    matrix = loaded("ci.yml")["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == claimed
    assert {system.split("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_every_session_that_is_run_is_one_of_the_noxfile() -> None:
    sessions = set(
        re.findall(r"^@nox\.session.*?^def (\w+)", (ROOT / "noxfile.py").read_text(), re.MULTILINE | re.DOTALL)
    )
    text = (ROOT / ".github/workflows/ci.yml").read_text() + (ROOT / ".github/workflows/release.yml").read_text()
    named = set(re.findall(r"(?:session: |nox -s )(\w+)", text))
    assert named
    assert named <= sessions


@pytest.mark.skipif(sys.platform == "win32", reason="the step runs in a shell of Linux")
def test_a_release_is_held_to_the_packages_version() -> None:
    steps = loaded("release.yml")["jobs"]["build"]["steps"]
    (step,) = [step for step in steps if step.get("name") == "The tag is the version"]

    def status(tag: str) -> int:
        return subprocess.run(
            ["sh", "-c", step["run"]], cwd=ROOT, env={"GITHUB_REF_NAME": tag, "PATH": "/usr/bin:/bin"}, check=False
        ).returncode

    assert status(f"v{pytest_dynamodb.__version__}") == 0
    assert status("v9.9.9") != 0
