"""A warm command does what the installed one does: folder, environment, files, status; and nothing is left of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from warm_commands import warm_commands


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    with warm_commands() as folder:
        yield folder


def start(programs: Path, folder: Path, *args: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [programs / "pytest", "-p", "no:randomly", "-p", "no:hypothesispytest", *args],
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(programs: Path, folder: Path, source: str, *args: str, **variables: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(source)
    process = start(programs, folder, *args, **variables)
    printed, _ = process.communicate("from stdin\n", timeout=120)
    return process.returncode, printed


def test_arguments_environment_folder_and_files_are_the_caller_s(programs: Path, tmp_path: Path) -> None:
    source = (
        "import os, sys\ndef test_it(): print('<', os.environ['SHOP'], os.getcwd(), sys.stdin.readline().strip(), '>')"
    )
    status, printed = run(programs, tmp_path, source, "-s", SHOP="open")
    assert (status, f"< open {tmp_path} from stdin >" in printed) == (0, True), printed
    assert "warning" not in printed


@pytest.mark.parametrize(("body", "status"), [("assert 0", 1), ("import os; os.kill(os.getpid(), 9)", -9)])
def test_it_ends_as_the_command_does(programs: Path, tmp_path: Path, body: str, status: int) -> None:
    assert run(programs, tmp_path, f"def test_it(): {body}")[0] == status


def test_one_command_knows_nothing_of_another(programs: Path, tmp_path: Path) -> None:
    source = (
        "import os, sys\ndef test_it():\n    assert not hasattr(sys, 'seen') and 'SEEN' not in os.environ\n"
        "    sys.seen = os.environ['SEEN'] = 'x'\n"
    )
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        assert run(programs, tmp_path / name, source)[0] == 0


def test_a_caller_who_gives_up_ends_the_command(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n    print('here', flush=True)\n    sys.stdin.read()"
    )
    with start(programs, tmp_path, "-s") as process:
        assert process.stdout is not None
        assert any("here" in line for line in process.stdout)
        process.kill()
        process.stdout.read()  # until nobody writes to it any more
        assert process.wait(timeout=120) == -9


def test_python_s_own_settings_are_for_a_new_process(programs: Path, tmp_path: Path) -> None:
    source = "import sys\ndef test_it(): assert sys.flags.optimize == 1"
    assert run(programs, tmp_path, source, PYTHONOPTIMIZE="1")[0] == 0
