"""A project's recordings and its tests: which recording is whose, and what the cassette of each is called here.

Names are those that the plugins give:

========================  =============================================================
pytest-recording          ``<folder>/cassettes/<module>/[<Class>.]<test>[<id>].yaml``
pytest-vcr, vcr_unittest  ``<folder>/cassettes/[<Class>.]<test>[<id>].yaml``
========================  =============================================================

``<folder>`` is the module's, ``<Class>`` the innermost, and pytest-recording puts ``-`` for characters that file
systems refuse.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pytest_dynamodb.cassette.filenames import fit

SUFFIX: Final = ".ddb.msgpack"
_REFUSED: Final = "<>?%*:|\"'/\\"


@dataclass(frozen=True, slots=True)
class Placement:
    """A recording, the test that owns it (a node id; empty if none was found), and where its cassette goes.

    Paths are below the project and below the folder of cassettes. ``doubt`` says why the test may be another one.
    """

    recording: PurePosixPath
    node_id: str
    cassette: PurePosixPath
    doubt: str = ""


def placements(recordings: Iterable[PurePosixPath], node_ids: Iterable[str]) -> list[Placement]:
    """Where each recording's cassette goes. One that no test owns keeps its path."""
    known = list(node_ids)
    owners, apart = _by_name(known), _told_apart(known)
    return [_placed(recording, owners, apart) for recording in recordings]


def _placed(
    recording: PurePosixPath, owners: Mapping[PurePosixPath, Sequence[str]], apart: frozenset[str]
) -> Placement:
    name = recording.with_suffix("") if recording.suffix in (".yaml", ".yml", ".json", ".toml") else recording
    found = owners.get(name, ())
    if len(found) == 1:
        return Placement(recording, found[0], cassette_of(found[0], apart=found[0] in apart))
    if found:
        return Placement(recording, "", _same_place(name), f"{len(found)} tests have this name: {', '.join(found)}")
    plain, bracket, _ = name.name.partition("[")
    whole = owners.get(name.with_name(plain), ()) if bracket else ()
    if len(whole) == 1:  # read from the source, which does not say what ids there are
        node_id = whole[0] + name.name[len(plain) :]
        doubt = "its id may have had other characters in the place of -" if "-" in name.name[len(plain) :] else ""
        return Placement(recording, node_id, cassette_of(node_id), doubt)
    return Placement(recording, "", _same_place(name), "no test of this name was found")


def _same_place(name: PurePosixPath) -> PurePosixPath:
    """Where a recording goes that no test owns: its path without the folder ``cassettes``."""
    parts = [part for part in name.parts if part != "cassettes"]
    return PurePosixPath(*parts[:-1], fit(parts[-1]) + SUFFIX)


def cassette_of(node_id: str, *, apart: bool = False) -> PurePosixPath:
    """The path of a test's cassette below the folder of cassettes (see "File names" in the reference)."""
    module, name = _dotted(node_id)
    return PurePosixPath(module.removesuffix(".py")) / (fit(name, apart=apart) + SUFFIX)


def _dotted(node_id: str) -> tuple[str, str]:
    """A test's module, and its name with those of its classes. An id may hold ``::``."""
    path, bracket, parameters = node_id.partition("[")
    module, *inner = path.split("::")
    return module, ".".join(inner) + bracket + parameters


def _told_apart(node_ids: Sequence[str]) -> frozenset[str]:
    """Tests whose names differ from another's only in case, unless all lower case: some file systems see one name."""
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    for node_id in node_ids:
        module, name = _dotted(node_id)
        alike[module, name.casefold()].add(name)
    several = {key for key, names in alike.items() if len(names) > 1}
    named = ((node_id, *_dotted(node_id)) for node_id in node_ids)
    return frozenset(
        node_id for node_id, module, name in named if (module, name.casefold()) in several and name != name.casefold()
    )


def _by_name(node_ids: Iterable[str]) -> dict[PurePosixPath, list[str]]:
    """Tests by the paths, without endings, that recordings of theirs may have."""
    owners: dict[PurePosixPath, list[str]] = defaultdict(list)
    for node_id in node_ids:
        for path in dict.fromkeys(recorded_paths(node_id)):
            owners[path].append(node_id)
    return owners


def recorded_paths(node_id: str) -> Iterator[PurePosixPath]:
    """The paths, without endings, at which plugins keep the recording of a test."""
    above, bracket, parameters = node_id.partition("[")
    module, *inner = above.split("::")
    path = PurePosixPath(module)
    name = ".".join(inner[-2:]) + bracket + parameters  # the innermost class alone
    refused = str.maketrans(dict.fromkeys(_REFUSED, "-"))
    for spelt in (name.translate(refused), name):
        if "/" not in spelt:
            yield path.parent / "cassettes" / path.stem / spelt
            yield path.parent / "cassettes" / spelt


def node_ids_in(source: str, module: str) -> Iterator[str]:
    """The node ids of the tests of a module, without parameters, as its source has them. None if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    yield from _tests(tree.body, module)


def _tests(body: Sequence[ast.stmt], above: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, f"{above}::{node.name}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield f"{above}::{node.name}"


def is_test_module(name: str) -> bool:
    """Whether a file's name is one that pytest looks for tests in."""
    return name.endswith(".py") and (name.startswith("test") or name.endswith("_test.py"))
