"""Cursors: what they hold, what they are bound to, and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pytest_dynamodb import ClientConfig, ConfigurationError, InvalidCursor, PytestDynamoDbError
from pytest_dynamodb.client.page import Binding, Cursors, Position, _seal

BINDING = Binding("app", "gsi1", "pk = 1")
KEY: dict[str, dict[str, Any]] = {"pk": {"S": "USER#1"}, "n": {"N": "1.5"}, "raw": {"B": "AAE="}}


def token(content: object, *, seal: bytes | None = None) -> str:
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    own = _seal(payload, None) if seal is None else seal
    parts = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (payload, own)]
    return ".".join(parts)


@pytest.mark.parametrize("secret", [None, "text", b"bytes"])
def test_a_cursor_comes_back_as_it_was(secret: bytes | str | None) -> None:
    cursors = Cursors(secret)
    positions: list[Position] = [KEY, "start", "end"]
    binding = Binding("app", None, "q", parts=3)
    assert cursors.decode(cursors.encode(binding, positions), binding) == positions


def test_a_cursor_fits_into_a_url_and_names_neither_table_nor_index() -> None:
    cursor = Cursors().encode(BINDING, [KEY])
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    payload = base64.urlsafe_b64decode(cursor.split(".")[0] + "==")
    assert b"app" not in payload
    assert b"gsi1" not in payload
    assert json.loads(payload)["v"] == 1


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (Binding("other", "gsi1", "pk = 1"), "another table"),
        (Binding("app", None, "pk = 1"), "another index"),
        (Binding("app", "gsi1", "pk = 2"), "another query"),
        (Binding("app", "gsi1", "pk = 1", parts=2), "of 1 parts, and this reads 2"),
    ],
)
def test_a_cursor_of_something_else_is_refused(other: Binding, what: str) -> None:
    with pytest.raises(InvalidCursor, match=what):
        Cursors().decode(Cursors().encode(BINDING, [KEY]), other)


def test_every_changed_character_is_found() -> None:
    for cursors in (Cursors(), Cursors("secret")):
        cursor = cursors.encode(BINDING, [KEY])
        for at in range(len(cursor)):
            changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
            with pytest.raises(InvalidCursor):
                cursors.decode(changed, BINDING)


def test_a_signature_is_one_of_the_same_secret() -> None:
    signed, unsigned = Cursors("a").encode(BINDING, [KEY]), Cursors().encode(BINDING, [KEY])
    with pytest.raises(InvalidCursor, match="changed, or was signed with another secret"):
        Cursors("b").decode(signed, BINDING)
    with pytest.raises(InvalidCursor, match="changed"):
        Cursors("a").decode(unsigned, BINDING)
    with pytest.raises(InvalidCursor, match="does not have"):
        Cursors().decode(signed, BINDING)
    assert "a secret" not in repr(Cursors("a secret"))


@pytest.mark.parametrize("text", ["", ".", "a", "a.b.c", "ä.b", "====", "AAAA", " ", "e30.e30", "\ud800.a"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        Cursors().decode(text, BINDING)


@pytest.mark.parametrize("value", [None, 5, b"a.b"])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(InvalidCursor):
        Cursors().decode(value, BINDING)


@pytest.mark.parametrize(
    "positions",
    [None, "start", {}, ["middle"], [{}], [{"pk": "x"}], [{"pk": {"S": 1}}], [{"pk": {"M": {}}}], [{"pk": {}}], [3]],
)
def test_positions_that_were_made_up_are_refused(positions: object) -> None:
    with pytest.raises(InvalidCursor):
        Cursors().decode(token({"v": 1, **BINDING.marks(), "p": positions}), BINDING)


def test_another_version_is_named() -> None:
    with pytest.raises(InvalidCursor, match="version 2; this release reads version 1"):
        Cursors().decode(token({"v": 2}), BINDING)


@pytest.mark.parametrize("payload", [b"[]", b"5", b"not json", b"[" * 100_000, b"\xff\xfe"])
def test_hostile_content_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidCursor):
        Cursors().decode(token(payload), BINDING)


def test_an_invalid_cursor_is_an_error_of_this_package_and_a_value_error() -> None:
    assert issubclass(InvalidCursor, (PytestDynamoDbError, ValueError))


def test_a_secret_is_replaced_by_one_that_signs_beside_it() -> None:
    old, both, new = Cursors("old"), Cursors(["new", b"old"]), Cursors("new")
    assert both.decode(old.encode(BINDING, [KEY]), BINDING) == [KEY]
    assert new.decode(both.encode(BINDING, [KEY]), BINDING) == [KEY]
    with pytest.raises(InvalidCursor, match="another secret"):
        old.decode(both.encode(BINDING, [KEY]), BINDING)
    with pytest.raises(InvalidCursor, match="another secret"):
        both.decode(Cursors("other").encode(BINDING, [KEY]), BINDING)
    assert "old" not in repr(both)


@pytest.mark.parametrize("secret", ["", b"", 7, bytearray(b"secret"), [], ["new", ""], ("new", 7)])
def test_a_secret_that_seals_nothing_is_refused_before_anything_is_signed(secret: Any) -> None:
    with pytest.raises(ConfigurationError, match="cursor_secret must be text or bytes, and not empty"):
        ClientConfig(cursor_secret=secret)
    with pytest.raises(ConfigurationError):
        Cursors(secret)
