"""What the public suite tests, file by file, and which of its tests no case of ours holds.

``public_suite.yaml`` has the number of tests of each file, as the suite's own list of tests counts them, the cases that
hold what they say, and by name what none does. Run as a program, this says how many are held.

The suite is dynamodb-conformance (Parity Suite). Its tests are not here: our cases say what they say, in our own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from cases import HERE, read_yaml


@dataclass(frozen=True, slots=True)
class SuiteFile:
    """A file of the suite.

    ``path``      under the suite's ``tests``, without its endings
    ``tests``     how many it has
    ``held_by``   names of the cases that hold what its tests say
    ``not_held``  names of its tests that none of them does, with the reason
    """

    path: str
    tests: int
    held_by: tuple[str, ...]
    not_held: Mapping[str, str]

    @property
    def held(self) -> int:
        """How many of its tests are held by cases."""
        return self.tests - len(self.not_held)


@cache
def listed() -> tuple[SuiteFile, ...]:
    """The files as the suite's list of tests of 2026-09-11 has them."""
    return _files("listed")


@cache
def since() -> tuple[SuiteFile, ...]:
    """Tests that the list does not have, of files read as of October 2026."""
    return _files("since")


def _files(section: str) -> tuple[SuiteFile, ...]:
    return tuple(
        SuiteFile(path, entry["tests"], tuple(entry.get("held_by", ())), entry.get("not_held", {}))
        for path, entry in read_yaml(HERE / "public_suite.yaml")[section].items()
    )


def held(files: Iterable[SuiteFile]) -> tuple[int, int]:
    """How many tests of these files are held by cases, and how many there are."""
    both = [(file.held, file.tests) for file in files]
    return sum(count for count, _ in both), sum(tests for _, tests in both)


if __name__ == "__main__":
    for name, part in (("listed", listed()), ("since", since())):
        print(f"{name}: {held(part)[0]} of {held(part)[1]}")
        for file in part:
            for test, why in file.not_held.items():
                print(f"  {file.path}: {test}: {why}")
