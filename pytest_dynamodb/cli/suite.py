"""A project's recordings as cassettes, for ``convert``: each where the test that owns it looks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import click

from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli.conversions import check_free, conversion_at, outcome_json, outcome_lines
from pytest_dynamodb.cli.printing import progress, say, say_lines
from pytest_dynamodb.convert.conversion import Conversion, ConversionError
from pytest_dynamodb.convert.documents import SUFFIXES, is_recording
from pytest_dynamodb.convert.markers import Recorded, Rewriting, Services, literal_paths, rewritten
from pytest_dynamodb.convert.placebo import is_placebo_file
from pytest_dynamodb.convert.suite import Placement, is_test_module, node_ids_in, placements

_ELSEWHERE = frozenset({"node_modules", "site-packages", "__pycache__", "venv"})
"""Folders that hold other people's files."""
_COLLECT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class _Project:
    """What a folder holds: recordings, Python modules, folders of placebo's; all as paths below it."""

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
    project = _project(root, folder)
    node_ids, asked = _tests(project, collect=collect)
    done, unreadable = [], []
    placed = placements(project.recordings, node_ids)
    for placement in progress(placed, length=len(placed), what="converting"):
        try:
            conversion = conversion_at(root / placement.recording)
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
        _report(project, done, unreadable, asked)
    changed = _rewrite(root, rewritings, sure=sure, quiet=quiet) if rewrite else []
    return {
        "cassettes": [
            {
                **outcome_json(root / one.placement.recording, one.target, one.conversion),
                "test": one.placement.node_id or None,
                "doubt": one.placement.doubt or None,
            }
            for one in done
        ],
        "unreadable": unreadable,
        "placebo": [str(root / path) for path in project.placebo],
        "rewritten": changed,
        "by_hand": [
            {"file": one.path, "line": note.line, "what": note.what, "reason": note.reason}
            for one in rewritings
            for note in one.by_hand
        ],
        "lost": sum(len(one.conversion.lost) for one in done) + len(unreadable),
    }


def _project(root: Path, folder: Path) -> _Project:
    recordings, modules, placebo = [], dict[str, str](), set[PurePosixPath]()
    for path in _files(root, folder.resolve()):
        below = PurePosixPath(path.relative_to(root).as_posix())
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
    return _Project(root, recordings, modules, sorted(placebo))


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
        with open(path, encoding="utf-8", newline="") as file:  # lines keep their ends
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def _tests(project: _Project, *, collect: bool) -> tuple[list[str], str]:
    """The node ids of the project's tests, and a line about where they are from, if it is not pytest."""
    if collect:
        found, problem = _collected(project.root)
        if found:
            return found, ""
        why = f"pytest could not list the tests ({problem}): their names are read from the sources"
    else:
        why = "the tests' names are read from the sources"
    read = [
        node_id
        for module, text in project.modules.items()
        if is_test_module(PurePosixPath(module).name)
        for node_id in node_ids_in(text, module)
    ]
    return read, why


def _collected(root: Path) -> tuple[list[str], str]:
    """The node ids that pytest collects, below ``root``; or none and what it said last."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--color=no", "-p", "no:cacheprovider"]
    command.append(f"--rootdir={root.resolve()}")
    try:
        ran = subprocess.run(  # noqa: S603 - this Python, on the project that is to be converted
            command, cwd=root, capture_output=True, text=True, check=False, timeout=_COLLECT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return [], str(problem)
    found = [line for line in ran.stdout.splitlines() if "::" in line and not line.startswith(("ERROR", "FAILED", " "))]
    said = [line for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
    return ([], said[-1] if said else f"it exited with {ran.returncode}") if ran.returncode else (found, "no tests")


# --- what was done ---


def _report(project: _Project, done: Sequence[_Done], unreadable: Sequence[str], asked: str) -> None:
    if asked:
        say(asked)
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
    say(f"{len(done)} recordings: {cassettes} cassettes with {kept} exchanges, {lost} left out")


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
        with open(root / one.path, "w", encoding="utf-8", newline="") as file:
            file.write(one.after)
    return [one.path for one in changes]
