"""A secret of the environment reaches no file, in whatever form the application has written it."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from pytest_dynamodb import (
    Cassette,
    ConfigurationError,
    RecordingRefused,
    Request,
    Response,
    TransportFailure,
    use_cassette,
)
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.redaction import Sanitizer
from pytest_dynamodb.server import Upstream

AWS = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=="
STRANGE = 'p"a\\\\ss\tw&rd <of> an \u00fcml\u00e4ut \U0001f511'

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": json.dumps,
    "JSON of text": lambda secret: json.dumps(secret, ensure_ascii=False),
    "JSON with slashes escaped": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "JSON with = and & escaped": lambda secret: json.dumps(secret).replace("=", "\\u003d").replace("&", "\\u0026"),
    "JSON in JSON": lambda secret: json.dumps({"key": json.dumps({"key": secret})}).replace("/", "\\\\/"),
    "repr": repr,
    "in a query": lambda secret: f"?key={quote(secret, safe='')}&x=1",
    "in lower case": lambda secret: quote(secret, safe="").replace("%2F", "%2f").replace("%3D", "%3d"),
    "in a path": quote,
    "in a form": quote_plus,
    "in a query twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "base64 in a query": lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe=""),
    **{
        f"base64 after {before}, before {after}": (
            lambda secret, before=before, after=after: base64.b64encode(  # type: ignore[misc]
                b"u" * before + secret.encode() + b":" * after
            ).decode()
        )
        for before in range(4)
        for after in (0, 1, 2)
    },
}


@pytest.fixture(params=[AWS, STRANGE], ids=["AWS's", "strange"])
def secret(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", request.param)
    return str(request.param)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_secret_is_found_in_every_form(secret: str, form: Callable[[str], str]) -> None:
    cleaned = Sanitizer().params({"Item": {"note": {"S": f"before {form(secret)} after"}}})
    text = cleaned["Item"]["note"]["S"]
    assert "redacted-" in text
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert len(text) < 70  # what is left of base64 are letters that are shared with its neighbours


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_it_is_found_in_keys_and_in_binary_values(secret: str, form: Callable[[str], str]) -> None:
    binary = base64.b64encode(form(secret).encode()).decode()
    cleaned = Sanitizer().params({"Item": {form(secret): {"M": {"x": {"B": binary}}}}})
    ((name, value),) = cleaned["Item"].items()
    assert "redacted-" in name
    assert b"redacted-" in base64.b64decode(value["M"]["x"]["B"])


def test_it_leaves_the_journal_when_it_is_learned_too_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def put(note: str) -> None:
        item = {"note": {"S": note}}
        cassette.record(Request("PutItem", {"TableName": "t", "Item": item}), Response(200, {}))

    cassette = Cassette(tmp_path / "x.ddb.msgpack", options=CassetteOptions())
    cassette.open_for_recording(keep=False)
    put(form := base64.b64encode(f"user:{AWS}".encode()).decode())
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS)
    put("later")
    (journal,) = tmp_path.glob(".*.journal")
    assert form[8:-4].encode() not in journal.read_bytes()
    cassette.commit()


@pytest.mark.parametrize("harmless", ["wJalrXUtnFEMI", "K7MDENG", "bPxRfiCYEXAMPLEKEY", "%2F%2B", "\\\\\\\\" * 5000])
def test_a_part_of_one_is_none(harmless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS)
    params: dict[str, Any] = {"Item": {"note": {"S": harmless}}}
    assert Sanitizer().params(params) == params


def test_cleaning_twice_changes_nothing_more(secret: str) -> None:
    sanitizer = Sanitizer()
    once = sanitizer.params({"Item": {form(secret): {"S": form(secret)} for form in FORMS.values()}})
    assert sanitizer.params(once) == once


# --- what is neither parameters nor a body ---

ADDRESS = "http://user:pass%2Fword@db.internal:8000/"


def recorded(path: Path, outcome: Response | TransportFailure, **options: Any) -> bytes:
    cassette = Cassette(path, options=CassetteOptions(**options))
    cassette.open_for_recording(keep=False)
    cassette.record(Request("GetItem", {"TableName": "t"}), outcome)
    (journal,) = path.parent.glob(".*.journal")
    kept = journal.read_bytes()
    cassette.commit()
    return kept + path.read_bytes()


def test_a_failure_keeps_no_password_of_the_endpoint(tmp_path: Path) -> None:
    failure = TransportFailure("EndpointConnectionError", f"no {ADDRESS}", {"endpoint_url": ADDRESS, "error": "x"})
    raw = recorded(tmp_path / "x.ddb.msgpack", failure)
    assert b"pass%2Fword" not in raw
    assert b"http://***@db.internal:8000/" in raw


def test_headers_and_node_ids_keep_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS)
    answer = Response(200, {}, {"x-amz-retry-after": AWS})
    assert AWS.encode() not in recorded(tmp_path / "x.ddb.msgpack", answer)
    for name, owner in ((f"{quote(AWS, safe='')}.ddb.msgpack", ""), ("y.ddb.msgpack", f"test_a.py::test_b[{AWS}]")):
        with pytest.raises(RecordingRefused, match="holds a secret"):
            recorded(tmp_path / name, answer, owner=owner)


@pytest.mark.parametrize("made", [str, lambda secret: {"a": [secret]}, lambda secret: secret.encode()])
def test_a_memo_that_holds_a_secret_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[str], Any]
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", AWS)
    with pytest.raises(RecordingRefused, match="memo 'key' holds a secret"):  # noqa: SIM117 - again where it closes
        with use_cassette(tmp_path / "x.ddb.msgpack", mode="rewrite") as cassette:
            with contextlib.suppress(RecordingRefused):
                cassette.memo("key", lambda: made(AWS))
    assert not (tmp_path / "x.ddb.msgpack").exists()


def test_no_message_and_no_command_shows_an_upstream_s_password() -> None:
    failed = Upstream("http://user:password@127.0.0.1:1/").forward("/", [], b"{}").outcome
    assert isinstance(failed, TransportFailure)
    assert "password" not in f"{failed}"
    with pytest.raises(ConfigurationError) as caught:
        Upstream("ftp://user:password@127.0.0.1")
    assert "password" not in str(caught.value)
