"""Short cuts of recording: they change nothing but the time that it takes."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from pytest_dynamodb.cassette.codec import collector_paused
from pytest_dynamodb.cassette.frames import EXCHANGE, HEADER, pack_draft, pack_frame, read_frames
from pytest_dynamodb.cassette.redaction import Sanitizer

KEY_ID, ARN = "AKIA" + "X" * 16, "arn:aws:dynamodb:us-east-1:123456789012:table/t"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    "body",
    [
        {"b": {"B": "AAEC"}, "a": {"BS": ["AA=="]}},
        {"raw": b"<html>"},
        {"n": 2**70, "m": -(2**63)},
        {"text": "\ud800", "none": None, "list": [1.5, True]},
    ],
    ids=["binaries", "raw bytes", "big integers", "odd text"],
)
def test_a_draft_reads_like_the_frame_proper(body: dict[str, Any]) -> None:
    header = pack_frame(HEADER, {})
    draft, proper = (
        [frame.body for frame in read_frames(header + frame, "x", whole=False)]
        for frame in (pack_draft(EXCHANGE, body), pack_frame(EXCHANGE, body))
    )
    assert draft == proper


def test_a_draft_of_what_no_cassette_can_hold_is_refused_alike() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested on more than 200 levels"):
        pack_draft(EXCHANGE, {"deep": deep})


@pytest.mark.parametrize(
    "text",
    [ARN, f"\n{KEY_ID}\n", f'"{KEY_ID}"', f"é{ARN}\\", "https://123456789012.ddb.us-east-1.amazonaws.com"],
)
def test_nothing_sensitive_passes_however_it_is_written_down(text: str) -> None:
    """The first look is at a text in which a value's neighbours are others than in the value itself."""
    cleaned = Sanitizer().params({"Item": {"a": {"L": [{"S": text}]}}})
    assert KEY_ID not in str(cleaned)
    assert "123456789012" not in str(cleaned)


@pytest.mark.parametrize("secret", [SECRET, 'a "quoted" secret\n', "ein Schlüssel, der passt"])
def test_a_secret_of_the_environment_is_found_in_any_text(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    cleaned = Sanitizer().params({"Item": {"a": {"S": f"x{secret}y"}, secret: {"N": "1"}}})
    assert secret not in cleaned["Item"]["a"]["S"]
    assert secret not in cleaned["Item"]


def test_what_holds_nothing_sensitive_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    params = {"Item": {"a": {"S": "plain"}}}
    assert Sanitizer().params(params) is params


@pytest.mark.parametrize("many", [False, True])
def test_the_collector_is_paused_and_goes_on_afterwards(many: bool) -> None:
    assert gc.isenabled()
    with collector_paused(many=many):
        assert not gc.isenabled()
        with collector_paused(many=many):
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_somebody_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        count = gc.get_freeze_count()
        with collector_paused(many=True):
            pass
        assert gc.get_freeze_count() >= count - 100  # objects may go away, but they are not thawed
    finally:
        gc.unfreeze()
