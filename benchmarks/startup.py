"""What the plugin costs a pytest run that never touches DynamoDB: whole processes, with it and without it.

Both ways of Python: with its bytecode on disk, and where it may not write any (PYTHONDONTWRITEBYTECODE, as in many
containers); what installers compile is there in both, what pytest compiles anew is not. By the clock, and in the
processor's time, which other work on the machine disturbs less; ``--instructions`` has valgrind count what the
processor is asked for, which nothing disturbs. Name the Python of an environment in which the wheel
is installed by pip, not an editable one: pytest treats the modules of installed plugins in its own way.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Of one process, in milliseconds."""

    clock: float
    processor: float


def cost(python: str, folder: Path, *options: str, environment: dict[str, str]) -> Cost:
    """What one run of pytest takes. Nothing that pytest has compiled is left of it where it may not write bytecode."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost((ended - began) * 1e3, used * 1e3)


def instructions(python: str, folder: Path, *options: str, environment: dict[str, str]) -> int:
    """How many instructions one run of pytest takes, as valgrind counts them."""
    done = subprocess.run(
        [
            *("valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={os.devnull}"),
            *(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options),
        ],
        cwd=folder,
        env={**environment, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(re.findall(r"I +refs: +([\d,]+)", done.stderr)[0].replace(",", ""))


def uncompiled(python: str, folder: Path) -> None:
    """Remove the bytecode that pytest has written: of this package's modules, and of the test."""
    found = subprocess.run(
        [python, "-c", "import pytest_dynamodb as p; print(p.__path__[0])"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    for where in (Path(found.stdout.strip()), folder):
        for file in where.rglob("*-pytest-*.pyc"):
            file.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--instructions", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_nothing.py").write_text("def test_nothing() -> None:\n    pass\n")
        (folder / "pytest.ini").write_text("[pytest]\n")
        for said, variable in (("with bytecode", ""), ("without writing bytecode", "1")):
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": variable}
            if variable:
                uncompiled(asked.python, folder)
            if asked.instructions:
                _, other, one = (
                    instructions(asked.python, folder, *more, environment=environment)
                    for more in ((), ("-p", "no:dynamodb_cassette"), ())  # the first fills caches
                )
                print(f"{said}: {one - other:,} instructions, {one / other - 1:.1%} of {other:,}")
                continue
            bare, loaded = list[Cost](), list[Cost]()
            for _ in range(asked.runs + 1):  # in turn: what else the machine does meets both
                bare.append(cost(asked.python, folder, "-p", "no:dynamodb_cassette", environment=environment))
                loaded.append(cost(asked.python, folder, environment=environment))
            del bare[0], loaded[0]  # the first ones fill caches
            for number, measure in enumerate(Cost._fields):
                without, with_it = [one[number] for one in bare], [one[number] for one in loaded]
                differences = [one - other for one, other in zip(with_it, without, strict=True)]
                print(
                    f"{said}, {measure}: {min(without):.0f} ms without the plugin, {min(with_it):.0f} ms "
                    f"with it; it costs {min(with_it) - min(without):.1f} ms by the best runs, "
                    f"{statistics.median(differences):.1f} ms by the median of pairs"
                )


if __name__ == "__main__":
    main()
