"""The pytest plugin. Loading it costs next to nothing: botocore and the cassette code are imported by the first test
that uses them.

pytest loads this module, which registers those that have the fixtures and the hooks.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

import pytest


class _AsTheyAre:
    """Finds this package's modules as Python itself does, without pytest.

    pytest would give the assertions of a plugin's modules better messages. It reads and compiles them anew for that, in
    each run where it may not write bytecode, and ours have none that anybody sees.
    """

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, path, target) if name.startswith("pytest_dynamodb.") else None


sys.meta_path.insert(0, _AsTheyAre)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks a project may implement, and register the plugin's modules."""
    from pytest_dynamodb.hooks.install import refuse_namesake
    from pytest_dynamodb.plugin import fixtures, hookimpls, hookspecs, options

    with options.usage_errors():
        refuse_namesake()  # its entry point would load this plugin twice
    pluginmanager.add_hookspecs(hookspecs)
    for module in (fixtures, hookimpls):
        pluginmanager.register(module, module.__name__)
