"""What the plugin keeps on pytest's own objects, and what xdist's workers hand over of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.options import Worker
    from pytest_dynamodb.hooks.active import Owner
    from pytest_dynamodb.plugin.homes import Home
    from pytest_dynamodb.plugin.options import RunSettings
    from pytest_dynamodb.plugin.outcomes import TestAttempt
    from pytest_dynamodb.plugin.world import World

_LATE, _LEFT, _CONTRIBUTIONS = "dynamodb_cassette_late", "dynamodb_cassette_left", "dynamodb_cassette_contributions"
"""The names under which a worker of xdist hands over what it knows."""


class PluginState:
    """Everything of one pytest session."""

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings
        self.tracked_fixtures: set[Any] = set()
        """Definitions of fixtures in reach of a marked test: their traffic gets cassettes of their own."""
        self.opened: dict[Path, str] = {}
        """Cassette files that were opened in this process, and by whom."""
        self.collected_items: list[pytest.Item] = []
        """What was collected, before any selection: see ``orphans``."""
        self.collected_nodes: set[str] = set()
        self.known_nodes: set[str] = set()
        self.failed_nodes: set[str] = set()
        self.ran: dict[str, Path | None] = {}
        """The tests that passed here, by node id, with the cassette each used."""
        self.fixtures_set_up: set[str] = set()
        """Names of the fixtures wider than a test that were set up here, with a cassette or without."""
        self.pending: list[dict[str, Any]] = []
        """Counts of finished cassettes that no test report carries yet, such as those of fixtures."""
        self.counts: list[dict[str, Any]] = []
        """Counts that reports have brought, here and from xdist's workers."""
        self.apart: set[str] = set()
        """The node ids of tests whose names differ from another's only in case."""
        self.running: list[Any] = []
        """The cassettes that answer now, the innermost last."""
        self.contributions: list[str] = []
        """Files by which xdist's workers joined what they recorded of wider fixtures."""
        self.has_answered = False
        """Whether anything was replayed, recorded or mocked here: then nothing may go to the network unseen."""
        self.late: list[str] = []
        """Notes of the calls of threads that had outlived their test."""
        self.left: set[str] = set()
        """Files that killed processes left beside the cassettes that were used here."""
        self.orphans_of_workers: list[Mapping[str, Mapping[str, str]]] = []
        self.orphans: list[str] = []
        """The orphans that all processes together found, a line each."""
        self.notes: list[str] = []
        """What there is to say of the files that the session has written, such as the page of ``--dynamodb-html``."""
        self.current: pytest.Item | None = None
        self.places: tuple[dict[str, Any], Home] | None = None
        """What ``dynamodb_cassette_config`` and ``dynamodb_cassette_dir`` say for the test that runs."""
        self.blocking: Any = None

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to judge or to tell: nobody asked for it, and nothing was answered, here or in a
        worker of xdist.
        """
        settings = self.settings
        asked = settings.orphans != "ignore" or settings.html or settings.report_json
        used = self.opened or self.has_answered or self.counts or self.pending or self.late
        return not (asked or used or self.left or self.contributions or self.orphans_of_workers)

    @cached_property
    def world(self) -> World:
        """The in-memory DynamoDB of this process, empty until a test or fixture is answered from it."""
        from pytest_dynamodb.plugin.world import World

        return World()

    def hand_over(self, config: Any) -> None:
        """Let xdist's controller know, when the worker ends; lists may grow until then."""
        config.workeroutput.update({_LATE: self.late, _LEFT: sorted(self.left), _CONTRIBUTIONS: self.contributions})

    def take_over(self, output: Mapping[str, Any]) -> None:
        """Add what a worker of xdist has handed over."""
        self.late += output.get(_LATE, ())
        self.left.update(output.get(_LEFT, ()))
        self.contributions += output.get(_CONTRIBUTIONS, ())

    def clear_away(self) -> None:
        """Remove the files by which workers joined their recordings."""
        for name in self.contributions:
            with contextlib.suppress(OSError):  # it lies about, and is named when the next session ends
                Path(name).unlink()


STATE = pytest.StashKey[PluginState]()
ASKED_FOR_MOCK = pytest.StashKey[bool]()
"""A test that asked for ``dynamodb_mock`` while it was running: nobody could know before."""
ATTEMPT: pytest.StashKey[TestAttempt] = pytest.StashKey()
"""The attempt at a test that is under way."""
OWNER: pytest.StashKey[Owner] = pytest.StashKey()
"""The owner of the threads and jobs that the test starts."""


SESSIONS: list[PluginState] = []
"""The states of the sessions running in this process: a report does not say which session it belongs to."""


def state_of(config: pytest.Config) -> PluginState:
    """The state of the session that ``config`` belongs to."""
    return config.stash[STATE]


def this_worker(config: pytest.Config) -> Worker | None:
    """The worker that this process is, or ``None``."""
    given = getattr(config, "workerinput", None)
    if given is None:
        return None
    from pytest_dynamodb.cassette.options import Worker

    return Worker(given["testrunuid"], given["workerid"], os.getppid())
