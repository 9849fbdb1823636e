"""What is secret reaches no file in any spelling; what stands there instead is stable, typed, undone in a replay."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, Outcome, Request, Response, TransportFailure
from pytest_dynamodb.cassette.options import CassetteOptions, Hooks
from pytest_dynamodb.cassette.redaction import Sanitizer, pseudonym
from pytest_dynamodb.cassette.store import read

KEY_ID, SESSION_KEY_ID = "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"
SECRET, TOKEN = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLETOKENxyz=="
ACCOUNT = "123456789012"
ARN = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/shop"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ddb.msgpack"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", TOKEN),
    ):
        monkeypatch.setenv(name, value)


def recording(path: Path, **options: Any) -> Cassette:
    cassette = Cassette(path, options=CassetteOptions(**options))
    cassette.open_for_recording(keep=False)
    return cassette


def replaying(path: Path, **options: Any) -> Cassette:
    cassette = Cassette(path, contents=read(path), options=CassetteOptions(**options))
    cassette.open_for_replay()
    return cassette


def spellings(secret: str) -> list[bytes]:
    """How a value may hide in a file: as it is, in base64 at each of three alignments, in hex."""
    raw = secret.encode()
    found = [raw, raw.hex().encode(), raw.hex().upper().encode()]
    for shift in range(3):
        encoded = base64.b64encode(b"\x00" * shift + raw)
        found.append(encoded[4 if shift else 0 : -4])
    return found


def assert_nowhere(folder: Path, *values: str) -> None:
    for file in folder.iterdir():
        data = file.read_bytes()
        for value in values:
            for spelling in spellings(value):
                assert spelling not in data, f"{value} is in {file.name} as {spelling!r}"


# -- found out by their looks ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("compress", [False, True])
def test_no_secret_reaches_the_file_the_journal_or_a_failed_attempt(path: Path, compress: bool) -> None:
    hidden = [KEY_ID, SESSION_KEY_ID, SECRET, TOKEN, ACCOUNT]
    params = {
        "TableName": ARN,
        "Item": {
            "text": {"S": f"before {SECRET} after"},
            "list": {"L": [{"S": TOKEN}, {"M": {KEY_ID: {"S": SESSION_KEY_ID}}}]},
            "set": {"SS": [SECRET, f"x{TOKEN}"]},
            "binary": {"B": base64.b64encode(f"key={SECRET}".encode()).decode()},
            "binaries": {"BS": [base64.b64encode(text.encode()).decode() for text in (KEY_ID, ARN)]},
        },
    }
    answers: list[Outcome] = [
        Response(200, {"TableDescription": {"TableArn": ARN, "LatestStreamArn": f"{ARN}/stream/x"}}),
        Response(400, {"__type": "X", "message": f"User: arn:aws:sts::{ACCOUNT}:assumed-role/r/s may not"}),
        Response(503, f"<html>{SECRET} https://{ACCOUNT}.ddb.eu-west-1.amazonaws.com</html>".encode()),
        TransportFailure(
            "EndpointConnectionError",
            f"no https://{ACCOUNT}.ddb.eu-west-1.amazonaws.com/",
            {"endpoint_url": f"https://{ACCOUNT}.ddb.eu-west-1.amazonaws.com/", "error": f"{TOKEN}"},
        ),
    ]
    cassette = recording(path, compress=compress)
    for answer in answers:
        cassette.record(Request("PutItem", params), answer)
    assert len(list(path.parent.glob(".*.journal"))) == 1
    assert_nowhere(path.parent, *hidden)
    cassette.abandon()
    assert len(list(path.parent.glob("*.failed"))) == 1
    assert_nowhere(path.parent, *hidden)
    cassette = recording(path, compress=compress)
    for answer in answers:
        cassette.record(Request("PutItem", params), answer)
    cassette.commit()
    for exchange in read(path).exchanges:
        assert not [value for value in hidden if value in str(exchange)]
    assert_nowhere(path.parent, *hidden)


@pytest.mark.parametrize(
    "harmless",
    ["1234567890123", "123456789012", "order:123456789012:line", "AKIA", "AKIAnotreallyakeyid1", "arn:aws:s3:::bucket"],
)
def test_what_only_resembles_a_secret_stays(harmless: str) -> None:
    assert Sanitizer().params({"Item": {"x": {"S": harmless}}}) == {"Item": {"x": {"S": harmless}}}


def test_the_request_and_the_answer_are_not_altered(path: Path) -> None:
    """The live answer is what the test sees: only copies are redacted."""
    params, body = {"TableName": ARN, "Key": {"id": {"S": "x" * 20}}}, {"Item": {"id": {"S": KEY_ID}}}
    before = copy.deepcopy((params, body))
    cassette = recording(path, redact=["Key.id", "Item.id"])
    cassette.record(Request("GetItem", params), Response(200, body))
    cassette.commit()
    assert (params, body) == before


# -- named by paths --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "value"),
    [("S", "anna@example.com"), ("N", "4012888888881881"), ("N", "-1.5e3"), ("B", "c2VjcmV0IHNlY3JldA=="), ("S", "")],
)
def test_a_pseudonym_keeps_the_type_and_is_its_own_pseudonym(tag: str, value: str) -> None:
    stands = pseudonym(tag, value)
    assert stands != value
    assert pseudonym(tag, stands) == stands
    if tag == "N":
        assert len(stands) == 20
        assert stands.isdigit()
    if tag == "B":
        assert base64.b64encode(base64.b64decode(stands, validate=True)).decode() == stands


def test_equal_numbers_have_one_pseudonym_however_they_are_spelled() -> None:
    assert len({pseudonym("N", text) for text in ("100", "1E2", "100.0", "+100", "1e+2")}) == 1


def test_a_key_of_ones_own_changes_pseudonyms(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = pseudonym("S", "anna@example.com")
    monkeypatch.setenv("PYTEST_DYNAMODB_REDACT_KEY", "k" * 80)
    assert pseudonym("S", "anna@example.com") != plain


def test_redaction_is_idempotent() -> None:
    tree = {"Item": {"a": {"S": "anna@example.com"}, "n": {"NS": ["1", "22"]}, "b": {"B": "AAEC"}, "arn": {"S": ARN}}}
    sanitizer = Sanitizer(["Item.a", "Item.n", "Item.b"])
    once = sanitizer.params(tree)
    assert sanitizer.params(once) == once
    assert Sanitizer(["Item.a", "Item.n", "Item.b"]).params(once) == once


def test_the_same_value_has_the_same_pseudonym_wherever_it_stands() -> None:
    mail = "anna@example.com"
    sanitizer = Sanitizer(["Item.mail"])
    params = sanitizer.params({"Item": {"mail": {"S": mail}}})
    elsewhere = {"Items": [{"other": {"S": mail}}], "LastEvaluatedKey": {"pk": {"S": mail}}}
    answer = sanitizer.outcome(Response(200, elsewhere))
    stands = params["Item"]["mail"]["S"]
    assert isinstance(answer, Response)
    assert answer.body == {"Items": [{"other": {"S": stands}}], "LastEvaluatedKey": {"pk": {"S": stands}}}


def test_a_value_named_only_later_is_taken_out_of_what_came_before(path: Path) -> None:
    mail = "anna@example.com"
    cassette = recording(path, redact=["Item.mail"])
    cassette.record(Request("GetItem", {"Key": {"pk": {"S": mail}}}), Response(200, {}))
    cassette.record(Request("PutItem", {"Item": {"mail": {"S": mail}}}), Response(200, {}))
    cassette.commit()
    assert_nowhere(path.parent, mail)


def test_whatever_is_below_a_path_is_redacted_and_keeps_its_types() -> None:
    tree = {
        "Item": {"card": {"M": {"no": {"N": "4012888888881881"}, "on": {"BOOL": True}, "of": {"L": [{"S": "Anna"}]}}}}
    }
    card = Sanitizer(["Item.card"]).params(tree)["Item"]["card"]["M"]
    assert card["no"] == {"N": pseudonym("N", "4012888888881881")}
    assert card["on"] == {"BOOL": True}
    assert card["of"] == {"L": [{"S": pseudonym("S", "Anna")}]}


def test_a_hook_may_replace_any_leaf_knowing_its_path_and_type() -> None:
    seen = []

    def hook(path: str, tag: str, value: str) -> str | None:
        seen.append((path, tag, value))
        return "42" if tag == "N" else None

    tree = {"TableName": "t", "Item": {"n": {"N": "1"}, "s": {"SS": ["x"]}}}
    assert Sanitizer(hook=hook).params(tree) == {"TableName": "t", "Item": {"n": {"N": "42"}, "s": {"SS": ["x"]}}}
    assert seen == [("TableName", "S", "t"), ("Item.n.N", "N", "1"), ("Item.s.SS.0", "S", "x")]


# -- replay ----------------------------------------------------------------------------------------------------------

CARD = "4012888888881881"
EXCHANGES: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "PutItem",
        {"TableName": "t", "Item": {"mail": {"S": "anna@example.com"}}, "ReturnValues": "ALL_OLD"},
        {"Attributes": {"mail": {"S": "anna@example.com"}}},
        ["Item.mail", "Attributes.mail"],
    ),
    (
        "Query",
        {"TableName": "t", "KeyConditionExpression": "pk = :m", "ExpressionAttributeValues": {":m": {"N": CARD}}},
        {"Items": [{"pk": {"N": CARD}}], "LastEvaluatedKey": {"pk": {"N": CARD}}},
        ['ExpressionAttributeValues.":m"', "Items[].pk"],
    ),
    ("GetItem", {"TableName": ARN, "Key": {"k": {"S": KEY_ID}}}, {"Item": {"k": {"S": KEY_ID}, "arn": {"S": ARN}}}, []),
    (
        "BatchGetItem",
        {"RequestItems": {ARN: {"Keys": [{"k": {"S": "a"}}]}}},
        {"Responses": {ARN: [{"k": {"S": "a"}}]}, "UnprocessedKeys": {ARN: {"Keys": [{"k": {"S": "b"}}]}}},
        [],
    ),
    (
        "GetItem",
        {"TableName": "t", "Key": {"b": {"B": base64.b64encode(b"binary secret").decode()}}},
        {"Item": {"b": {"B": base64.b64encode(b"binary secret").decode()}}},
        ["Key.b", "Item.b"],
    ),
    (
        "GetItem",
        {"TableName": "t", "Key": {"b": {"B": base64.b64encode(KEY_ID.encode()).decode()}}},
        {"Item": {"b": {"B": base64.b64encode(KEY_ID.encode()).decode()}}},
        [],
    ),
]


@pytest.mark.parametrize(("operation", "params", "body", "redact"), EXCHANGES, ids=[e[0] for e in EXCHANGES])
def test_a_redacted_request_is_found_and_its_own_values_come_back_in_the_answer(
    operation: str, params: dict[str, Any], body: dict[str, Any], redact: list[str], path: Path
) -> None:
    cassette = recording(path, redact=redact)
    cassette.record(Request(operation, params), Response(200, body))
    cassette.commit()
    for secret in ("anna@example.com", CARD, ACCOUNT, KEY_ID, "binary secret"):
        assert_nowhere(path.parent, secret)
    outcome, reason = replaying(path, redact=redact).answer(Request(operation, json.loads(json.dumps(params))))
    assert (getattr(outcome, "body", None), reason) == (body, "")


def test_a_replay_that_forgot_the_paths_still_finds_what_was_redacted(path: Path) -> None:
    """The cassette knows its pseudonyms, so the command line that replays need not know the paths."""
    params = {"TableName": "t", "Item": {"mail": {"S": "anna@example.com"}}}
    cassette = recording(path, redact=["Item.mail"])
    cassette.record(Request("PutItem", params), Response(200, {"x": 1}))
    cassette.commit()
    outcome, _ = replaying(path).answer(Request("PutItem", params))
    assert outcome == Response(200, {"x": 1})


def test_a_miss_is_reported_without_the_secret(path: Path) -> None:
    cassette = recording(path)
    cassette.record(Request("GetItem", {"TableName": "t"}), Response(200, {}))
    cassette.commit()
    again = replaying(path)
    error = again.miss(Request("GetItem", {"TableName": ARN, "Key": {"k": {"S": KEY_ID}}}), "no recording matches")
    assert ACCOUNT not in str(error)
    assert KEY_ID not in str(error)


# -- hooks of a recording --------------------------------------------------------------------------------------------


def test_before_record_may_change_or_drop_what_is_kept_and_never_sees_a_secret(path: Path) -> None:
    seen: list[Any] = []

    def hook(exchange: Any) -> Any:
        seen.append(exchange)
        return False if exchange.operation == "Scan" else None

    cassette = recording(path, hooks=Hooks(before_record=hook))
    cassette.record(Request("Scan", {"TableName": "t"}), Response(200, {}))
    cassette.record(Request("GetItem", {"TableName": ARN}), Response(200, {"x": KEY_ID}))
    cassette.commit()
    assert [e.operation for e in read(path).exchanges] == ["GetItem"]
    assert ACCOUNT not in str(seen)
    assert KEY_ID not in str(seen)


# -- found out too late ------------------------------------------------------------------------------------------------


def put(cassette: Cassette, number: int, **item: str) -> None:
    params = {"TableName": "people", "Item": {name: {"S": value} for name, value in item.items()}}
    cassette.record(Request("PutItem", params, number=number), Response(200, {}))


def test_a_value_that_turns_out_to_be_sensitive_leaves_the_journal_at_once(path: Path) -> None:
    """Not only the cassette: a process that is killed leaves the journal behind."""
    address = "grace@example.org"
    cassette = recording(path, redact=["Item.email"])
    put(cassette, 1, id=address)
    put(cassette, 2, id="unrelated")
    put(cassette, 3, id="1", email=address)
    (journal,) = path.parent.glob(".*.journal")
    assert_nowhere(path.parent, address)
    assert [e.params["Item"]["id"]["S"] for e in read(journal, whole=False).exchanges] == [
        pseudonym("S", address),
        "unrelated",
        "1",
    ]
    cassette.commit()
    assert_nowhere(path.parent, address)


def test_a_secret_that_comes_into_the_environment_while_recording_is_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with credentials that the test itself sets; and it remains one when it has left again."""
    cassette = recording(path)
    put(cassette, 1, id=SECRET)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    put(cassette, 2, id="1", note=f"key={SECRET}")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    put(cassette, 3, id="2", note=f"key={SECRET}")
    assert_nowhere(path.parent, SECRET)
    cassette.commit()
    assert len(read(path).exchanges) == 3
    assert_nowhere(path.parent, SECRET)
