"""What a session says at its end: one pasteable line, orphaned cassettes, and the table of ``--dynamodb-report``.

Counts travel on test reports, and orphans on the workers' output, so that all of it is right under xdist.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb.plugin.orphans import agreed, find_orphans
from pytest_dynamodb.plugin.passes import findings
from pytest_dynamodb.plugin.remedies import re_record
from pytest_dynamodb.plugin.state import PluginState
from pytest_dynamodb.terminal import printable

_WORKER_KEY = "dynamodb_cassette_orphans"
_COMMANDS_SHOWN = 5
_COUNTED = ("replayed", "live", "missed", "unused", "mocked", "recorded", "set_aside")


def take_over(state: PluginState, output: Mapping[str, Any]) -> None:
    """Keep what an xdist worker found."""
    found = output.get(_WORKER_KEY)
    if found is not None:
        state.orphans_of_workers.append(found)
    state.take_over(output)


def judge(session: pytest.Session, state: PluginState) -> None:
    """Refused calls of latecomers fail the session, and so do orphans with ``fail``."""
    config = session.config
    found = None if state.settings.orphans == "ignore" else find_orphans(session, state)
    state.left.update(_left_behind(state))
    if hasattr(config, "workeroutput"):
        state.hand_over(config)
        if found is not None:
            config.workeroutput[_WORKER_KEY] = found
        return
    if found is not None:
        state.orphans = _lines(config, agreed(state.orphans_of_workers or [found]))
    if state.settings.html is not None:
        _write_page(state, state.settings.html)
    if state.settings.report_json is not None:
        _write_report(state, state.settings.report_json)
    wrong = state.late or (state.orphans and state.settings.orphans == "fail")
    if wrong and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _write_page(state: PluginState, path: Path) -> None:
    """Write the page of ``--dynamodb-html``, and keep what to say of it."""
    from pytest_dynamodb.files import problem_with, replace
    from pytest_dynamodb.view import page
    from pytest_dynamodb.view.run import run_data

    data = run_data([count["html"] for count in (*state.counts, *state.pending) if "html" in count])
    try:
        replace(path, page(data).encode())
    except OSError as problem:
        state.notes.append(f"--dynamodb-html: {path} cannot be written: {'; '.join(problem_with(problem))}")
    else:
        state.notes.append(f"{len(data['exchanges'])} exchanges of {len(data['tests'])} tests and fixtures in {path}")


def _write_report(state: PluginState, path: Path) -> None:
    """Write the file of ``--dynamodb-report-json``, and keep what to say if that fails."""
    from pytest_dynamodb.plugin.report import write_json

    try:
        write_json(path, [*state.counts, *state.pending])
    except OSError as problem:
        state.notes.append(f"--dynamodb-report-json: {path} cannot be written: {problem.strerror}")


def _left_behind(state: PluginState) -> list[str]:
    """What processes that were killed have left beside the cassettes that were used here."""
    if not state.opened:
        return []
    from pytest_dynamodb.cassette.journal import left_behind

    return [str(path) for folder in {path.parent for path in state.opened} for path in left_behind(folder)]


def _lines(config: pytest.Config, orphans: Mapping[str, str]) -> list[str]:
    root = config.rootpath
    paths = {Path(path): why for path, why in sorted(orphans.items())}
    return [f"{path.relative_to(root) if path.is_relative_to(root) else path}: {why}" for path, why in paths.items()]


def tell(terminalreporter: pytest.TerminalReporter, config: pytest.Config, state: PluginState) -> None:
    """Print orphans, leftovers, refused calls, the table and the line of counts, whatever there is of them."""

    def say(line: str, **markup: bool) -> None:
        """Node ids and paths come out of files: nothing is written but through here."""
        terminalreporter.write_line(printable(line), **markup)

    for line in _lying_about(state):
        say(f"dynamodb: {line}", yellow=True)
    if state.late:
        from pytest_dynamodb.plugin.latecomers import late_lines

        for line in late_lines(state.late):
            say(f"dynamodb: {line}", red=True)
    counts = [*state.counts, *state.pending]
    if state.settings.report and counts:
        from pytest_dynamodb.plugin.report import report_table

        for line in report_table(counts):
            say(line)
    for line in contract_lines(counts):
        say(f"dynamodb: {line}", yellow=True)
    for line in idle_lines(counts):
        say(f"dynamodb: {line}", yellow=True)
    for note in (*findings(counts), *state.notes):
        say(f"dynamodb: {note}")
    if counts:
        say(summary_line(counts, lambda *nodes: re_record(config, state.settings, *nodes)))


def idle_lines(counts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What to say of ``redact`` expressions that selected nothing in all recordings of the run: perhaps misspelt."""
    seen = [count["redact"] for count in counts if "redact" in count]
    selecting = {text for one in seen for text in one["selecting"]}
    idle = dict.fromkeys(text for one in seen for text in one["idle"] if text not in selecting)
    if not idle:
        return
    from difflib import get_close_matches

    places = {place for one in seen for place in one["places"]}
    for text in idle:
        near = get_close_matches(text, places, n=2, cutoff=0.6)
        hint = f"; near it: {', '.join(near)}" if near else ""
        yield f"redact: {text!r} selected nothing in any recording of this run{hint}"


def _lying_about(state: PluginState) -> Iterator[str]:
    """The files that belong to nothing: orphaned cassettes, and what killed processes have left."""
    yield from (f"orphaned cassette {line}" for line in state.orphans)
    for path in sorted(state.left):
        yield f"{path} is left of a recording whose process was killed: delete it{_hint(path)}"


def contract_lines(counts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Where tables are not as recordings saw them, each once, with how many tests saw it so."""
    tests: dict[str, list[str]] = {}
    for count in counts:
        for breach in count.get("contract", ()):
            tests.setdefault(breach, []).append(count["node_id"])
    for breach, seen in tests.items():
        others = f" and {len(set(seen)) - 1} more" if len(set(seen)) > 1 else ""
        yield f"contract: {breach} ({seen[0]}{others}): record again, or mend the template"


def _hint(path: str) -> str:
    shown = shlex.quote(path)
    return f", or keep what it holds: pytest-dynamodb recover {shown}" if path.endswith(".journal") else ""


def summary_line(counts: Sequence[dict[str, Any]], command: Callable[..., str]) -> str:
    """``dynamodb: 212 replayed, 0 live, 1 missed, 2 unused · re-record: pytest a::b --record``."""
    total = {key: sum(count[key] for count in counts) for key in _COUNTED}
    line = "dynamodb: {replayed} replayed, {live} live, {missed} missed, {unused} unused".format(**total)
    for extra in ("mocked", "recorded", "set_aside"):
        if total[extra]:
            line += f", {total[extra]} {extra.replace('_', ' ')}"
    missed = list(dict.fromkeys(count["node_id"] for count in counts if count["missed"]))
    if len(missed) > _COMMANDS_SHOWN:  # too long a line to paste: their modules then
        missed = list(dict.fromkeys(node_id.partition("::")[0] for node_id in missed))
    return f"{line} · re-record: {command(*missed)}" if missed else line
