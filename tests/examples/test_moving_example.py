"""The examples of moving from another client do what their README says."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "examples" / "moving"


def test_both_clients_use_one_table(tmp_path: Path) -> None:
    """pydynox is there in `nox -s moving`; elsewhere, its part is skipped."""
    example = shutil.copytree(
        SOURCE, tmp_path / "moving", ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache")
    )
    program = Path(sys.executable).with_name("pytest")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [program, "-p", "no:cacheprovider"], cwd=example, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    there = importlib.util.find_spec("pydynox") is not None
    assert ("20 passed" if there else "16 passed, 1 skipped") in done.stdout
