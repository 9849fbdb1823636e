"""A project's recordings as cassettes, for ``convert``: each where the test that owns it looks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import click

from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli.collection import Collected, collected, from_here
from pytest_dynamodb.cli.conversions import check_free, conversion_at, outcome_json, outcome_lines
from pytest_dynamodb.cli.printing import counted, progress, say, say_lines
from pytest_dynamodb.convert.conversion import Conversion, ConversionError
from pytest_dynamodb.convert.documents import SUFFIXES, is_recording
from pytest_dynamodb.convert.markers import Recorded, Rewriting, Services, literal_paths, rewritten
from pytest_dynamodb.convert.placebo import is_placebo_file
from pytest_dynamodb.convert.suite import Placement, is_test_module, node_ids_in, placements
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.files import read_plain, replace

_ELSEWHERE = frozenset({"node_modules", "site-packages", "__pycache__", "venv"})
"""Folders that hold other people's files."""


@dataclass(frozen=True, slots=True)
class _Project:
    """What a folder holds: recordings, Python modules, folders of placebo's; all as paths below ``root``, as node ids
    are.
    """

    root: Path
    recordings: Sequence[PurePosixPath]
    modules: Mapping[str, str]
    placebo: Sequence[PurePosixPath]


@dataclass(frozen=True, slots=True)
class _Done:
    """A recording, where it belongs, and what became of it."""

    placement: Placement
    target: Path
    conversion: Conversion


def convert_project(
    root: Path,
    folder: Path,
    *,
    redact: Sequence[str],
    force: bool,
    rewrite: bool,
    sure: bool,
    collect: bool,
    quiet: bool,
) -> dict[str, Any]:
    """Convert all recordings below ``root`` into cassettes below ``folder``; say what was done unless ``quiet``.

    Returns the same as JSON.
    """
    found, said = _asked(root) if collect else (None, ["the tests' names are read from the sources"])
    whole = root.resolve()
    base = from_here(found.root) if found is not None and whole.is_relative_to(found.root) else root
    if found is not None and found.folder != folder.resolve():
        said.append(f"the tests look for their cassettes in {from_here(found.folder)}, and not in {folder}")
    project = _project(root, base, folder)
    done, unreadable = [], []
    placed = placements(project.recordings, _tests(project, found))
    for placement in progress(placed, length=len(placed), what="converting"):
        try:
            conversion = conversion_at(base / placement.recording)
        except ConversionError as problem:
            unreadable.append(str(problem))
            continue
        done.append(_Done(placement, folder / placement.cassette, conversion))
    written = [one for one in done if one.conversion.exchanges]
    for one in written:
        check_free(one.target, force=force)
    for one in written:
        contents = one.conversion.cassette(redact=redact, node_id=one.placement.node_id)
        write(one.target, contents.header, contents.exchanges)
    rewritings = list(_rewritings(project, done)) if rewrite else []
    if not quiet:
        _report(project, done, unreadable, said)
    changed = _rewrite(base, rewritings, sure=sure, quiet=quiet) if rewrite else []
    return {
        "cassettes": [
            {
                **outcome_json(base / one.placement.recording, one.target, one.conversion),
                "test": one.placement.node_id or None,
                "doubt": one.placement.doubt or None,
            }
            for one in done
        ],
        "unreadable": unreadable,
        "placebo": [str(base / path) for path in project.placebo],
        "rewritten": changed,
        "by_hand": [
            {"file": one.path, "line": note.line, "what": note.what, "reason": note.reason}
            for one in rewritings
            for note in one.by_hand
        ],
        "lost": sum(len(one.conversion.lost) for one in done) + len(unreadable),
    }


def _project(root: Path, base: Path, folder: Path) -> _Project:
    recordings, modules, placebo = [], dict[str, str](), set[PurePosixPath]()
    inner = root.resolve().relative_to(base.resolve())
    for path in _files(root, folder.resolve()):
        below = PurePosixPath((inner / path.relative_to(root)).as_posix())
        if is_placebo_file(path.name):
            placebo.add(below.parent)
        elif path.suffix == ".py":
            text = _text(path)
            if text is not None:
                modules[str(below)] = text
        elif path.suffix.lower() in SUFFIXES:
            text = _text(path)
            if text is not None and is_recording(text, path.suffix.lower()):
                recordings.append(below)
    return _Project(base, recordings, modules, sorted(placebo))


def _files(root: Path, but: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(root):
        folders[:] = sorted(
            one
            for one in folders
            if not one.startswith(".") and one not in _ELSEWHERE and (Path(where) / one).resolve() != but
        )
        yield from (Path(where) / name for name in sorted(names))


def _text(path: Path) -> str | None:
    try:
        return read_plain(path).decode()  # lines keep their ends
    except (OSError, UnicodeDecodeError):
        return None


def _tests(project: _Project, found: Collected | None) -> list[str]:
    """The node ids of the project's tests: those that pytest has collected, and those that only the sources show."""
    known = list(found.node_ids) if found is not None else []
    collected_modules = {node_id.partition("::")[0] for node_id in known}
    return known + [
        node_id
        for module, text in project.modules.items()
        if is_test_module(PurePosixPath(module).name) and module not in collected_modules
        for node_id in node_ids_in(text, module)
    ]


def _asked(root: Path) -> tuple[Collected | None, list[str]]:
    """What pytest collects, and what there is to say of it."""
    try:
        found = collected(root)
    except ConfigurationError as problem:
        return None, [f"{problem}. The tests' names are read from the sources"]
    return found, [
        f"pytest could not collect {module}: its tests' names are read from the source" for module in found.broken
    ]


# --- what was done ---


def _report(project: _Project, done: Sequence[_Done], unreadable: Sequence[str], said: Sequence[str]) -> None:
    for line in said:
        say(line)
    for one in done:
        if not one.conversion.exchanges and not one.conversion.lost:
            continue
        for line in outcome_lines(project.root / one.placement.recording, one.target, one.conversion):
            say(line)
        owner = one.placement.node_id or "no test"
        say(f"  {owner}" + (f" ({one.placement.doubt})" if one.placement.doubt else ""))
    for problem in unreadable:
        say(problem, err=True)
    for path in project.placebo:
        say(
            f"{project.root / path}: placebo keeps no requests, so its answers become a cassette by recording once "
            f"more: pytest --record --dynamodb-upstream=placebo:{project.root / path}"
        )
    kept = sum(len(one.conversion.exchanges) for one in done)
    lost = sum(len(one.conversion.lost) for one in done)
    cassettes = sum(1 for one in done if one.conversion.exchanges)
    written = f"{counted(cassettes, 'cassette')} with {counted(kept, 'exchange')}"
    say(f"{counted(len(done), 'recording')}: {written}, {lost} left out")


# --- tests rewritten ---


def _rewritings(project: _Project, done: Sequence[_Done]) -> Iterator[Rewriting]:
    """Every module that speaks of vcrpy, before and after."""
    for module, text in project.modules.items():
        if "vcr" not in text and "default_cassette" not in text and "cassetter" not in text:
            continue
        recorded = Recorded(lambda where: _services(done, where), _literal(project, text, done))
        change = rewritten(module, text, recorded)
        if change.changed or change.by_hand:
            yield change


def _services(done: Sequence[_Done], where: str) -> frozenset[Services]:
    found: set[Services] = set()
    for one in done:
        node_id = one.placement.node_id
        if node_id.split("[")[0] == where or node_id.startswith((f"{where}::", f"{where}[")):
            found |= {"dynamodb"} if one.conversion.exchanges else set()
            found |= {"other"} if one.conversion.foreign else set()
    return frozenset(found)


def _literal(project: _Project, text: str, done: Sequence[_Done]) -> dict[str, str]:
    """The cassettes of the recordings that a module names, by the paths that it names them with."""
    convertible = [one for one in done if one.conversion.exchanges and not one.conversion.foreign]
    return {
        path: Path(os.path.relpath(one.target, project.root)).as_posix()
        for path in literal_paths(text)
        for one in convertible
        if f"/{one.placement.recording}".endswith(f"/{path.removeprefix('./')}")
    }


def _rewrite(root: Path, rewritings: Sequence[Rewriting], *, sure: bool, quiet: bool) -> list[str]:
    """Show the differences, ask, and write. Returns the files that were written."""
    changes = [one for one in rewritings if one.changed]
    if not quiet:
        for one in changes:
            say_lines(one.diff.rstrip("\n"))
        for one in rewritings:
            for note in one.by_hand:
                say(f"{one.path}:{note.line}: {note.what}: {note.reason}")
    if not changes or not (sure or (not quiet and click.confirm(f"Write {len(changes)} files?"))):
        return []
    for one in changes:
        replace(root / one.path, one.after.encode())
    return [one.path for one in changes]
