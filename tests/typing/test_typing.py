"""mypy and pyright see a model's type through every method, and refuse what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RIGHT = Path(__file__).with_name("typed_tables.py")

WRONG = """\
from pydantic import BaseModel
from pytest_dynamodb import DynamoDbClient, entity

@entity(pk="USER#{user_id}")
class User(BaseModel):
    user_id: str

class Other(BaseModel):
    x: int

def wrong(client: DynamoDbClient) -> None:
    users = client.table("app", model=User)
    users.put(Other(x=1))  # WRONG
    users.get(user_id="1").user_id  # WRONG
    users.get_or_raise(user_id="1").name  # WRONG
    users.query(user_id="1").one().nothing  # WRONG
    client.table("app", model=dict)  # WRONG
    client.table("app", models=(User, Other)).scan().one().x  # WRONG
    entity(sk="a")  # WRONG
"""

WRONG_LINES = {number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# WRONG")}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("typing") / "wrong.py"
    path.write_text(WRONG)
    return path


def test_mypy_agrees(wrong: Path) -> None:
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--output=json", "--follow-imports=silent"]
    cache = f"--cache-dir={wrong.parent / 'cache'}"
    done = subprocess.run(
        [*command, cache, "--config-file=", str(RIGHT), str(wrong)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [error for error in found if error["severity"] == "error"]
    assert [error for error in errors if not error["file"].endswith("wrong.py")] == [], done.stderr
    assert {error["line"] for error in errors} == WRONG_LINES


def test_pyright_agrees(wrong: Path) -> None:
    """Where it is installed, which `nox -s pyright` sees to."""
    program = next(filter(None, (shutil.which(name) for name in ("basedpyright", "pyright"))), None)
    if program is None:
        pytest.skip("neither pyright nor basedpyright is installed: nox -s pyright")
    settings = wrong.parent / "pyrightconfig.json"
    settings.write_text(json.dumps({"typeCheckingMode": "standard", "include": [str(RIGHT), str(wrong)]}))
    done = subprocess.run(
        [program, "--outputjson", "--level", "error", "--pythonpath", sys.executable, "--project", str(settings)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = json.loads(done.stdout)["generalDiagnostics"]
    strange = [error for error in errors if not error["file"].endswith("wrong.py")]
    assert strange == []
    assert {error["range"]["start"]["line"] + 1 for error in errors} == WRONG_LINES
