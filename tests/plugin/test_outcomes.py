"""What became of a test decides over its cassette: subtests, retries, skips, expected failures, and what hides none."""

from __future__ import annotations

from textwrap import dedent

import pytest

from small_project import SmallProject

VALUED = """
import os

VALUE = os.environ.get("VALUE", "old")
"""

SUBTESTS = {
    "the fixture": """
        @marked
        def test_parts(subtests):
            for i in range(3):
                with subtests.test(i=i):
                    put(f"part{i}", v={"S": VALUE})
                    assert i != 1 or VALUE == "old"
        """,
    "unittest": """
        import unittest

        @marked
        class TestParts(unittest.TestCase):
            def test_parts(self):
                for i in range(3):
                    with self.subTest(i=i):
                        put(f"part{i}", v={"S": VALUE})
                        self.assertTrue(i != 1 or VALUE == "old")
        """,
}


@pytest.mark.skipif(not hasattr(pytest, "Subtests"), reason="subtests are pytest 9's")
@pytest.mark.parametrize("way", SUBTESTS)
def test_a_subtest_that_fails_leaves_the_cassette_as_it_was(project: SmallProject, way: str) -> None:
    project.write("test_a.py", VALUED + dedent(SUBTESTS[way]))
    project.recorded()
    before = project.cassettes
    project.environment["VALUE"] = "new"
    assert project.record().code == 1
    assert project.cassettes == before
    assert len(project.failed) == 1


REPEATED = """
import pytest

tries = []

@marked{marks}
def test_twice():
    tries.append(1)
    put("a", n={{"N": str(len(tries))}})
    assert len(tries) == 2
"""

REPEATERS = {
    "rerunfailures": ("", ("--reruns", "2")),
    "pytest-retry": ("", ("--retries", "2")),
    "flaky": ("\n@pytest.mark.flaky(max_runs=3)", ()),
}


@pytest.mark.parametrize("plugin", REPEATERS)
def test_what_passes_when_it_is_tried_again_is_recorded(project: SmallProject, plugin: str) -> None:
    """Of its last attempt, and nothing is left of the ones before."""
    marks, flags = REPEATERS[plugin]
    project.write("test_a.py", REPEATED.format(marks=marks))
    run = project.record(f"+{plugin}", *flags)
    assert run.code == 0, run.text
    assert (list(project.cassettes), project.failed) == (["test_a/test_twice"], {})
    project.write("test_a.py", "@marked\ndef test_twice():\n    put('a', n={'N': '2'})\n")
    assert project.run().line == "dynamodb: 1 replayed, 0 live, 0 missed, 0 unused"


@pytest.mark.parametrize("plugin", ["rerunfailures", "pytest-retry"])
def test_what_fails_each_time_it_is_tried_is_not_recorded(project: SmallProject, plugin: str) -> None:
    _, flags = REPEATERS[plugin]
    project.write("test_a.py", "@marked\ndef test_twice():\n    put('a')\n    assert False\n")
    assert project.record(f"+{plugin}", *flags).code == 1
    assert (list(project.cassettes), list(project.failed)) == ([], ["test_a/test_twice"])


def test_an_expected_failure_is_recorded_and_one_that_did_not_come_is_not(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @marked
        @pytest.mark.xfail
        def test_fails():
            put("a")
            assert False

        @marked
        @pytest.mark.xfail
        def test_passes():
            put("b")

        @marked
        @pytest.mark.xfail(strict=True)
        def test_passes_strictly():
            put("c")
        """,
    )
    assert project.record().counts(failed=1, xfailed=1, xpassed=1)
    assert sorted(project.cassettes) == ["test_a/test_fails", "test_a/test_passes"]
    assert list(project.failed) == ["test_a/test_passes_strictly"]


HIDDEN = {
    "a skip": """
        def test_one():
            try:
                put("a", v={"S": VALUE})
            except Exception:
                pytest.skip("DynamoDB is not there")
        """,
    "a skip of a fixture": """
        @pytest.fixture
        def ready():
            try:
                put("a", v={"S": VALUE})
            except Exception:
                pytest.skip("DynamoDB is not there")

        def test_one(ready):
            pass
        """,
    "a skip of a wider fixture": """
        @pytest.fixture(scope="module")
        def ready():
            try:
                put("a", v={"S": VALUE})
            except Exception:
                pytest.skip("DynamoDB is not there")

        def test_one(ready):
            pass
        """,
    "xfail": """
        @pytest.mark.xfail
        def test_one():
            put("a", v={"S": VALUE})
            assert False
        """,
    "xfail of a swallowed one": """
        @pytest.mark.xfail
        def test_one():
            try:
                put("a", v={"S": VALUE})
            except Exception:
                pass
            assert False
        """,
    "xfail of any assertion": """
        @pytest.mark.xfail(raises=AssertionError)
        def test_one():
            put("a", v={"S": VALUE})
            assert False
        """,
    "xfail in the test": """
        def test_one():
            try:
                put("a", v={"S": VALUE})
            except AssertionError:
                pytest.xfail("as always")
        """,
    "unittest's expected failure": """
        import unittest

        class TestOne(unittest.TestCase):
            @unittest.expectedFailure
            def test_one(self):
                put("a", v={"S": VALUE})
                self.fail()
        """,
}


@pytest.mark.parametrize("way", HIDDEN)
def test_a_miss_fails_the_test_whatever_it_came_to(project: SmallProject, way: str) -> None:
    project.write("test_a.py", VALUED + "pytestmark = marked\n" + dedent(HIDDEN[way]))
    project.recorded()
    project.environment["VALUE"] = "new"
    run = project.run()
    assert run.code == 1, run.text
    assert "no recording matches" in run.text
    assert "1 missed" in run.line


@pytest.mark.parametrize("raises", ["UnexpectedRequest", "(KeyError, UnexpectedRequest)"])
@pytest.mark.parametrize("swallowed", [False, True], ids=["raised", "swallowed"])
def test_a_miss_can_be_expected_by_its_name(project: SmallProject, raises: str, swallowed: bool) -> None:
    body = "try:\n        get('b')\n    except Exception:\n        pass" if swallowed else "get('b')"
    project.write(
        "test_a.py",
        "from pytest_dynamodb import UnexpectedRequest\n\n"
        f"@marked\n@pytest.mark.xfail(raises={raises})\ndef test_one():\n    {body}\n",
    )
    run = project.run()
    assert run.code == 0, run.text
    assert "1 missed" in run.line


def test_what_skips_itself_or_fails_as_expected_without_a_miss_stays_that(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        @marked
        def test_skips():
            put("a")
            pytest.skip("not today")

        @marked
        @pytest.mark.xfail
        def test_fails():
            put("b")
            assert False
        """,
    )
    for run in (project.recorded(), project.run()):
        assert run.counts(skipped=1, xfailed=1)


def test_equal_misses_are_shown_once_and_counted_and_of_others_no_more_than_five(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        def ask(keys):
            for key in keys:
                try:
                    get(key)
                except Exception:
                    pass

        @marked
        def test_equal():
            ask(["same"] * 30)

        @marked
        def test_different():
            ask([f"other{n}" for n in range(30)])
        """,
    )
    run = project.run()
    assert run.text.count('Key {"pk": {"S": "same"}}') == 1
    assert "30, the same request each time" in run.text
    assert "and 25 more requests that no recording answered" in run.text
    assert "other4" in run.text
    assert "other5" not in run.text
    assert "60 missed" in run.line


def test_a_hypothesis_test_says_how_it_can_be_recorded(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        from hypothesis import given, settings, strategies

        @marked
        @settings(derandomize=True, database=None, max_examples=2, deadline=None)
        @given(strategies.integers())
        def test_one(number):
            get(str(number))
        """,
    )
    run = project.run()
    assert run.code == 1
    assert "test_one --record (Hypothesis asks for other examples in each run" in run.text
    assert "@settings(derandomize=True, database=None)" in run.text
    assert project.record().code == 0
    assert project.run().code == 0
