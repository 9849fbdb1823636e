"""What is known once everything is collected: markers are checked, and the fixtures in reach of marked tests noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import pytest

from pytest_dynamodb.plugin import markers, runs
from pytest_dynamodb.plugin.markers import definitions
from pytest_dynamodb.plugin.naming import differ_only_in_case, item_file, owner_of
from pytest_dynamodb.plugin.state import PluginState


def look_at(state: PluginState, items: Collection[pytest.Item]) -> None:
    """Refuse markers that make no sense, and cassettes claimed by two tests, before anything runs.

    ``items`` are the tests before ``-k`` and the like chose among them, and after, when a project's ``conftest.py`` may
    have marked some. Wider fixtures are tracked as well for tests that are not chosen at all, so that what answers a
    fixture does not depend on the choice.
    """
    marked = {item.nodeid: item for item in items if markers.is_marked(item)}
    state.apart = differ_only_in_case(item for item in state.collected_items if markers.is_marked(item))
    for item in (*state.collected_items, *items):
        if markers.is_answered(item):
            state.tracked_fixtures.update(definitions(item))
    if marked:
        _check(list(marked.values()), state)


def _check(marked: list[pytest.Item], state: PluginState) -> None:
    claims: dict[Path, dict[str, bool]] = defaultdict(dict)
    for item in marked:
        said = markers.of_test(item)
        runs.check_settings(item.nodeid, runs.joined_settings(state.settings, said, {}, item.nodeid))
        share = said.get("share")
        path = item_file(item, state.settings.home, said.get("name") or share, apart=item.nodeid in state.apart)
        claims[path][owner_of(item)] = bool(share)
    for path, owners in claims.items():
        if len(owners) > 1 and not all(owners.values()):
            raise pytest.UsageError(runs.claimed(path, list(owners)))
