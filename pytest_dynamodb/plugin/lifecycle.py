"""When cassettes are opened and settled: around a test, and around each wider fixture in reach of a marked test."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pytest_dynamodb.plugin import markers
from pytest_dynamodb.plugin.naming import fixture_file
from pytest_dynamodb.plugin.options import run_settings
from pytest_dynamodb.plugin.state import INSTALLED, OUTCOME, RUN, STATE, PluginState, state_of


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings and declare the marker."""
    config.addinivalue_line("markers", markers.DESCRIPTION)
    state = config.stash[STATE] = PluginState(run_settings(config))
    if state.settings.block_network:
        from pytest_dynamodb.hooks.active import activate
        from pytest_dynamodb.providers.block import BlockingProvider

        why = f"--dynamodb-block-network is on, and the test is not marked with {markers.NAME}"
        state.blocking = activate(BlockingProvider(why))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind in this process."""
    state = config.stash.get(STATE, None)
    if state is not None and state.blocking is not None:
        from pytest_dynamodb.hooks.active import deactivate

        deactivate(state.blocking)
    if config.stash.get(INSTALLED, False):
        from pytest_dynamodb.hooks.install import uninstall

        config.stash[INSTALLED] = False
        uninstall()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have the cassette of a marked test opened before anything else of the test.

    A test that only shares wider fixtures with marked ones needs to know where these keep their cassettes.
    """
    state = state_of(item.config)
    state.current, state.places = item, None
    item.stash[OUTCOME] = {}
    names = getattr(item, "fixturenames", None)
    if names is None:
        return
    if markers.is_marked(item):
        names.insert(0, "_dynamodb_cassette_open")
    elif not state.tracked_fixtures.isdisjoint(names):
        names.insert(0, "_dynamodb_cassette_places")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the outcome, show misses where a test failed of something else, and let the report carry the counts."""
    report = yield
    expected = report.outcome == "skipped" and hasattr(report, "wasxfail")
    item.stash.setdefault(OUTCOME, {})[report.when or ""] = "passed" if expected else report.outcome
    run = item.stash.get(RUN, None)
    if run is not None and report.failed and run.cassette.misses:
        shown = str(report.longrepr)
        reports = [miss.report for miss in run.cassette.misses if miss.report.splitlines()[0] not in shown]
        if reports:
            report.sections.append(("DynamoDB requests that no recording answered", "\n\n".join(reports)))
    state = state_of(item.config)
    if report.when == "teardown" and state.pending:
        report.dynamodb_cassette, state.pending = state.pending, []  # type: ignore[attr-defined]  # travels with xdist
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Settle the test's cassette once its fixtures are torn down, and fail the test for what it may have hidden."""
    state_of(item.config).current = item
    try:
        result = yield
    except BaseException:
        _conclude(item, passed=False)
        raise
    outcome = item.stash.get(OUTCOME, {})
    _conclude(item, passed=outcome.get("setup") == outcome.get("call") == "passed")
    return result


def _conclude(item: pytest.Item, *, passed: bool) -> None:
    run = item.stash.get(RUN, None)
    if run is not None:
        del item.stash[RUN]
        run.conclude(passed=passed)


# -- fixtures wider than a test --------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """Give a fixture wider than a test a cassette of its own, for its setup and its teardown."""
    state = request.config.stash.get(STATE, None)
    if state is None or not _has_track(state, fixturedef):
        return (yield)
    track = _Track(state, fixturedef, request)
    fixturedef.addfinalizer(track.finish)  # finalizers run in reverse: this one after the fixture's own teardown
    track.run.start()
    try:
        result = yield
    except BaseException:
        track.failed = True
        raise
    finally:
        track.run.stop()
    fixturedef.addfinalizer(track.run.start)
    track.raise_misses()
    return result


def _has_track(state: PluginState, fixturedef: Any) -> bool:
    # Without places it is set up for the fixtures that name the places.
    return fixturedef.scope != "function" and state.places is not None and fixturedef.argname in state.tracked_fixtures


class _Track:
    """The cassette of a fixture wider than a test."""

    def __init__(self, state: PluginState, fixturedef: Any, request: pytest.FixtureRequest) -> None:
        from pytest_dynamodb.plugin.runs import CassetteRun, joined_settings

        assert state.current is not None
        assert state.places is not None
        item, (configured, folder) = state.current, state.places
        said = markers.of_surroundings(item)
        joined = joined_settings(state.settings, said, configured, f"fixture {fixturedef.argname}")
        path = fixture_file(fixturedef, request, folder)
        self.run = CassetteRun(state, item, path, joined, owner=f"{request.node.nodeid}::{path.name}")
        self.failed = False

    def finish(self) -> None:
        """Settle it, after the fixture's own teardown."""
        self.run.stop()
        self.run.conclude(passed=not self.failed)

    def raise_misses(self) -> None:
        """Fail the setup for a miss that the fixture swallowed."""
        misses = self.run.cassette.misses
        if misses:
            from pytest_dynamodb.errors import UnexpectedRequest

            self.failed = True
            raise UnexpectedRequest("\n\n".join(miss.report for miss in misses))

