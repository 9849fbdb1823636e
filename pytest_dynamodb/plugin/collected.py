"""A plugin of its own, for commands: writes what a session has collected, and what it knows of cassettes, as JSON.

Loaded by ``pytest -p pytest_dynamodb.plugin.collected --collect-only``, which runs no test. The file to write is named
by an environment variable.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, Final

import pytest

from pytest_dynamodb.files import replace
from pytest_dynamodb.plugin import markers
from pytest_dynamodb.plugin.naming import item_file, owner_of
from pytest_dynamodb.plugin.orphans import agreed, find_orphans
from pytest_dynamodb.plugin.state import STATE, PluginState

TARGET: Final = "DYNAMODB_CASSETTE_COLLECTED"
"""The environment variable that names the file."""

_PLACED = ("dynamodb_cassette_config", "dynamodb_cassette_dir", "dynamodb_cassette_name")
"""Fixtures by which a project says where cassettes are: what they return is known only while a test runs."""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the file. Nothing is written where pytest ended before it knew its settings."""
    state, target = session.config.stash.get(STATE, None), os.environ.get(TARGET)
    if state is None or not target:
        return
    found = {
        "root": str(session.config.rootpath),
        "folder": str(state.settings.home.folder),
        "node_ids": [item.nodeid for item in state.collected_items],
        "tests": dict(_tests(session, state)),
        "orphans": agreed([find_orphans(session, state)]),
        "broken": sorted(state.failed_nodes),
        "record_flag": state.settings.record_flag,
        "contract": list(session.config.getini("dynamodb_cassette_contract")),
        "max_age": str(state.settings.ini.get("max_age") or ""),
        "ignore": list(state.settings.ini.get("ignore") or ()),
        "redact": list(state.settings.ini.get("redact") or ()),
    }
    replace(target, json.dumps(found).encode())


def _tests(session: pytest.Session, state: PluginState) -> Iterator[tuple[str, str]]:
    """The tests with a cassette of their own, and its file, as far as that can be told without running them."""
    manager: Any = getattr(session, "_fixturemanager", None)
    for item in state.collected_items:
        if not markers.is_marked(item) or _is_placed_by_fixture(manager, item):
            continue
        said = markers.of_test(item)
        if not said.get("share"):
            path = item_file(item, state.settings.home, said.get("name"), apart=item.nodeid in state.apart)
            yield owner_of(item), str(path)


def _is_placed_by_fixture(manager: Any, item: pytest.Item) -> bool:
    """Whether a project's own fixture has a say in where a test's cassette is."""
    if manager is None:
        return True
    for name in _PLACED:
        definitions = manager.getfixturedefs(name, item) or ()
        if any(definition.func.__module__ != "pytest_dynamodb.plugin.fixtures" for definition in definitions):
            return True
    return False
