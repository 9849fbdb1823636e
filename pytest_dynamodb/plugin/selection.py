"""What is known once everything is collected: markers are checked, and the fixtures in reach of marked tests noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb.plugin import options, runs
from pytest_dynamodb.plugin.naming import differ_only_in_case, item_file, owner_of
from pytest_dynamodb.plugin.state import PluginState, state_of


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, object, object]:
    """Refuse markers that make no sense, and cassettes claimed by two tests, before anything runs.

    Looked at are the tests before ``-k`` and the like chose among them, and again when a project's ``conftest.py`` may
    have marked some. Wider fixtures are tracked as well for tests that are not chosen at all, so that what answers a
    fixture does not depend on the choice.
    """
    state, before = state_of(config), list(items)
    result = yield
    marked = {item.nodeid: item for item in (*before, *items) if options.is_marked(item)}
    state.apart = differ_only_in_case(item for item in state.collected_items if options.is_marked(item))
    state.known_nodes.update(owner_of(item) for item in state.collected_items)
    for item in (*state.collected_items, *items):
        if options.is_answered(item):
            state.tracked_fixtures.update(definitions(item))
    if marked:
        _check(list(marked.values()), state)
    return result


def _check(marked: list[pytest.Item], state: PluginState) -> None:
    claims: dict[Path, dict[str, bool]] = defaultdict(dict)
    for item in marked:
        said = options.of_test(item)
        runs.check_settings(item.nodeid, runs.joined_settings(state.settings, said, {}, item.nodeid))
        share = said.get("share")
        path = item_file(item, state.settings.home, said.get("name") or share, apart=item.nodeid in state.apart)
        claims[path][owner_of(item)] = bool(share)
    for path, owners in claims.items():
        if len(owners) > 1 and not all(owners.values()):
            raise pytest.UsageError(runs.claimed(path, list(owners)))


def definitions(item: pytest.Item) -> Iterator[Any]:
    """The definitions of all fixtures that a test is known to need; a name may have one that overrides another."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    for name in getattr(item, "fixturenames", ()):
        yield from known.get(name, ())


# --- the namesake distribution ---
# It installs the same import package.


def refuse_namesake_at_start() -> None:
    """Raise ``pytest.UsageError`` while plugins load: the other's entry point would load this plugin twice."""
    try:
        distribution("pytest-dynamodb")
    except PackageNotFoundError:
        return
    from pytest_dynamodb.errors import ConfigurationError
    from pytest_dynamodb.hooks.install import refuse_namesake  # milliseconds, which only this case needs

    try:
        refuse_namesake()
    except ConfigurationError as problem:
        raise pytest.UsageError(str(problem)) from None
