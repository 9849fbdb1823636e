"""What pytest calls. Most runs never touch DynamoDB: what only others need is loaded by the hook that has need of it.

All hooks stand here, because pytest looks at every name of every module that it is given.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pytest_dynamodb.plugin import markers
from pytest_dynamodb.plugin.lifecycle import (
    pytest_configure,
    pytest_fixture_setup,
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_unconfigure,
)
from pytest_dynamodb.plugin.options import pytest_addoption, pytest_load_initial_conftests
from pytest_dynamodb.plugin.state import SESSIONS, STATE, state_of

__all__ = [
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_fixture_setup",
    "pytest_load_initial_conftests",
    "pytest_make_collect_report",
    "pytest_pyfunc_call",
    "pytest_runtest_call",
    "pytest_runtest_logreport",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "pytest_unconfigure",
]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Reports belong to this session from now on."""
    SESSIONS.append(state_of(session.config))


# --- collection ---


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Note what a collector holds, before ``--lf`` takes things away: the innermost wrapper sees it first."""
    report = yield
    state = collector.config.stash.get(STATE, None)
    if state is None:
        return report
    if not report.passed:
        state.failed_nodes.add(collector.nodeid)
    elif report.result or not collector.config.pluginmanager.hasplugin("lfplugin-collskip"):
        # With --lf a module without failures looks empty, although nobody looked into it.
        state.collected_nodes.add(collector.nodeid)
        state.known_nodes.update(node.nodeid for node in report.result)
        state.collected_items += [node for node in report.result if isinstance(node, pytest.Item)]
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, object, object]:
    """Look at the tests that this plugin has a say in, before ``-k`` and the like chose among them, and after."""
    state, before = state_of(config), list(items)
    result = yield
    if any(map(markers.is_answered, (*state.collected_items, *before, *items))):
        from pytest_dynamodb.plugin.selection import look_at

        look_at(state, [*before, *items])
    return result


# --- tests ---


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test twice that is recorded in two passes."""
    if state_of(item.config).settings.passes == 1:
        return None
    from pytest_dynamodb.plugin.passes import run_twice

    return run_twice(item, nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test again and again that is marked so."""
    __tracebackhide__ = True
    mark = pyfuncitem.get_closest_marker(markers.EXPLORE_FAULTS)
    if mark is None:
        return None
    from pytest_dynamodb.plugin.repetition import repeat

    return repeat(pyfuncitem, mark)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the counts a report carries."""
    counts = getattr(report, "dynamodb_cassette", None)
    if counts and SESSIONS:
        SESSIONS[-1].counts += counts


# --- the end ---


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what an xdist worker found."""
    from pytest_dynamodb.plugin.summary import take_over

    take_over(state_of(node.config), getattr(node, "workeroutput", {}))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Judge what no test's report tells of, then see to the test that was interrupted, if one was."""
    state = state_of(session.config)
    if state in SESSIONS:
        SESSIONS.remove(state)
    if state.is_idle:
        return (yield)
    from pytest_dynamodb.plugin.lifecycle import conclude_interrupted
    from pytest_dynamodb.plugin.summary import judge

    judge(session, state)
    result = yield
    conclude_interrupted(state)
    if not hasattr(session.config, "workeroutput"):
        state.clear_away()
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what there is to say."""
    state = config.stash.get(STATE, None)
    if state is None or state.is_idle:
        return
    from pytest_dynamodb.plugin.summary import tell

    tell(terminalreporter, config, state)
