"""The pytest plugin. Loading it costs next to nothing: botocore and the cassette code are imported by the first test
that uses them.

pytest loads this module, which registers those that have the fixtures and the hooks.
"""

from __future__ import annotations

import pytest

from pytest_dynamodb.plugin import (
    fixtures,
    hookspecs,
    lifecycle,
    options,
    orphans,
    passes,
    repetition,
    selection,
    summary,
)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks a project may implement, and register the plugin's modules."""
    pluginmanager.add_hookspecs(hookspecs)
    for module in (fixtures, lifecycle, options, orphans, passes, repetition, selection, summary):
        pluginmanager.register(module, module.__name__)


selection.refuse_namesake_at_start()
