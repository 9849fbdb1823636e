"""Values that a test makes up: made once, the very same ever after."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pytest_dynamodb import Cassette
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import Contents, read
from pytest_dynamodb.errors import CassetteError, ConfigurationError

VALUES: list[Any] = [
    None,
    True,
    7,
    2**90,
    1.5,
    "text",
    b"\x00\xff",
    Decimal("1.10"),
    UUID(int=7),
    date(2026, 1, 2),
    datetime(2026, 1, 2, 3, 4, 5, 6, timezone.utc),
    [1, [b"x"]],
    {"a": {"b": Decimal(1)}},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_with_its_type(value: Any, tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "x.ddb.msgpack")
    cassette.open_for_recording(keep=False)
    assert cassette.memo("x", lambda: value) is value
    cassette.commit()
    again = Cassette(cassette.path, contents=read(cassette.path))
    again.open_for_replay()
    found: Any = again.memo("x", object)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", [object(), {1: 2}, {"$type": "x"}, {1}], ids=["object", "key", "tag", "set"])
def test_what_a_cassette_cannot_hold_is_a_configuration_error(value: Any, tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "x.ddb.msgpack")
    cassette.open_for_recording(keep=False)
    with pytest.raises(ConfigurationError, match="memo 'x': a cassette cannot hold a"):
        cassette.memo("x", lambda: value)


@pytest.mark.parametrize(
    "stored",
    [
        {"$type": "Decimal"},
        {"$type": "Decimal", "text": "one"},
        {"$type": [], "text": ""},
        {"$type": "UUID", "text": 1},
        {"$type": "bytes", "text": "!"},
        {"$type": "date", "text": "tomorrow"},
    ],
    ids=repr,
)
def test_a_stored_value_that_is_none_is_a_cassette_error(stored: Any, tmp_path: Path) -> None:
    header = Header(memos={"x": [stored]})
    cassette = Cassette(tmp_path / "x.ddb.msgpack", contents=Contents(header, []))
    cassette.open_for_replay()
    with pytest.raises(CassetteError, match="memo 'x'"):
        cassette.memo("x", pytest.fail)
