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


BROKEN = [
    ("hooks/broken.py", "import msgpack", "pytest_dynamodb.hooks.broken imports msgpack, line 1"),
    ("cassette/broken.py", "def f():\n    import pytest", "pytest_dynamodb.cassette.broken imports pytest, line 2"),
    ("hooks/sockets.py", "import socket", "pytest_dynamodb.hooks.sockets imports socket, line 1"),
    (
        "cassette/rooms.py",
        "import pytest_dynamodb.hooks",
        "pytest_dynamodb.cassette.rooms imports pytest_dynamodb.hooks, line 1",
    ),
    ("attic.py", "", "pytest_dynamodb.attic is in no room"),
]


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said about a copy of the package in which every module of ``BROKEN`` is."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "tools", folder / "tools")
    shutil.copytree(ROOT / "pytest_dynamodb", folder / "pytest_dynamodb")
    for module, statement, _ in BROKEN:
        (folder / "pytest_dynamodb" / module).write_text(statement + "\n")
    done = lint(folder)
    assert done.returncode == 1
    return " ".join(done.stdout.split())  # import-linter wraps its lines to the terminal's width


def test_rules_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("module", "statement", "complaint"), BROKEN)
def test_a_broken_rule_is_named_with_its_line(complaints: str, module: str, statement: str, complaint: str) -> None:
    assert complaint in complaints
