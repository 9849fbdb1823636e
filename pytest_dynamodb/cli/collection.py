"""What pytest collects in a project, asked of pytest itself in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_dynamodb.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Collected:
    """A project as pytest sees it.

    ``tests`` are those with a cassette of their own and its file, ``orphans`` cassettes that no test owns and why,
    ``broken`` the modules that could not be collected: of their cassettes nothing is said. ``contract`` are the files
    that say what tables are like, below ``root``, and ``node_ids`` are all tests, with a cassette or without.
    """

    root: Path
    folder: Path
    tests: Mapping[str, Path]
    orphans: Mapping[Path, str]
    broken: Sequence[str]
    max_age: str
    contract: Sequence[str] = ()
    node_ids: Sequence[str] = ()

    @property
    def folders(self) -> list[Path]:
        """The folders that hold cassettes, none within another; those beside modules, too."""
        found = {self.folder, *(path.parent for path in self.tests.values())}
        outer = [one for one in found if not any(one.is_relative_to(two) for two in found if two != one)]
        return sorted(one for one in outer if one.is_dir())


def collected(folder: Path) -> Collected:
    """Ask pytest, in ``folder``. No test is run. Raises ``ConfigurationError`` with what pytest says if it cannot."""
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "collected.json"
        done = subprocess.run(  # noqa: S603 - this Python, on the project that the user names
            [
                *(sys.executable, "-m", "pytest", "--collect-only", "-q", "--color=no"),
                *("-p", "pytest_dynamodb.plugin.collected"),
            ],
            cwd=folder,
            env={**os.environ, "DYNAMODB_CASSETTE_COLLECTED": str(target)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if not target.exists():
            said = [line for line in done.stdout.splitlines() if line.strip()]
            raise ConfigurationError(
                f"pytest could not collect the tests in {folder.resolve()} (it exited with {done.returncode}): "
                f"{said[-1] if said else 'it said nothing'}; run `pytest --collect-only` to see why, or say "
                "--no-collect"
            )
        found = json.loads(target.read_text(encoding="utf-8"))
    return Collected(
        Path(found["root"]),
        Path(found["folder"]),
        {node_id: Path(path) for node_id, path in found["tests"].items()},
        {Path(path): why for path, why in found["orphans"].items()},
        found["broken"],
        found["max_age"],
        found["contract"],
        found["node_ids"],
    )


def from_here(path: Path) -> Path:
    """A path as it is named from the current folder, if it is in there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
