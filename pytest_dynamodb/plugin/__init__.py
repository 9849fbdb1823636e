"""The pytest plugin. Loading it costs next to nothing: botocore and the cassette code are imported by the first test
that uses them.

pytest loads this module, which registers those that have the fixtures and the hooks.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.plugin import as_they_are


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks a project may implement, and register the plugin's modules."""
    as_they_are.begin()
    config: Any = pluginmanager.get_plugin("pytestconfig")
    config.add_cleanup(as_they_are.end)  # which comes even where the options are wrong
    from pytest_dynamodb.hooks.install import refuse_namesake
    from pytest_dynamodb.plugin import fixtures, hookimpls, hookspecs, options

    with options.usage_errors():
        refuse_namesake()  # its entry point would load this plugin twice
    pluginmanager.add_hookspecs(hookspecs)
    for module in (fixtures, hookimpls):
        pluginmanager.register(module, module.__name__)
