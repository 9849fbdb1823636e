"""The machine's own time, whatever a test makes of the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import freezegun
import pytest
import time_machine

from pytest_dynamodb import Cassette, Request, Response
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.clock import real_time

LONG_AGO = datetime(1999, 12, 31, tzinfo=timezone.utc)
FROZEN: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "freezegun": lambda: freezegun.freeze_time(LONG_AGO),
    "time-machine": lambda: time_machine.travel(LONG_AGO, tick=False),
}


@pytest.mark.parametrize("by", FROZEN)
def test_it_goes_on_while_tests_are_told_another(by: str) -> None:
    before = time.time()
    with FROZEN[by]():
        assert time.time() < before - 86_400
        assert real_time() >= before
    assert real_time() >= before


@pytest.mark.parametrize("by", FROZEN)
def test_a_recording_says_when_it_was_made_really(by: str, tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    cassette = Cassette(path)
    cassette.open_for_recording(keep=False)
    with FROZEN[by]():
        cassette.record(Request("ListTables", {}), Response(200, {}))
        cassette.commit()
        header = read(path).header
        assert not header.recorded.startswith("1999")
        assert not header.is_older_than(timedelta(days=1))
    assert header.age is not None
    assert timedelta(0) <= header.age + timedelta(seconds=1) < timedelta(days=1)


@pytest.mark.parametrize("by", FROZEN)
def test_a_cassette_is_as_old_as_it_is(by: str) -> None:
    """It does not become young, and thus fit for use, because a test lives in another year."""
    old = Header(recorded="2020-01-01T00:00:00Z")
    with FROZEN[by]():
        assert old.is_older_than(timedelta(days=365))
