"""Recording with xdist's workers: fixtures that each of them sets up."""

from __future__ import annotations

from textwrap import dedent

import pytest

from small_project import SmallProject

MANY = """
@marked
@pytest.mark.parametrize("i", range(6))
def test_each(shop, i):
    put(f"k{i}")
"""


def both_workers(body: str) -> str:
    """A session fixture that no worker leaves before both have come to it, so that each has tests to run."""
    return """
import pathlib, time

@pytest.fixture(scope="session")
def both(tmp_path_factory, worker_id):
    if worker_id == "master":
        return
    meeting = tmp_path_factory.getbasetemp().parent / "meeting"
    meeting.mkdir(exist_ok=True)
    (meeting / worker_id).touch()
    until = time.monotonic() + 30
    while len(list(meeting.iterdir())) < 2 and time.monotonic() < until:
        os.sched_yield()

import os
""" + dedent(body)


def recorded_by_two(project: SmallProject) -> tuple[int, str]:
    run = project.run(
        "--record",
        f"--dynamodb-upstream={project.upstream}",
        "-n",
        "2",
        env={"AWS_DEFAULT_REGION": "us-east-1"},
    )
    return run.code, run.text


def test_a_fixture_that_only_the_first_worker_carries_out_keeps_its_cassette(project: SmallProject) -> None:
    project.write(
        "conftest.py",
        both_workers("""
        @pytest.fixture(scope="session")
        def shop(both, tmp_path_factory, worker_id):
            try:
                (tmp_path_factory.getbasetemp().parent / "made").mkdir()
            except FileExistsError:
                return
            put("made")
        """),
    )
    project.write("test_a.py", MANY)
    for _ in range(2):
        code, text = recorded_by_two(project)
        assert code == 0, text
        assert "fixture.shop" in project.cassettes
    assert not project.leftovers
    assert project.run().code == 0
    assert project.run("-n", "2").code == 0


def test_a_fixture_that_differs_by_worker_fails_the_recording_with_both_versions(project: SmallProject) -> None:
    project.write(
        "conftest.py",
        both_workers("""
        @pytest.fixture(scope="session")
        def shop(both, worker_id):
            put(f"desk-{worker_id}")
        """),
    )
    project.write("test_a.py", MANY)
    code, text = recorded_by_two(project)
    assert code == 1
    assert "contradict each other" in text
    assert "desk-gw0" in text
    assert "desk-gw1" in text
    assert "record without workers" in text
    assert "fixture.shop" not in project.cassettes
    assert not project.leftovers


def test_a_memo_of_a_wider_fixture_is_the_same_for_all_workers_and_replays(project: SmallProject) -> None:
    project.write(
        "conftest.py",
        both_workers("""
        import uuid

        @pytest.fixture(scope="session")
        def shop(both, dynamodb_memo):
            put(str(dynamodb_memo("desk", uuid.uuid4)))
        """),
    )
    project.write("test_a.py", MANY)
    code, text = recorded_by_two(project)
    assert code == 0, text
    assert project.run("-n", "2").code == 0
    run = project.run()
    assert (run.code, run.line) == (0, "dynamodb: 7 replayed, 0 live, 0 missed, 0 unused")


@pytest.mark.parametrize("scope", ["function", "module", "session"])
def test_a_memo_is_kept_in_the_cassette_of_its_fixture(project: SmallProject, scope: str) -> None:
    project.write(
        "test_a.py",
        f"""
        import uuid

        @pytest.fixture(scope="{scope}")
        def key(dynamodb_memo):
            key = str(dynamodb_memo("key", uuid.uuid4))
            put(key)
            return key

        @marked
        @pytest.mark.parametrize("i", range(2))
        def test_one(key, i):
            assert get(key)

        def test_unmarked(dynamodb_memo):
            assert dynamodb_memo("key", lambda: 7) == 7
        """,
    )
    project.recorded()
    assert project.run().code == 0
