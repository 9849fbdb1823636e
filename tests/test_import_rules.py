"""The import rules of pyproject.toml hold, and would say so if they did not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter, installed beside this Python, on the package in a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the rules and the package, to break."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    shutil.copytree(ROOT / "pytest_dynamodb", tmp_path / "pytest_dynamodb")
    return tmp_path


def test_rules_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "statement", "complaint"),
    [
        ("hooks/broken.py", "import msgpack", "pytest_dynamodb.hooks.broken imports msgpack, line 1"),
        ("cassette/broken.py", "def f():\n    import pytest", "pytest_dynamodb.cassette.broken imports pytest, line 2"),
        ("hooks/broken.py", "import socket", "pytest_dynamodb.hooks.broken imports socket, line 1"),
        (
            "cassette/broken.py",
            "import pytest_dynamodb.hooks",
            "pytest_dynamodb.cassette.broken imports pytest_dynamodb.hooks, line 1",
        ),
        ("attic.py", "", "pytest_dynamodb.attic is in no room"),
    ],
)
def test_a_broken_rule_is_named_with_its_line(copy: Path, module: str, statement: str, complaint: str) -> None:
    path = copy / "pytest_dynamodb" / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(statement + "\n")
    done = lint(copy)
    assert done.returncode == 1
    # import-linter wraps its lines to the terminal's width
    assert complaint in " ".join(done.stdout.split())
