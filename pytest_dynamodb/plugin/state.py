"""What the plugin keeps on pytest's own objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.plugin.homes import Home
from pytest_dynamodb.plugin.options import RunSettings

if TYPE_CHECKING:
    from pytest_dynamodb.plugin.world import World


@dataclass
class PluginState:
    """Everything of one pytest session."""

    settings: RunSettings
    #: Definitions of fixtures in reach of a marked test: their traffic gets cassettes of their own.
    tracked_fixtures: set[Any] = field(default_factory=set)
    #: Cassette files that were opened in this process, and by whom.
    opened: dict[Path, str] = field(default_factory=dict)
    #: What was collected, before any selection: see ``orphans``.
    collected_items: list[pytest.Item] = field(default_factory=list)
    collected_nodes: set[str] = field(default_factory=set)
    known_nodes: set[str] = field(default_factory=set)
    failed_nodes: set[str] = field(default_factory=set)
    #: The tests that passed here, by node id, with the cassette each used.
    ran: dict[str, Path | None] = field(default_factory=dict)
    #: Names of the fixtures wider than a test that were set up here, with a cassette or without.
    fixtures_set_up: set[str] = field(default_factory=set)
    #: Counts of finished cassettes that no test report carries yet, such as those of fixtures.
    pending: list[dict[str, Any]] = field(default_factory=list)
    #: Counts that reports have brought, here and from xdist's workers.
    counts: list[dict[str, Any]] = field(default_factory=list)
    #: The node ids of tests whose names differ from another's only in case.
    apart: set[str] = field(default_factory=set)
    #: The cassettes that answer now, the innermost last.
    running: list[Any] = field(default_factory=list)
    #: Files by which xdist's workers joined what they recorded of wider fixtures.
    contributions: list[str] = field(default_factory=list)
    #: Whether anything was replayed, recorded or mocked here: then nothing may go to the network unseen.
    has_answered: bool = False
    #: What threads asked that had outlived their test.
    late: list[str] = field(default_factory=list)
    #: Files beside the cassettes that were used here, of processes that were killed.
    left: set[str] = field(default_factory=set)
    orphans_of_workers: list[Mapping[str, Mapping[str, str]]] = field(default_factory=list)
    #: What they make of it together, a line an orphan.
    orphans: list[str] = field(default_factory=list)
    #: The test that runs, and what ``dynamodb_cassette_config`` and ``dynamodb_cassette_dir`` say for it.
    current: pytest.Item | None = None
    places: tuple[dict[str, Any], Home] | None = None
    blocking: Any = None

    @cached_property
    def world(self) -> World:
        """The in-memory DynamoDB of this process, empty until a test or fixture is answered from it."""
        from pytest_dynamodb.plugin.world import World

        return World()


STATE = pytest.StashKey[PluginState]()
#: A test that asked for ``dynamodb_mock`` while it was running: nobody could know before.
ASKED_FOR_MOCK = pytest.StashKey[bool]()


def state_of(config: pytest.Config) -> PluginState:
    """The state of the session that ``config`` belongs to."""
    return config.stash[STATE]
