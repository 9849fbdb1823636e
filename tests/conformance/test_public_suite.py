"""The list of what the public suite tests agrees with the cases, with itself and with the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import all_cases
from public_suite import SuiteFile, held, listed, since

ROOT = Path(__file__).parents[2]
DOCUMENTATION = ROOT / "docs/explanation/conformance.md"
LISTED = 1261
"""The ``count`` of the suite's list of tests of 2026-09-11 (its registry/suite-manifest.json)."""


def test_every_test_of_the_suites_own_list_is_counted() -> None:
    assert held(listed())[1] == LISTED


@pytest.mark.parametrize("file", [pytest.param(file, id=file.path) for file in (*listed(), *since())])
def test_a_file_is_held_by_cases_that_are_there(file: SuiteFile) -> None:
    assert set(file.held_by) - {case.name for case in all_cases()} == set()
    assert 0 <= file.held <= file.tests
    assert bool(file.held_by) == bool(file.held), "cases hold its tests, or each is named"


def test_what_no_case_holds_is_held_by_another_test() -> None:
    reasons = [why for file in (*listed(), *since()) for why in file.not_held.values()]
    assert [why for why in reasons if not (ROOT / why.partition("; ")[2]).is_file()] == []


def test_the_documentation_tells_the_numbers() -> None:
    text = " ".join(DOCUMENTATION.read_text(encoding="utf-8").split())
    for files in (listed(), since()):
        count, tests = held(files)
        assert f"{count:,} of {tests:,}" in text
