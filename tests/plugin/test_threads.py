"""Threads that outlive their test are never answered by another test's cassette, and never reach the network unseen."""

from __future__ import annotations

import pytest

from small_project import WITH_AWS, SmallProject

LATE = """
import threading

go, threads, said = threading.Event(), [], []

def late():
    go.wait(20)
    try:
        said.append(get("late"))
    except BaseException as problem:
        said.append(problem)

def start(function):
    threads.append(threading.Thread(target=function, name="heartbeat", daemon=True))
    threads[-1].start()

def finish():
    go.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
"""

STARTED = {
    "by a marked test": "@marked\ndef test_starts_one():\n    put('now')\n    start(late)\n",
    "by another thread of it": """
@marked
def test_starts_one():
    put('now')
    start(lambda: (go.wait(20), start(late)))
""",
    "by an unmarked test": "def test_starts_one():\n    start(late)\n",
}

MEANWHILE = """
@marked
def test_meanwhile():
    put("meanwhile")
    finish()
    assert "UnexpectedRequest" in map(lambda s: type(s).__name__, said)
    assert get("meanwhile")
"""


@pytest.mark.parametrize("way", ["by a marked test", "by another thread of it", "by an unmarked test"])
def test_a_late_call_is_refused_and_noted_on_its_test(project: SmallProject, way: str) -> None:
    project.write("test_a.py", LATE + STARTED[way] + MEANWHILE)
    for run in (project.record(), project.run(env=WITH_AWS)):
        assert run.counts(passed=2)
        assert run.code == 1
        assert "test_a.py::test_starts_one: its thread 'heartbeat' outlives it and calls GetItem on shop" in run.text
        assert "0 missed, 0 unused" in run.line


def test_a_late_call_is_refused_while_no_cassette_is_open(project: SmallProject) -> None:
    project.write("test_a.py", LATE + STARTED["by a marked test"] + "\ndef test_unmarked():\n    finish()\n")
    project.record()
    assert "refused; join it before the test ends" in project.run(env=WITH_AWS).text


def test_a_thread_that_ends_with_its_test_is_answered(project: SmallProject) -> None:
    project.write("test_a.py", LATE + STARTED["by a marked test"] + "    finish()\n    assert said == [None]\n")
    assert project.record().code == 0
    assert project.run().line == "dynamodb: 2 replayed, 0 live, 0 missed, 0 unused"


def test_a_thread_of_a_wider_fixture_is_answered_by_the_test_that_runs(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        """
        import queue, threading

        @pytest.fixture(scope="session")
        def worker():
            asked, answers = queue.Queue(), queue.Queue()

            def serve():
                for key in iter(asked.get, None):
                    put(key)
                    answers.put(get(key)["pk"]["S"])

            thread = threading.Thread(target=serve)
            thread.start()
            yield lambda key: asked.put(key) or answers.get(timeout=120)
            asked.put(None)
            thread.join()

        @marked
        @pytest.mark.parametrize("key", ["a", "b"])
        def test_one(worker, key):
            assert worker(key) == key
        """,
    )
    assert project.record().code == 0
    run = project.run()
    assert (run.code, run.line) == (0, "dynamodb: 4 replayed, 0 live, 0 missed, 0 unused")


def test_a_job_of_a_pool_belongs_to_the_test_that_submitted_it(project: SmallProject) -> None:
    """Whichever test the pool's threads were started in."""
    project.write(
        "test_a.py",
        """
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(2)

        @marked
        @pytest.mark.parametrize("key", ["a", "b", "c"])
        def test_one(key):
            pool.submit(put, key).result()
            assert pool.submit(get, key).result()["pk"]["S"] == key
        """,
    )
    assert project.record().code == 0
    run = project.run()
    assert (run.code, run.line) == (0, "dynamodb: 6 replayed, 0 live, 0 missed, 0 unused")


def test_a_job_that_outlives_its_test_is_refused(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        LATE
        + """
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(1)

@marked
def test_starts_one():
    put("now")
    pool.submit(late)

@marked
def test_meanwhile():
    go.set()
    pool.submit(put, "meanwhile").result()
    assert type(said[0]).__name__ == "UnexpectedRequest"
""",
    )
    for run in (project.record(), project.run()):
        assert run.counts(passed=2)
        assert (run.code, "test_starts_one: its thread" in run.text) == (1, True)


def test_workers_report_theirs(project: SmallProject) -> None:
    project.write("test_a.py", LATE + STARTED["by a marked test"] + MEANWHILE)
    project.record()
    run = project.run("-n", "1")
    assert run.counts(passed=2)
    assert (run.code, run.text.count("its thread 'heartbeat' outlives it")) == (1, 1)


def test_where_everything_is_live_threads_may_go_on(project: SmallProject) -> None:
    project.write(
        "test_a.py",
        LATE
        + STARTED["by a marked test"]
        + "\n@marked\ndef test_meanwhile():\n    finish()\n    assert said == [None]\n",
    )
    run = project.run("--dynamodb-provider=live", f"--dynamodb-upstream={project.upstream}", env=WITH_AWS)
    assert run.code == 0, run.text
