"""The list of others' suites makes sense, and failures are judged by it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parents[1] / "projects" / "downstream"


@pytest.fixture(scope="module")
def run() -> Any:
    spec = importlib.util.spec_from_file_location("downstream_run", HERE / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_every_row_is_one_and_says_why_its_tests_fail(run: Any) -> None:
    projects = run.projects()
    assert len(projects) >= 8
    assert len({project.name for project in projects}) == len(projects)


REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad[1]"><failure/></testcase>
<testcase classname="a" name="bad[2]"><error/></testcase>
<testcase classname="a" name="left"><skipped/></testcase>
</testsuite></testsuites>"""


def test_what_fails_must_be_listed_and_what_is_listed_must_fail(run: Any, tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    outcome = run.Outcome.read(tmp_path / "report.xml")

    assert outcome.told() == "1 passed, 2 failed, 1 skipped"
    assert run.unexplained(outcome, {"a::bad*": "theirs, as AWS"}) == []
    assert run.unexplained(outcome, {"a::bad[1]": "x", "a::good": "y"}) == [
        "fails: a::bad[2]",
        "is listed and does not fail: a::good",
    ]
