"""The cassettes of fixtures wider than a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_dynamodb.plugin import markers, runs
from pytest_dynamodb.plugin.naming import fixture_file
from pytest_dynamodb.plugin.state import PluginState, this_worker


class Track:
    """The cassette of a fixture wider than a test."""

    run: runs.CassetteRun
    failed: bool

    def __init__(self, state: PluginState, fixturedef: Any, request: pytest.FixtureRequest) -> None:
        self._state = state
        assert state.current is not None
        assert state.places is not None
        item, (configured, home) = state.current, state.places
        where = f"fixture {fixturedef.argname}"
        mocked = runs.is_mocked(item)
        if mocked:
            joined = runs.mock_settings(state.settings, configured, where)
        else:
            joined = runs.joined_settings(state.settings, markers.of_surroundings(item), configured, where)
        runs.check_settings(where, joined)
        joined.pop("share", None)
        path = fixture_file(fixturedef, request, home)
        holder = fixturedef.baseid if fixturedef.scope == "session" else request.node.nodeid
        self.run = runs.CassetteRun(
            state,
            item,
            path,
            joined,
            owner=f"{holder}::{path.name}",
            engine=state.world.for_fixture(),
            keeps=not mocked,
            worker=this_worker(request.config),
        )
        self.failed = False

    def watch(self, fixturedef: Any) -> None:
        """Notice when the fixture's teardown fails. pytest tells nobody, so its finalizers are wrapped."""
        finalizers: list[Callable[[], object]] = getattr(fixturedef, "_finalizers", [])
        finalizers[:] = [self.finish if known == self.finish else self._watched(known) for known in finalizers]

    def _watched(self, finalizer: Callable[[], object]) -> Callable[[], object]:
        def watched() -> object:
            try:
                return finalizer()
            except BaseException:
                self.failed = True
                raise

        return watched

    def finish(self) -> None:
        """Settle it, after the fixture's own teardown."""
        self.run.stop()
        self._state.contributions += self.run.contributed
        self.run.conclude(outcome="failed" if self.failed else "passed")

    def raise_misses(self) -> None:
        """Fail the setup for a miss that the fixture swallowed."""
        misses = self.run.cassette.misses
        if misses:
            self.failed = True
            raise self.run.cassette.missed()
