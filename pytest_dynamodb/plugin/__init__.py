"""The pytest plugin. Loading it costs next to nothing: botocore and the cassette code are imported by the first test
that uses them.

Hooks are collected here from the modules that implement them; pytest registers this module.
"""

from pytest_dynamodb.plugin.fixtures import (
    _dynamodb_cassette_open,
    _dynamodb_cassette_places,
    dynamodb_cassette,
    dynamodb_cassette_config,
    dynamodb_cassette_dir,
    dynamodb_cassette_name,
    dynamodb_client,
    dynamodb_memo,
    dynamodb_mock,
    dynamodb_provider,
)
from pytest_dynamodb.plugin.lifecycle import (
    pytest_configure,
    pytest_fixture_setup,
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_unconfigure,
)
from pytest_dynamodb.plugin.options import pytest_addhooks, pytest_addoption, pytest_load_initial_conftests
from pytest_dynamodb.plugin.orphans import pytest_make_collect_report
from pytest_dynamodb.plugin.selection import pytest_collection_modifyitems, refuse_namesake_at_start
from pytest_dynamodb.plugin.summary import (
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_sessionstart,
    pytest_terminal_summary,
    pytest_testnodedown,
)

__all__ = [
    "_dynamodb_cassette_open",
    "_dynamodb_cassette_places",
    "dynamodb_cassette",
    "dynamodb_cassette_config",
    "dynamodb_cassette_dir",
    "dynamodb_cassette_name",
    "dynamodb_client",
    "dynamodb_memo",
    "dynamodb_mock",
    "dynamodb_provider",
    "pytest_addhooks",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_fixture_setup",
    "pytest_load_initial_conftests",
    "pytest_make_collect_report",
    "pytest_runtest_call",
    "pytest_runtest_logreport",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "pytest_unconfigure",
]

refuse_namesake_at_start()
