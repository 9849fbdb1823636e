"""When cassettes are opened and settled: around a test, and around each wider fixture in reach of a marked test."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.hooks import active
from pytest_dynamodb.plugin import markers, options, outcomes
from pytest_dynamodb.plugin.keys import RUN
from pytest_dynamodb.plugin.state import ASKED_FOR_MOCK, ATTEMPT, OWNER, STATE, PluginState, state_of

if TYPE_CHECKING:
    from pytest_dynamodb.exchange import Provider


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings and declare the marker."""
    for description in markers.DESCRIPTIONS:
        config.addinivalue_line("markers", description)
    state = config.stash[STATE] = PluginState(options.run_settings(config))
    if state.settings.block_network:
        from pytest_dynamodb.providers.offline import BlockingProvider

        why = f"--dynamodb-block-network is on, and the test is not marked with {markers.NAME}"
        state.blocking = active.activate(BlockingProvider(why))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind in this process."""
    state = config.stash.get(STATE, None)
    if state is not None and state.blocking is not None:
        active.deactivate(state.blocking)
    if config.stash.get(options.INSTALLED, False):
        from pytest_dynamodb.hooks.install import uninstall

        config.stash[options.INSTALLED] = False
        uninstall()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Have the cassette of a marked test opened before anything else of the test.

    A test that only shares wider fixtures with marked ones needs to know where these keep their cassettes.
    """
    __tracebackhide__ = True  # of what fails in a project, pytest shows the project's part: here as in all that wrap it
    state = state_of(item.config)
    state.current, state.places = item, None
    item.stash[ATTEMPT] = outcomes.TestAttempt()
    item.stash[OWNER] = _thread_owner(item.nodeid, state)
    active.begin(item.stash[OWNER])
    item.stash[ASKED_FOR_MOCK] = False
    if RUN in item.stash:
        del item.stash[RUN]
    if markers.is_answered(item):
        _ask_first(item, "_dynamodb_cassette_open")
    elif not state.tracked_fixtures.isdisjoint(markers.definitions(item)):
        _ask_first(item, "_dynamodb_cassette_places")
    with _noted(item, "setup"):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Note how the call ends, and let the faults strike that are planned for it."""
    __tracebackhide__ = True
    with _noted(item, "call"):
        if item.get_closest_marker(markers.EXPLORE_FAULTS) is not None:
            from pytest_dynamodb.plugin.repetition import check_kind

            check_kind(item)
        if item.get_closest_marker(markers.FAULTS) is None:
            return (yield)
        from pytest_dynamodb.plugin.faults import during_call

        return (yield from during_call(item))


@contextmanager
def _noted(item: pytest.Item, phase: str) -> Iterator[None]:
    attempt = _attempt(item)
    attempt.begin(phase)
    problem: BaseException | None = None
    try:
        yield
    except BaseException as raised:
        problem = raised
        raise
    finally:
        attempt.end(phase, problem)


def _thread_owner(node_id: str, state: PluginState) -> active.Owner:
    """The owner of what a test starts. Where nothing has been answered, its late calls go on as without this plugin."""

    def refusing() -> Provider | None:
        if not state.has_answered:
            return None
        from pytest_dynamodb.plugin.latecomers import Refusing  # exchanges, which most runs do not need

        return Refusing(node_id, state.late.append)

    return active.Owner(refusing)


def _attempt(item: pytest.Item) -> outcomes.TestAttempt:
    return item.stash.setdefault(ATTEMPT, outcomes.TestAttempt())


def _ask_first(item: pytest.Item, fixture: str) -> None:
    # A new list: the tests of one function share theirs. Nothing piles up when a test is set up again.
    names = getattr(item, "fixturenames", None)
    if names is not None:
        item.fixturenames = [fixture, *(name for name in names if name != fixture)]  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the outcome, show misses where a test failed of something else, and let the report carry the counts."""
    if call.excinfo is None:
        report = yield
    else:
        from pytest_dynamodb.plugin import misses

        if not item.config.getoption("fulltrace"):
            misses.trim(call.excinfo)
        report = yield
        if misses.hides_a_miss(item, report, call.excinfo.value):
            report.outcome = "failed"
            del report.wasxfail
    _attempt(item).report(report)
    run, state = item.stash.get(RUN, None), state_of(item.config)
    if run is not None and report.failed and call.excinfo is not None:
        misses.show(report, run.cassette, call.excinfo.value)
        if not run.provider.offline:
            from pytest_dynamodb.plugin.remedies import access

            advice = access(misses.chained(call.excinfo.value), run.cassette, item, state.settings)
            if advice is not None:
                report.sections.append(("Access to DynamoDB", advice))
    if report.when == "teardown":
        if run is not None:
            del item.stash[RUN]
        if state.pending and state.settings.in_junit:
            from pytest_dynamodb.plugin.naming import owner_of
            from pytest_dynamodb.plugin.report import properties

            report.user_properties += properties(state.pending, owner_of(item))
        if state.pending:
            report.dynamodb_cassette, state.pending = state.pending, []  # type: ignore[attr-defined]  # travels with xdist
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Settle the test's cassette once its fixtures are torn down, and fail the test for what it may have hidden."""
    __tracebackhide__ = True
    state_of(item.config).current = item
    try:
        result = yield
    except BaseException:
        _conclude(item, "failed")
        raise
    finally:
        if OWNER in item.stash:
            active.end(item.stash[OWNER])
    _conclude(item, _attempt(item).outcome)
    return result


def _conclude(item: pytest.Item, outcome: outcomes.TestOutcome) -> None:
    run, state = item.stash.get(RUN, None), state_of(item.config)
    if outcome == "passed":
        state.ran[item.nodeid] = None if run is None else run.path
    if run is not None:
        from pytest_dynamodb.plugin.misses import are_expected

        run.conclude(outcome=outcome, expects_misses=are_expected(item))


def conclude_interrupted(state: PluginState) -> None:
    """Settle the cassette of the test that Ctrl-C or ``pytest.exit`` has ended: pytest does not report it any more."""
    run = None if state.current is None else state.current.stash.get(RUN, None)
    if run is not None:
        run.stop()
        run.conclude(outcome="failed")


# --- fixtures wider than a test ---


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """Give a fixture wider than a test a cassette of its own, for its setup and its teardown."""
    __tracebackhide__ = True
    state = request.config.stash.get(STATE, None)
    if state is None or fixturedef.scope == "function":
        return (yield)
    with active.unowned():
        return (yield from _set_up(state, fixturedef, request))


def _set_up(state: PluginState, fixturedef: Any, request: pytest.FixtureRequest) -> Generator[None, object, object]:
    __tracebackhide__ = True
    state.fixtures_set_up.add(fixturedef.argname)
    if not _has_track(state, fixturedef, request):
        return (yield)
    from pytest_dynamodb.plugin.tracks import Track

    track = Track(state, fixturedef, request)
    fixturedef.addfinalizer(track.finish)  # finalizers run in reverse: this one after the fixture's own teardown
    track.run.start()
    try:
        result = yield
    except BaseException as problem:
        track.failed = True
        if outcomes.outcome_of(problem) == "skipped":
            track.raise_misses()
        raise
    finally:
        track.run.stop()
    track.watch(fixturedef)
    fixturedef.addfinalizer(track.run.start)
    track.raise_misses()
    return result


def _has_track(state: PluginState, fixturedef: Any, request: pytest.FixtureRequest) -> bool:
    if state.places is None or state.current is None:
        return False  # it is set up for the fixtures that name the places
    if isinstance(request.node, pytest.Item):
        return False  # class scope, and a test outside any class: set up for that test alone
    return RUN in state.current.stash or any(one in state.tracked_fixtures for one in _askers(fixturedef, request))


def _askers(fixturedef: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A fixture's definition, that of the fixture which asks for it, and so on; what pytest knows before is not all."""
    yield fixturedef
    asker: Any = request
    while asker is not None:
        yield getattr(asker, "_fixturedef", None)
        asker = getattr(asker, "_parent_request", None)
