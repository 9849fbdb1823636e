"""What the plugin costs a pytest run that never touches DynamoDB: whole processes, with it and without it.

Both ways of Python: with its bytecode on disk, and where it may not write any (PYTHONDONTWRITEBYTECODE, as in many
containers). Name the Python of an environment in which the wheel is installed, not an editable one: pytest treats the
modules of installed plugins in its own way.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(python: str, folder: Path, *options: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--runs", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_nothing.py").write_text("def test_nothing() -> None:\n    pass\n")
        (folder / "pytest.ini").write_text("[pytest]\n")
        for writes, variable in (("with bytecode", ""), ("without writing bytecode", "1")):
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": variable}
            bare, loaded = [], []
            for _ in range(asked.runs + 1):  # in turn: what else the machine does meets both
                bare.append(seconds(asked.python, folder, "-p", "no:dynamodb_cassette", environment=environment) * 1e3)
                loaded.append(seconds(asked.python, folder, environment=environment) * 1e3)
            del bare[0], loaded[0]  # the first ones fill caches
            differences = [one - other for one, other in zip(loaded, bare, strict=True)]
            print(
                f"{writes}: {min(bare):.0f} ms without the plugin, {min(loaded):.0f} ms with it; "
                f"it costs {min(loaded) - min(bare):.1f} ms by the fastest runs, "
                f"{statistics.median(differences):.1f} ms by the median of pairs ({min(loaded) / min(bare):.3f} times)"
            )


if __name__ == "__main__":
    main()
