"""A child that is forked while other threads are busy in this package does not wait for them."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from pytest_dynamodb import mock_dynamodb, use_cassette
from pytest_dynamodb.forks import lock, reentrant_lock

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")


def in_child(work: Callable[[], object]) -> int:
    """The exit status of a forked child that does ``work``; one that hangs is ended by an alarm."""
    import signal

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.12: that is what is being tested
        child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(60)
        try:
            work()
        except BaseException as problem:  # noqa: BLE001 - nothing may leave the child but its status
            sys.__stderr__.write(f"{type(problem).__name__}: {problem}\n")  # type: ignore[union-attr]
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("make", [lock, reentrant_lock])
def test_a_lock_that_another_thread_holds_is_free_in_the_child(make: Callable[[], threading.Lock]) -> None:
    held, done, mine = threading.Event(), threading.Event(), make()

    def hold() -> None:
        with mine:
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    try:
        assert in_child(lambda: mine.acquire(timeout=120) or os._exit(3)) == 0
    finally:
        done.set()
        thread.join()


def test_a_child_of_busy_threads_is_answered_by_a_mock() -> None:
    stop = threading.Event()
    with mock_dynamodb():
        client = boto3.client("dynamodb", region_name="us-east-1")

        def busy() -> None:
            while not stop.is_set():
                client.list_tables()

        threads = [threading.Thread(target=busy) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            statuses = [in_child(client.list_tables) for _ in range(8)]
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert statuses == [0] * 8


def test_a_childs_calls_are_recorded_in_a_block_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    for mode in ("once", "none"):
        with use_cassette(path, mode=mode, upstream="mock") as cassette:
            client = boto3.client("dynamodb", region_name="us-east-1")
            assert in_child(client.list_tables) == 0
        assert [exchange.operation for exchange in cassette.traffic] == ["ListTables"]


def test_a_childs_miss_is_one_of_the_block(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    with pytest.raises(AssertionError, match="ListTables"), use_cassette(path):
        client = boto3.client("dynamodb", region_name="us-east-1")
        with pytest.raises(AssertionError):
            client.list_tables()
        assert in_child(client.list_tables) == 1
