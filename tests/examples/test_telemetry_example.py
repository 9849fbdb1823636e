"""The telemetry example does what its README says: a collector's stand-in gets spans and metrics."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "examples" / "telemetry"


def test_a_collector_is_told_of_calls(tmp_path: Path) -> None:
    example = shutil.copytree(
        SOURCE, tmp_path / "telemetry", ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache")
    )
    program = Path(sys.executable).with_name("pytest")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [program, "-p", "no:cacheprovider"], cwd=example, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
