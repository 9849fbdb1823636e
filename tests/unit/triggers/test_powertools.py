"""Handlers written with Powertools for AWS Lambda, in a process of their own: its lazy modules are imported by whoever
looks into them, and freezegun looks into every module there is.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("powertools_cases.py")


@pytest.mark.skipif(find_spec("aws_lambda_powertools") is None, reason="aws-lambda-powertools is not installed")
def test_handlers_written_with_powertools_work_unchanged() -> None:
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "addopts="]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(CASES)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
