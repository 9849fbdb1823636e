"""What is known once everything is collected: markers are checked, and the fixtures in reach of marked tests noted."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from pytest_dynamodb.plugin import markers
from pytest_dynamodb.plugin.naming import item_file
from pytest_dynamodb.plugin.state import state_of


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse markers that make no sense, and cassettes claimed by two tests, before anything runs."""
    state = state_of(config)
    claims: dict[Path, list[str]] = defaultdict(list)
    for item in items:
        if not markers.is_marked(item):
            continue
        said = markers.of_test(item)
        state.tracked_fixtures.update(getattr(item, "fixturenames", ()))
        if not said.get("share"):
            claims[item_file(item, state.settings.folder, said.get("name"))].append(item.nodeid)
    for path, owners in claims.items():
        if len(set(owners)) > 1:
            raise pytest.UsageError(
                f"the cassette {path} is claimed by {' and '.join(owners[:3])}: name them apart, "
                'or say share="name" if they mean to share one'
            )
