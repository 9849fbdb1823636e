"""The report of what tests asked: habits that cost, as text, JSON and JUnit's properties; limits that fail tests."""

from __future__ import annotations

import json
import re

import pytest

from small_project import SmallProject

TESTS = """
@marked
def test_scans():
    client().scan(TableName="shop")

@marked
def test_reads():
    for name in "abcde":
        get(name)

@marked
def test_is_modest():
    get("a")
"""
WORKERS = pytest.mark.parametrize("args", [[], ["-n", "2"]], ids=["", "xdist"])


@pytest.fixture
def recorded(project: SmallProject) -> SmallProject:
    """Three tests with their cassettes."""
    project.write("test_a.py", TESTS)
    project.recorded()
    return project


@WORKERS
def test_habits_are_named_below_the_table(recorded: SmallProject, args: list[str]) -> None:
    run = recorded.run("--dynamodb-report", *args)
    named = [line for line in run.text.splitlines() if re.match(r"test_a.py::\w+: ", line)]
    assert sorted(line.split(":")[2] for line in named) == ["test_reads", "test_scans"]
    assert "test_a.py::test_scans: shop was scanned once" in run.text
    assert "5 items of shop were read one by one" in run.text


@WORKERS
def test_json_and_junit_say_the_same(recorded: SmallProject, args: list[str]) -> None:
    run = recorded.run("--dynamodb-report-json=report.json", "--junitxml=junit.xml", *args)
    assert run.code == 0
    report = json.loads((recorded.root / "report.json").read_text(encoding="utf-8"))
    assert report["total"]["exchanges"] == 7
    assert report["total"]["findings"] == 2
    by_test = {one["test"]: [finding["rule"] for finding in one["findings"]] for one in report["tests"]}
    assert by_test == {
        "test_a.py::test_scans": ["scans"],
        "test_a.py::test_reads": ["reads_in_a_row"],
        "test_a.py::test_is_modest": [],
    }
    junit = (recorded.root / "junit.xml").read_text(encoding="utf-8")
    found = re.findall(
        r'<testcase [^>]*name="(\w+)".*?dynamodb_exchanges" value="(\d+)".*?</testcase>', junit, re.DOTALL
    )
    assert dict(found) == {"test_scans": "1", "test_reads": "5", "test_is_modest": "1"}


@WORKERS
def test_a_test_beyond_a_limit_fails_and_is_told_why(recorded: SmallProject, args: list[str]) -> None:
    recorded.ini("dynamodb_cassette_limits =\n    scans = 0\n    reads_in_a_row = 5")
    run = recorded.run(*args)
    assert run.counts(passed=3, error=1)
    assert "LimitsExceeded: test_a.py::test_scans exceeds dynamodb_cassette_limits" in run.text
    assert "shop was scanned once" in run.text


def test_a_test_that_fails_anyway_is_not_judged(recorded: SmallProject) -> None:
    recorded.write(
        "test_b.py", "@marked('scans')\ndef test_b():\n    client().scan(TableName='shop')\n    assert False\n"
    )
    recorded.ini("dynamodb_cassette_limits = scans = 0")
    run = recorded.run("test_b.py", "--dynamodb-provider=mock")
    assert "LimitsExceeded" not in run.text


def test_a_limit_that_makes_no_sense_is_a_usage_error(recorded: SmallProject) -> None:
    recorded.ini("dynamodb_cassette_limits = scan = 0")
    run = recorded.run()
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "dynamodb_cassette_limits has lines such as `scans = 0`, not 'scan = 0'" in run.text


def test_a_file_that_cannot_be_written_is_a_usage_error(recorded: SmallProject) -> None:
    run = recorded.run("--dynamodb-report-json=nowhere/report.json")
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "--dynamodb-report-json=nowhere/report.json: there is no folder" in run.text


def test_fixtures_with_cassettes_of_their_own_have_rows_and_no_limits(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @pytest.fixture(scope="module")
        def names():
            return client().scan(TableName="shop")

        @marked
        def test_one(names):
            get("a")
        """,
    )
    project.recorded()
    project.ini("dynamodb_cassette_limits = scans = 0")
    run = project.run("--dynamodb-report")
    assert run.counts(passed=1)
    assert "fixture.names: shop was scanned once" in run.text
