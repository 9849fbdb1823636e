"""What the plugin keeps on pytest's own objects, and what xdist's workers hand over of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.hooks.active import Owner
from pytest_dynamodb.plugin.homes import Home
from pytest_dynamodb.plugin.options import RunSettings
from pytest_dynamodb.plugin.outcomes import TestAttempt

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.options import Worker
    from pytest_dynamodb.plugin.world import World

_LATE, _LEFT, _CONTRIBUTIONS = "dynamodb_cassette_late", "dynamodb_cassette_left", "dynamodb_cassette_contributions"
"""The names under which a worker of xdist hands over what it knows."""


@dataclass(eq=False, repr=False)
class PluginState:
    """Everything of one pytest session."""

    settings: RunSettings
    tracked_fixtures: set[Any] = field(default_factory=set)
    """Definitions of fixtures in reach of a marked test: their traffic gets cassettes of their own."""
    opened: dict[Path, str] = field(default_factory=dict)
    """Cassette files that were opened in this process, and by whom."""
    collected_items: list[pytest.Item] = field(default_factory=list)
    """What was collected, before any selection: see ``orphans``."""
    collected_nodes: set[str] = field(default_factory=set)
    known_nodes: set[str] = field(default_factory=set)
    failed_nodes: set[str] = field(default_factory=set)
    ran: dict[str, Path | None] = field(default_factory=dict)
    """The tests that passed here, by node id, with the cassette each used."""
    fixtures_set_up: set[str] = field(default_factory=set)
    """Names of the fixtures wider than a test that were set up here, with a cassette or without."""
    pending: list[dict[str, Any]] = field(default_factory=list)
    """Counts of finished cassettes that no test report carries yet, such as those of fixtures."""
    counts: list[dict[str, Any]] = field(default_factory=list)
    """Counts that reports have brought, here and from xdist's workers."""
    apart: set[str] = field(default_factory=set)
    """The node ids of tests whose names differ from another's only in case."""
    running: list[Any] = field(default_factory=list)
    """The cassettes that answer now, the innermost last."""
    contributions: list[str] = field(default_factory=list)
    """Files by which xdist's workers joined what they recorded of wider fixtures."""
    has_answered: bool = False
    """Whether anything was replayed, recorded or mocked here: then nothing may go to the network unseen."""
    late: list[str] = field(default_factory=list)
    """Notes of the calls of threads that had outlived their test."""
    left: set[str] = field(default_factory=set)
    """Files that killed processes left beside the cassettes that were used here."""
    orphans_of_workers: list[Mapping[str, Mapping[str, str]]] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    """The orphans that all processes together found, a line each."""
    notes: list[str] = field(default_factory=list)
    """What there is to say of the files that the session has written, such as the page of ``--dynamodb-html``."""
    current: pytest.Item | None = None
    """The test that runs, and what ``dynamodb_cassette_config`` and ``dynamodb_cassette_dir`` say for it."""
    places: tuple[dict[str, Any], Home] | None = None
    blocking: Any = None

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
ATTEMPT = pytest.StashKey[TestAttempt]()
"""The attempt at a test that is under way."""
OWNER = pytest.StashKey[Owner]()
"""The owner of the threads and jobs that the test starts."""


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
