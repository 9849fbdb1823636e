"""Files that nobody needs any more: what killed and failed recordings left, and cassettes whose test is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from pytest_dynamodb.cassette.journal import UNSAVED, left_behind
from pytest_dynamodb.cassette.store import SUFFIX, read
from pytest_dynamodb.errors import CassetteError

_ALIKE: Final = 0.6
"""How much of two tests' names must be the same, for one to be taken for the other after a renaming."""


@dataclass(frozen=True, slots=True)
class UnusedFile:
    """A file that can go, and why. ``successor`` is where its cassette is looked for by now, and ``owner`` by whom."""

    path: Path
    why: str
    successor: Path | None = None
    owner: str = ""


def left_files(folder: Path) -> Iterator[UnusedFile]:
    """What recordings left in a folder and below: attempts of failed tests, journals of processes that are dead.

    Not what ``recover`` makes a cassette of: a recording that could not be written.
    """
    for path in sorted(folder.rglob(f"*{SUFFIX}.failed")):
        yield UnusedFile(path, "an attempt that failed; the next recording that passes deletes it")
    for inner in sorted({folder, *(path for path in folder.rglob("*") if path.is_dir())}):
        for path in left_behind(inner):
            yield UnusedFile(path, "left by a recording whose process was killed")


def unsaved_files(folder: Path) -> list[Path]:
    """Recordings that could not be written: ``recover`` makes cassettes of them."""
    return sorted(folder.rglob(f"*{SUFFIX}{UNSAVED}"))


def unused_cassettes(
    orphans: Mapping[Path, str], tests: Mapping[str, Path], *, owners: Mapping[Path, str] | None = None
) -> list[UnusedFile]:
    """Cassettes without a test, and why; for those whose test seems to have another name by now, its cassette's file.

    ``orphans`` are what collection found, ``tests`` the tests that were collected, with the file of each. A file that
    a collected test plays is none, whatever its header says. ``owners`` are the node ids in the headers, read if not
    given.
    """
    used = set(tests.values())
    lost = {path: why for path, why in orphans.items() if path not in used}
    named = {path: (_owner(path) if owners is None else owners.get(path, "")) for path in lost}
    waiting = {node_id: path for node_id, path in tests.items() if not path.exists()}
    successors = _successors({path: owner for path, owner in named.items() if owner}, waiting)
    return [
        UnusedFile(path, why, *((waiting[successors[path]], successors[path]) if path in successors else ()))
        for path, why in sorted(lost.items())
    ]


def _owner(path: Path) -> str:
    try:
        return read(path).header.node_id
    except CassetteError:
        return ""


def _successors(lost: Mapping[Path, str], waiting: Mapping[str, Path]) -> dict[Path, str]:
    """For each lost cassette the test that it seems to be of, the likeliest first, each test once."""
    scored = sorted(
        ((_likeness(owner, node_id), path, node_id) for path, owner in lost.items() for node_id in waiting),
        key=lambda entry: (-entry[0], str(entry[1]), entry[2]),
    )
    found, taken = dict[Path, str](), set[str]()
    for likeness, path, node_id in scored:
        if likeness >= _ALIKE and path not in found and node_id not in taken:
            found[path] = node_id
            taken.add(node_id)
    return found


def _likeness(one: str, other: str) -> float:
    """From 0 to 1: of tests of one name in other modules at least 0.9, in one module that of their names."""
    module, _, name = one.partition("::")
    other_module, _, other_name = other.partition("::")
    if name == other_name:
        return 0.9 + 0.1 * SequenceMatcher(None, module, other_module, autojunk=False).ratio()
    if module != other_module:
        return 0.0
    return 0.9 * SequenceMatcher(None, name, other_name, autojunk=False).ratio()
