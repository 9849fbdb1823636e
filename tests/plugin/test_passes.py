"""``--dynamodb-record-passes=2``: recorded twice, reported once, replayed with what is new."""

from __future__ import annotations

import pytest

from small_project import WITH_AWS, SmallProject

FRESH = """
import time, uuid

@marked
def test_fresh():
    key = f"USER#{uuid.uuid4()}"
    put(key, at={"N": str(int(time.time()))})
    assert get(key)["pk"] == {"S": key}
    assert abs(int(get(key)["at"]["N"]) - time.time()) < 600
"""
TWICE = "--dynamodb-record-passes=2"


def test_what_is_new_in_every_run_replays_at_once(project: SmallProject) -> None:
    project.write("test_a.py", FRESH)
    run = project.recorded(TWICE)
    assert run.counts(passed=1)
    assert run.line == "dynamodb: 0 replayed, 3 live, 0 missed, 0 unused, 3 recorded"
    assert "carried from requests into answers: Item.at, Item.pk, Key.pk (test_a.py::test_fresh)" in run.text
    assert not project.leftovers
    assert project.run().line == "dynamodb: 3 replayed, 0 live, 0 missed, 0 unused"


def test_in_one_pass_it_does_not(project: SmallProject) -> None:
    project.write("test_a.py", FRESH)
    project.recorded()
    assert project.run().code == 1


def test_named_places_need_no_second_pass(project: SmallProject) -> None:
    project.write(
        "test_a.py", FRESH.replace("@marked", 'marked(volatile=["Item.pk", "Item.at"])').replace("marked(", "@marked(")
    )
    project.recorded()
    assert project.run().counts(passed=1)


def test_places_may_be_named_for_all_tests(project: SmallProject) -> None:
    project.ini("dynamodb_cassette_volatile =", "    Item.pk", "    Item.at")
    project.write("test_a.py", FRESH)
    project.recorded()
    before = project.cassettes
    assert project.run().counts(passed=1)
    project.recorded()
    assert project.cassettes == before, "recorded anew, it says the same"


def test_what_is_added_later_speaks_of_the_values_that_are_there(project: SmallProject) -> None:
    project.write("test_a.py", FRESH)
    project.recorded(TWICE)
    project.write("test_a.py", FRESH + "    put(key, n={'N': '1'})\n    assert get(key)['n'] == {'N': '1'}\n")
    added = project.run("--dynamodb-record=new_episodes", f"--dynamodb-upstream={project.upstream}", env=WITH_AWS)
    assert added.line == "dynamodb: 3 replayed, 2 live, 0 missed, 0 unused, 2 recorded"
    assert project.run().line == "dynamodb: 5 replayed, 0 live, 0 missed, 0 unused"


def test_a_class_of_unittest_is_recorded_twice_like_any_test(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        import unittest, uuid

        @marked
        class TestFresh(unittest.TestCase):
            def setUp(self):
                self.key = str(uuid.uuid4())
                put(self.key)

            def test_it(self):
                assert get(self.key)["pk"] == {"S": self.key}
        """,
    )
    project.recorded(TWICE)
    assert project.run().counts(passed=1)


def test_fixtures_of_the_test_are_set_up_twice_and_wider_ones_once(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        made = []

        @pytest.fixture(scope="module")
        def wide():
            put("wide")
            yield made.append("wide")
            made.append("gone")

        @pytest.fixture
        def narrow(wide):
            yield made.append("narrow")
            made.append("torn down")

        @marked
        def test_one(narrow):
            put("one")

        def test_two():
            assert made == ["wide", "narrow", "torn down", "narrow", "torn down"]
        """,
    )
    run = project.recorded(TWICE)
    assert run.counts(passed=2)
    assert run.line == "dynamodb: 0 replayed, 2 live, 0 missed, 0 unused, 2 recorded"
    assert list(project.cassettes) == ["test_a/fixture.wide", "test_a/test_one"]


def test_the_second_pass_is_what_is_reported(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        times = []

        @marked
        def test_one():
            times.append(1)
            put("a")
            assert len(times) == 2

        @marked
        def test_two():
            times.append(1)
            put("b")
            assert len(times) == 3
        """,
    )
    run = project.record(TWICE)
    assert run.counts(passed=1, failed=1)
    assert "test_a.py::test_one: the first pass failed, so nothing was compared" in run.text
    assert list(project.cassettes) == ["test_a/test_one"]
    assert list(project.failed) == ["test_a/test_two"]


def test_what_only_one_pass_asked_is_told(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        times = []

        @marked
        def test_one():
            times.append(1)
            for _ in times:
                put("a")
        """,
    )
    run = project.recorded(TWICE)
    assert "the two passes asked differently: 0 requests in the first alone, 1 in the second" in run.text


def test_what_nothing_records_runs_once(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        times = []

        def test_unmarked():
            times.append(1)

        @pytest.mark.dynamodb_cassette(provider="mock")
        def test_mocked():
            times.append(1)

        def test_all():
            assert len(times) == 2
        """,
    )
    assert project.record(TWICE).counts(passed=3)


def test_workers_find_it_too(project: SmallProject) -> None:
    project.write("test_a.py", FRESH)
    run = project.record(TWICE, "-n1", "-pxdist", apart=True)
    assert "carried from requests into answers: Item.at, Item.pk, Key.pk (test_a.py::test_fresh)" in run.text
    assert project.run().counts(passed=1)


@pytest.mark.parametrize("passes", ["0", "3", "x"])
def test_there_are_one_or_two_passes(project: SmallProject, passes: str) -> None:
    project.write("test_a.py", FRESH)
    assert project.run(f"--dynamodb-record-passes={passes}").code == 4
