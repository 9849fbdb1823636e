"""Tests of any language begin and end over HTTP, each with a cassette or tables of its own, for those with a token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.errors import ConfigurationError, UnexpectedRequest
from pytest_dynamodb.remote import Address
from pytest_dynamodb.remote.address import is_loopback
from pytest_dynamodb.remote.routes import ROUTES
from pytest_dynamodb.server import app
from pytest_dynamodb.server.authentication import Caller
from pytest_dynamodb.server.messages import Answer, Message

TOKEN = "a token of tests"

# --- who is let in ---


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic a token of tests", "Bearer a token of tests 2"])
def test_without_the_token_nothing_is_answered_but_the_description(desk: Any, given: str) -> None:
    for route in ROUTES:
        answer = desk.send(route.method, f"/_dynamodb{route.path.format(test='main')}", authorization=given)
        assert answer.status == (200 if route.name == "describe" else 401), route
    assert desk.tests.running == []


@pytest.mark.parametrize(
    "headers",
    [
        {b"host": b"evil.example:8000"},
        {b"host": b"localhost", b"sec-fetch-site": b"cross-site"},
        {b"host": b"localhost", b"origin": b"http://evil.example"},
    ],
)
@pytest.mark.parametrize("path", [b"/_dynamodb/tests", b"/_dynamodb/openapi.json", b"/_view", b"/_view/data"])
def test_web_pages_of_other_sites_are_refused_before(desk: Any, headers: dict[bytes, bytes], path: bytes) -> None:
    fields = {b"authorization": f"Bearer {TOKEN}".encode(), **headers}
    answer = app(desk.watched, beside=desk.address).answer(Message("GET", path, b"", [*fields.items()], fields, b""))
    assert isinstance(answer, Answer)
    assert answer.status == 403


def test_without_a_token_there_is_no_control_plane_and_unwatched_no_live_view(desk: Any) -> None:
    address = Address(desk.tests)
    asked = Message("GET", b"/_dynamodb/openapi.json", b"", [], {}, b"")
    answer = address.page(asked)
    assert answer is not None
    assert answer.status == 404
    assert address.page(Message("GET", b"/_view", b"", [], {}, b"")) is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("127.example.com", False), ("192.168.0.1", False)],
)  # fmt: skip
def test_what_listens_for_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_other_paths_are_dynamodb_s(desk: Any) -> None:
    assert desk.send("GET", "/_dynamodbs") is None
    assert desk.send("GET", "/_viewer") is None


def test_what_there_is_not_is_said(desk: Any) -> None:
    assert "GET /_dynamodb/openapi.json" in desk.ask("GET", "/none", status=404)["message"]
    assert "takes POST, GET" in desk.ask("DELETE", "/tests", status=405)["message"]
    assert "there is no test 'abc' here" in desk.ask("GET", "/tests/abc", status=400)["message"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({}, "needs name"),
        ({"name": 1}, "name is of type string"),
        ({"name": "a", "nam": "b"}, "takes no nam"),
        ({"name": "a", "mode": "sometimes"}, "mode is one of none"),
        ({"name": "a", "repeats": 1}, "repeats is of type boolean"),
        ({"name": "a", "provider": "replay"}, "needs a cassette"),
        ({"name": "a", "cassette": "b", "ignore": ["["]}, "is not a JMESPath expression"),
        (
            {"name": "a", "cassette": "b", "mode": "once", "upstream": "https://dynamodb.eu-west-1.amazonaws.com"},
            "proxy",
        ),
    ],
)
def test_a_test_that_makes_no_sense_does_not_begin(desk: Any, members: dict[str, Any], said: str) -> None:
    assert said in desk.ask("POST", "/tests", status=400, **members)["message"]
    assert desk.tests.running == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(desk: Any, body: bytes) -> None:
    assert desk.send("POST", "/_dynamodb/tests", body).status == 400


@pytest.mark.parametrize(
    "name", ["../out", "/etc/out", "a/../../b", ".hidden", "a\\b", "c:d", "a//b", "a\0b", "/", "x" * 300]
)
def test_a_cassette_stays_in_its_folder(desk: Any, name: str) -> None:
    assert "a cassette is named" in desk.ask("POST", "/tests", status=400, name="a", cassette=name)["message"]


# --- tables of its own ---


def test_tests_begin_with_the_server_s_tables_and_do_not_see_each_other(desk: Any) -> None:
    desk.put("shared")
    one, other = desk.begin("one"), desk.begin("other")
    desk.put("a", one)
    desk.put("b", other)
    desk.put("later")
    assert desk.keys(one) == ["a", "shared"]
    assert desk.keys(other) == ["b", "shared"]
    assert desk.keys() == ["later", "shared"]


def test_a_header_says_whose_a_call_is_and_wins_over_the_key(desk: Any) -> None:
    one, other = desk.begin("one"), desk.begin("other")

    def line(header: str) -> Any:
        message = Message("POST", b"/", b"", [], {b"x-dynamodb-test": header.encode()}, b"")
        return desk.address.line(message, Caller("", "", other["access_key_id"]))

    assert line(one["id"]) is desk.tests.find(one["id"]).line
    assert line("main") is None
    with pytest.raises(ConfigurationError, match="there is no test 'x' here"):
        line("x")


def test_calls_of_a_test_that_has_ended_are_refused(desk: Any) -> None:
    test = desk.begin("gone")
    desk.ask("POST", f"/tests/{test['id']}/end")
    with pytest.raises(ConfigurationError, match="the test 'gone' has ended"):
        desk.put("a", test)
    assert "has ended" in desk.ask("POST", f"/tests/{test['id']}/end", status=400)["message"]


def test_snapshots_forks_loads_and_dumps(desk: Any) -> None:
    test = desk.begin()
    desk.put("a", test)
    taken = desk.ask("POST", f"/tests/{test['id']}/snapshot")["snapshot"]
    desk.put("b", test)
    fork = desk.ask("POST", f"/tests/{test['id']}/fork", name="fork")
    assert desk.ask("POST", f"/tests/{test['id']}/restore", snapshot=taken) == {}
    assert (desk.keys(test), desk.keys(fork)) == (["a"], ["a", "b"])
    dump = desk.ask("GET", f"/tests/{fork['id']}/dump")
    assert [item["pk"] for item in dump["shop"]["items"]] == [{"S": "a"}, {"S": "b"}]
    more = {"users": {"table": TABLE_OF_USERS, "items": [{"id": "u", "n": 1.10}]}}
    assert desk.ask("POST", f"/tests/{test['id']}/load", tables=more) == {"used": True}
    assert desk.call("Scan", test, TableName="users")["Items"] == [{"id": {"S": "u"}, "n": {"N": "1.1"}}]
    assert (
        "there is no snapshot '9'"
        in desk.ask("POST", f"/tests/{test['id']}/restore", status=400, snapshot="9")["message"]
    )
    assert (
        desk.ask("POST", f"/tests/{test['id']}/load", status=400, tables={"x": {"items": [{}]}})["error"] == "LoadError"
    )


TABLE_OF_USERS = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def test_main_is_what_answers_outside_of_tests(desk: Any) -> None:
    desk.put("a")
    assert [item["pk"]["S"] for item in desk.ask("GET", "/tests/main/dump")["shop"]["items"]] == ["a"]
    assert "ends with the server" in desk.ask("POST", "/tests/main/end", status=400)["message"]
    assert "cannot be moved" in desk.ask("POST", "/tests/main/clock", status=400, advance=1)["message"]


def test_what_fails_unforeseen_is_answered_and_logged(desk: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr("pytest_dynamodb.mock.Mock.dump", broken)
    assert "dumpTables failed" in desk.ask("GET", "/tests/main/dump", status=500)["message"]
    assert "unforeseen" in caplog.text


def test_each_test_has_a_clock(desk: Any) -> None:
    one, other = desk.begin("one"), desk.begin("other")
    before = desk.ask("POST", f"/tests/{other['id']}/clock")["now"]
    first = desk.ask("POST", f"/tests/{one['id']}/clock")["now"]
    assert desk.ask("POST", f"/tests/{one['id']}/clock", advance=3600)["now"] == pytest.approx(first + 3600)
    assert desk.ask("POST", f"/tests/{other['id']}/clock")["now"] == before
    assert "cannot go back" in desk.ask("POST", f"/tests/{one['id']}/clock", status=400, advance=-1)["message"]


def test_faults_strike_the_test_that_planned_them(desk: Any) -> None:
    one, other = desk.begin("one"), desk.begin("other")
    planned = desk.ask("POST", f"/tests/{one['id']}/faults", kind="Throttled", operation=["PutItem"], times=1)
    assert len(planned["pending"]) == 1
    assert desk.put("a", other) == {}
    assert "ProvisionedThroughputExceededException" in desk.put("a", one)["__type"]
    assert desk.put("a", one) == {}
    assert desk.ask("POST", f"/tests/{one['id']}/faults") == {"pending": []}
    struck = {"kind": "Throttled", "table": "shop", "key": {"pk": "b", "n": 1.5}}
    assert len(desk.ask("POST", f"/tests/{one['id']}/faults", **struck)["pending"]) == 1
    assert desk.put("c", one) == {}
    for wrong in (
        {"kind": "None"},
        {"kind": "Throttled", "nth": 1.5},
        {"kind": "Throttled", "times": True},
        {"kind": "Slow"},
        {"kind": "Throttled", "nth": 0},
        {"table": "shop"},
    ):
        desk.ask("POST", f"/tests/{one['id']}/faults", status=400, **wrong)


def test_requests_are_explained(desk: Any) -> None:
    test = desk.begin()
    desk.put("a", test)
    found = desk.ask("POST", f"/tests/{test['id']}/explain", operation="Scan", params={"TableName": "shop"})
    assert (found["is_scan"], found["evaluated"], found["units"]) == (True, 1, {"shop": 0.5})
    assert found["text"].startswith("Scan on shop")
    refused = desk.ask("POST", f"/tests/{test['id']}/explain", operation="ListTables")
    assert "Scan" in refused["error"]


# --- cassettes ---


def test_a_cassette_is_recorded_from_the_mock_and_replayed(desk: Any) -> None:
    recording = desk.begin("adds", cassette="shop/adds an item", mode="once")
    assert (recording["provider"], recording["exists"]) == ("record", False)
    desk.put("a", recording)
    assert desk.ask("POST", f"/tests/{recording['id']}/memo", name="id", value={"n": 1}) == {"value": {"n": 1}}
    report = desk.ask("POST", f"/tests/{recording['id']}/end")
    assert (report["recorded"], report["outcome"], report["problem"]) == (1, "passed", "")
    header, exchanges = read(desk.tests.folder / "shop" / "adds an item.ddb.msgpack")
    assert (header.node_id, header.endpoint, [each.operation for each in exchanges]) == ("adds", "mock", ["PutItem"])
    assert desk.keys() == []

    replay = desk.begin("adds", cassette="shop/adds an item", mode="once")
    assert (replay["provider"], replay["exists"]) == ("replay", True)
    assert desk.ask("POST", f"/tests/{replay['id']}/load", tables={}) == {"used": False}
    assert len(desk.ask("GET", f"/tests/{replay['id']}/unplayed")["unplayed"]) == 1
    assert desk.put("a", replay) == {}
    assert desk.ask("POST", f"/tests/{replay['id']}/memo", name="id", value={"n": 2}) == {"value": {"n": 1}}
    assert desk.ask("GET", f"/tests/{replay['id']}/unplayed") == {"unplayed": []}
    assert "replay answers it" in desk.ask("GET", f"/tests/{replay['id']}/dump", status=400)["message"]
    assert desk.ask("POST", f"/tests/{replay['id']}/end")["replayed"] == 1


def test_a_miss_fails_the_test_at_its_end(desk: Any) -> None:
    test = desk.begin("misses", cassette="none")
    with pytest.raises(UnexpectedRequest):
        desk.put("a", test)
    assert "nothing is recorded yet" in desk.ask("GET", f"/tests/{test['id']}/misses")["misses"][0]
    report = desk.ask("POST", f"/tests/{test['id']}/end", passed=True)
    assert (report["missed"], report["outcome"]) == (1, "failed")
    assert "PutItem on shop" in report["problem"]
    assert not desk.tests.folder.exists()


def test_a_failing_test_leaves_its_attempt_beside_the_file(desk: Any) -> None:
    test = desk.begin("fails", cassette="fails", mode="rewrite")
    desk.put("a", test)
    assert desk.ask("POST", f"/tests/{test['id']}/end", passed=False)["outcome"] == "failed"
    assert [path.name for path in desk.tests.folder.iterdir()] == ["fails.ddb.msgpack.failed"]


def test_recordings_left_over_fail_a_test_that_wants_it(desk: Any) -> None:
    recording = desk.begin("a", cassette="a", mode="once")
    desk.put("a", recording)
    desk.ask("POST", f"/tests/{recording['id']}/end")
    for on_unused, outcome in (("ignore", "passed"), ("fail", "failed")):
        test = desk.begin("a", cassette="a", on_unused=on_unused)
        report = desk.ask("POST", f"/tests/{test['id']}/end")
        assert (report["outcome"], len(report["unplayed"])) == (outcome, 1)


def test_two_tests_do_not_record_into_one_cassette(desk: Any) -> None:
    first = desk.begin("first", cassette="a", mode="rewrite")
    assert "in use by the test 'first'" in desk.ask("POST", "/tests", status=400, name="b", cassette="a")["message"]
    desk.put("a", first)
    desk.ask("POST", f"/tests/{first['id']}/end")
    desk.begin("b", cassette="a")
    desk.begin("c", cassette="a")


def test_an_upstream_is_where_its_recording_comes_from(desk: Any) -> None:
    test = desk.begin("a", cassette="a", mode="once", upstream="http://127.0.0.1:1")
    line = desk.tests.find(test["id"]).line
    assert line.upstream.url == "http://127.0.0.1:1"


def test_what_is_under_way_when_the_server_stops_has_failed(desk: Any) -> None:
    test = desk.begin("a", cassette="a", mode="once")
    desk.put("a", test)
    desk.tests.close()
    assert desk.tests.ended[test["id"]]["outcome"] == "failed"
    assert [path.suffix for path in desk.tests.folder.iterdir()] == [".failed"]


# --- reports ---


def test_the_report_of_a_run_has_every_test(desk: Any) -> None:
    first, second = desk.begin("first"), desk.begin("second")
    desk.put("a", first)
    desk.ask("POST", f"/tests/{first['id']}/end")
    run = desk.ask("GET", "/tests")
    assert [test["name"] for test in run["running"]] == ["second"]
    assert [(test["name"], test["mocked"], test["outcome"]) for test in run["ended"]] == [("first", 1, "passed")]
    assert run["ended"][0]["traffic"]["exchanges"] == 1
    assert desk.ask("GET", f"/tests/{second['id']}")["mocked"] == 0
    html = desk.send("GET", "/_dynamodb/report.html")
    assert html.content_type.startswith(b"text/html")
    assert b'"name":"first"' in html.body


# --- the live view ---


def data(desk: Any, path: str = "/_view/data", **headers: str) -> Any:
    return json.loads(desk.send("GET", path, authorization="", **headers).body)


def test_the_live_view_shows_tables_and_traffic(desk: Any) -> None:
    desk.put("a")
    found = data(desk)
    assert found["tables"] == {"shop": {"keys": ["pk"], "indexes": {}, "items": [{"pk": {"S": "a"}}]}}
    assert [each["op"] for each in found["exchanges"]] == ["CreateTable", "PutItem"]
    page = desk.send("GET", "/_view", authorization="")
    assert page.content_type == b"text/html; charset=utf-8"
    assert b"connect-src 'self'" in page.body
    assert (b"x-frame-options", b"DENY") in page.headers


def test_the_live_view_is_not_sent_again_unchanged(desk: Any) -> None:
    tag = dict(desk.send("GET", "/_view/data").headers)[b"etag"].decode()
    assert desk.send("GET", "/_view/data", if_none_match=tag).status == 304
    desk.put("a")
    assert desk.send("GET", "/_view/data", if_none_match=tag).status == 200


def test_the_live_view_of_a_test_is_the_test_s(desk: Any) -> None:
    test = desk.begin("mine")
    desk.put("a", test)
    found = data(desk, f"/_view/data?test={test['id']}")
    assert found["title"] == "mine, live"
    assert found["tables"]["shop"]["items"] == [{"pk": {"S": "a"}}]
    assert data(desk)["tables"]["shop"]["items"] == []


def test_of_a_long_table_the_first_items_are_shown(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_dynamodb.remote.live.MOST_ITEMS", 2)
    for key in "abc":
        desk.put(key)
    shown = data(desk)["tables"]["shop"]
    assert (len(shown["items"]), shown["more"]) == (2, 3)


def test_a_folder_of_cassettes_is_made_when_it_is_needed(desk: Any, tmp_path: Path) -> None:
    assert not (tmp_path / "cassettes").exists()
    test = desk.begin("a", cassette="deep/er/a", mode="once")
    desk.put("a", test)
    desk.ask("POST", f"/tests/{test['id']}/end")
    assert (tmp_path / "cassettes" / "deep" / "er" / "a.ddb.msgpack").is_file()
