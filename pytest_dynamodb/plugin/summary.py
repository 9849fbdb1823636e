"""What a session says at its end: one pasteable line, orphaned cassettes, and the table of ``--dynamodb-report``.

Counts travel on test reports, and orphans on the workers' output, so that all of it is right under xdist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.plugin.options import re_record
from pytest_dynamodb.plugin.orphans import agreed, find_orphans
from pytest_dynamodb.plugin.state import STATE, PluginState, state_of

if TYPE_CHECKING:
    from pytest_dynamodb.exchange import Exchange

_WORKER_KEY = "dynamodb_cassette_orphans"
_COMMANDS_SHOWN = 5
_COUNTED = ("replayed", "live", "missed", "unused", "mocked", "recorded")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the counts a report carries."""
    counts = getattr(report, "dynamodb_cassette", None)
    if counts and _sessions:
        _sessions[-1].counts += counts


#: The states of the sessions running in this process: a report does not say which session it belongs to.
_sessions: list[PluginState] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    """Reports belong to this session from now on."""
    _sessions.append(state_of(session.config))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what an xdist worker found."""
    found = getattr(node, "workeroutput", {}).get(_WORKER_KEY)
    if found is not None:
        state_of(node.config).orphans_of_workers.append(found)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge orphans; with ``fail`` they fail the session."""
    config = session.config
    state = state_of(config)
    if state in _sessions:
        _sessions.remove(state)
    if state.settings.orphans == "ignore":
        return
    found = find_orphans(session, state)
    if hasattr(config, "workeroutput"):
        config.workeroutput[_WORKER_KEY] = found
        return
    state.orphans = _lines(config, agreed(state.orphans_of_workers or [found]))
    if state.settings.orphans == "fail" and state.orphans and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _lines(config: pytest.Config, orphans: Mapping[str, str]) -> list[str]:
    root = config.rootpath
    paths = {Path(path): why for path, why in sorted(orphans.items())}
    return [f"{path.relative_to(root) if path.is_relative_to(root) else path}: {why}" for path, why in paths.items()]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print it."""
    state = config.stash.get(STATE, None)
    if state is None:
        return
    for line in state.orphans:
        terminalreporter.write_line(f"dynamodb: orphaned cassette {line}", yellow=True)
    counts = [*state.counts, *state.pending]
    if state.settings.report:
        for line in report_table(counts):
            terminalreporter.write_line(line)
    if counts:
        terminalreporter.write_line(summary_line(counts, lambda *nodes: re_record(config, state.settings, *nodes)))


def summary_line(counts: Sequence[dict[str, Any]], command: Callable[..., str]) -> str:
    """``dynamodb: 212 replayed, 0 live, 1 missed, 2 unused · re-record: pytest a::b --record``."""
    total = {key: sum(count[key] for count in counts) for key in _COUNTED}
    line = "dynamodb: {replayed} replayed, {live} live, {missed} missed, {unused} unused".format(**total)
    for extra in ("mocked", "recorded"):
        if total[extra]:
            line += f", {total[extra]} {extra}"
    missed = list(dict.fromkeys(count["node_id"] for count in counts if count["missed"]))
    if len(missed) > _COMMANDS_SHOWN:  # too long a line to paste: their modules then
        missed = list(dict.fromkeys(node_id.partition("::")[0] for node_id in missed))
    return f"{line} · re-record: {command(*missed)}" if missed else line


def described(traffic: Iterable[Exchange]) -> dict[str, Any]:
    """A test's traffic in numbers that travel as JSON."""
    from pytest_dynamodb.cassette.capacity import consumed
    from pytest_dynamodb.operations import named

    repeatable = named(effect="reads", shape="single") | named(effect="reads", shape="collection")
    traffic = list(traffic)
    used = consumed(traffic)
    reads = Counter(f"{e.operation} {sorted(e.params.items())!r}" for e in traffic if e.operation in repeatable)
    slowest = max(traffic, key=lambda exchange: exchange.elapsed, default=None)
    return {
        "exchanges": len(traffic),
        "read": used.read,
        "write": used.write,
        "unreported": len(used.unreported),
        "scans": sum(exchange.operation == "Scan" for exchange in traffic),
        "repeated": sum(times - 1 for times in reads.values()),
        "slowest": f"{slowest.operation} {slowest.elapsed * 1e3:.0f} ms" if slowest else "",
    }


def report_table(counts: Iterable[dict[str, Any]]) -> list[str]:
    """The lines of ``--dynamodb-report``; units that answers did not report are marked with ``+?``."""
    rows = [(count["node_id"], count["report"]) for count in counts if "report" in count]
    if not rows:
        return []
    width = max(len("test"), *(len(name) for name, _ in rows))
    lines = [f"{'test':{width}}  exchanges   read units  write units  scans  repeated reads  slowest"]
    for name, row in rows:
        unsure = "+?" if row["unreported"] else "  "
        lines.append(
            f"{name:{width}}  {row['exchanges']:9}  {row['read']:9.1f}{unsure}  {row['write']:9.1f}{unsure}"
            f"  {row['scans']:5}  {row['repeated']:14}  {row['slowest']}"
        )
    return lines
