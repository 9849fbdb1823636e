"""Two recordings of one test: what differs by itself is found, and is no difference ever after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, Exchange, Request, Response
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.cassette.volatile.passes import compare, has_whole_seconds
from pytest_dynamodb.plugin.passes import findings, let_a_second_pass

A, B = "60b19e5d-9fa2-4745-adb5-a2548d5dfe5a", "60b19e5d-9fa2-4745-adb5-a2548d5dfe5b"
X, Y = "fec3d827-5844-4abd-912b-befbf2370a97", "fec3d827-5844-4abd-912b-befbf2370a98"


def put(**item: Any) -> Exchange:
    return Exchange("PutItem", {"TableName": "t", "Item": item}, Response(200, {}))


def text(value: str) -> dict[str, str]:
    return {"S": value}


def found(one: list[Exchange], other: list[Exchange], **settings: Any) -> dict[str, tuple[str, ...]]:
    return compare(one, other, Matcher(**settings)).values


def test_differing_ids_are_found_with_their_places() -> None:
    one = [put(pk=text(f"USER#{A}"), id=text(A)), put(pk=text("fixed"), id=text(B))]
    other = [put(pk=text(f"USER#{X}"), id=text(X)), put(pk=text("fixed"), id=text(Y))]
    assert found(one, other) == {X: ("Item.id", "Item.pk"), Y: ("Item.id",)}


def test_equal_recordings_have_nothing_that_differs() -> None:
    one = [put(pk=text(A), n={"N": "1"}, tags={"SS": ["a", "b"]}, flag={"BOOL": True})]
    differing = compare(one, one, Matcher())
    assert (differing.values, differing.places, differing.unpaired) == ({}, (), (0, 0))


def test_a_short_value_is_found_as_the_whole_that_stands_there() -> None:
    assert found([put(pk=text("seq-7"))], [put(pk=text("seq-8"))]) == {"seq-8": ("Item.pk",)}
    assert found([put(pk=text("n#7#x"))], [put(pk=text("n#8#x"))]) == {"n#8#x": ("Item.pk",)}


def test_members_of_sets_are_compared_without_order() -> None:
    one, other = put(pk=text("1"), f={"SS": ["me", A]}), put(pk=text("1"), f={"SS": [X, "me"]})
    assert found([one], [other]) == {X: ("Item.f",)}
    assert found([put(f={"SS": ["a", "b"]})], [put(f={"SS": ["b", "a"]})]) == {}


def test_names_that_are_made_are_found() -> None:
    def batch(table: str) -> Exchange:
        writes = [{"PutRequest": {"Item": {"pk": {"S": "1"}}}}]
        return Exchange("BatchWriteItem", {"RequestItems": {f"orders-{table}": writes}}, Response(200, {}))

    assert found([batch(A)], [batch(X)]) == {X: ("RequestItems",)}


def test_what_is_ignored_and_tokens_do_not_differ() -> None:
    one, other = put(pk=text("1"), at=text(A)), put(pk=text("1"), at=text(X))
    assert found([one], [other], ignore=["Item.at"]) == {}
    token = {"TransactItems": [], "ClientRequestToken": A}
    call = Exchange("TransactWriteItems", token, Response(200, {}), tokens=("ClientRequestToken",))
    again = Exchange("TransactWriteItems", {**token, "ClientRequestToken": X}, Response(200, {}), call.tokens)
    assert found([call], [again]) == {}


def test_what_cannot_be_carried_is_named_to_be_ignored() -> None:
    one = Exchange("Scan", {"TableName": "t", "Limit": 3}, Response(200, {}))
    other = Exchange("Scan", {"TableName": "t", "Limit": 4}, Response(200, {}))
    assert compare([one], [other], Matcher()).places == ("Limit",)
    flags = compare([put(f={"BOOL": True})], [put(f={"BOOL": False})], Matcher())
    assert flags.places == ("Item.f.BOOL",)


def test_requests_of_one_pass_alone_are_counted() -> None:
    assert compare([put(a=text("1")), put(b=text("1"))], [put(a=text("1"))], Matcher()).unpaired == (1, 0)
    assert compare([], [put(a=text("1"))] * 2, Matcher()).unpaired == (0, 2)


# -- recorded again --------------------------------------------------------------------------------------------------


def record(path: Path, *keys: str, former: list[Exchange] | None = None, **options: Any) -> Cassette:
    contents = read(path) if path.exists() else None
    cassette = Cassette(path, contents=contents, options=CassetteOptions(mode="rewrite", **options))
    cassette.open_for_recording(keep=False)
    for key in keys:
        cassette.record(Request("PutItem", {"TableName": "t", "Item": {"pk": {"S": key}}}), Response(200, {}))
    if former is not None:
        cassette.compare_passes(former)
    cassette.commit()
    return cassette


def test_a_second_pass_tells_the_cassette_what_is_volatile(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    record(path, X, "fixed", former=[put(pk=text(A)), put(pk=text("fixed"))])
    assert read(path).header.volatile == {X: ("Item.pk",)}


def test_a_recording_that_differs_in_nothing_else_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    record(path, X, former=[put(pk=text(A))])
    before = path.read_bytes()
    record(path, Y)
    assert path.read_bytes() == before
    record(path, B, former=[put(pk=text(A))])
    assert path.read_bytes() == before


def test_a_later_recording_in_one_pass_still_knows_what_is_volatile(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    record(path, X, former=[put(pk=text(A))])
    record(path, Y, "another")
    contents = read(path)
    assert len(contents.exchanges) == 2
    assert contents.header.volatile == {Y: ("Item.pk",)}


def record_puts(path: Path, *puts: Exchange, former: list[Exchange] | None = None) -> None:
    contents = read(path) if path.exists() else None
    cassette = Cassette(path, contents=contents, options=CassetteOptions(mode="rewrite"))
    cassette.open_for_recording(keep=False)
    for one in puts:
        cassette.record(Request("PutItem", one.params), Response(200, {}))
    if former is not None:
        cassette.compare_passes(former)
    cassette.commit()


def test_so_does_one_whose_requests_hold_more_than_before(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    made = {"pk": text(X), "at": {"N": "1795727737"}, "of": text("ada"), "team": text(B)}
    before = {"pk": text(A), "at": {"N": "1795727731"}, "of": text("ada"), "team": text(B)}
    record_puts(path, put(**made), former=[put(**before)])
    again = {**made, "pk": text(Y), "at": {"N": "1795727799"}}
    record_puts(path, put(**again, colour=text("yellow")), put(pk=text("fixed")))
    assert read(path).header.volatile == {Y: ("Item.pk",), "1795727799": ("Item.at",)}


def test_what_stood_there_before_is_not_new(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    record_puts(path, put(pk=text(X)), put(pk=text(B)), former=[put(pk=text(A)), put(pk=text(B))])
    record_puts(path, put(pk=text(Y), colour=text("red")), put(pk=text(B), colour=text("red")))
    assert read(path).header.volatile == {Y: ("Item.pk",)}


def test_with_places_named_no_new_id_changes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    record(path, X, volatile=["Item.pk"])
    before = path.read_bytes()
    record(path, Y, volatile=["Item.pk"])
    assert path.read_bytes() == before
    record(path, Y, Y, volatile=["Item.pk"])
    assert path.read_bytes() != before


# -- times in whole seconds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ({"N": "1764180000"}, True),
        ({"N": "1766772000"}, True),  # thirty days ahead
        ({"S": "2025-11-26T18:00:00Z"}, True),
        ({"S": "2025-11-26T18:00:00.123Z"}, False),
        ({"S": "2022-02-12T12:26:35"}, False),
        ({"N": "1764180000123"}, False),
        ({"N": "1234567890"}, False),
    ],
)
def test_times_of_the_present_in_whole_seconds(value: dict[str, str], is_one: bool) -> None:
    assert has_whole_seconds([put(at=value)], 1_764_180_000.5) is is_one


def test_a_second_pass_waits_for_the_next_second_if_that_may_tell_them_apart() -> None:
    time = [1_764_180_000.25]

    def sleep(seconds: float) -> None:
        time[0] += seconds

    let_a_second_pass([put(at={"S": A})], now=lambda: time[0], sleep=sleep)
    assert time == [1_764_180_000.25]
    let_a_second_pass([put(at={"N": "1764180000"})], now=lambda: time[0], sleep=sleep)
    assert 1_764_180_001 < time[0] < 1_764_180_001.1


# -- the end of a session --------------------------------------------------------------------------------------------


def counted(node_id: str, **differing: Any) -> dict[str, Any]:
    return {"node_id": node_id, "volatile": {"values": {}, "places": (), "unpaired": (0, 0), **differing}}


def test_what_was_found_is_said_once_for_all_tests_that_share_it() -> None:
    same = {"values": {X: ("Item.pk",), Y: ("Key.pk",)}}
    (line,) = findings([counted(f"a.py::test_{n}", **same) for n in range(5)])
    assert line == (
        "new in every run, and carried from requests into answers: Item.pk, Key.pk "
        "(a.py::test_0, a.py::test_1, a.py::test_2 and 2 more tests)"
    )


def test_what_has_to_be_ignored_can_be_pasted() -> None:
    (line,) = findings([counted("a.py::test_a", places=("Limit", 'Item."a b".BOOL'))])
    assert 'ignore=["Limit", \'Item."a b".BOOL\']' in line


def test_passes_that_asked_differently_and_passes_that_failed_are_told() -> None:
    (line,) = findings([counted("a.py::test_a", unpaired=(2, 0))])
    assert line.startswith("a.py::test_a: the two passes asked differently: 2 requests in the first alone, 0 in the")
    (line,) = findings([{"node_id": "a.py::test_a", "first_pass": "failed"}])
    assert line == "a.py::test_a: the first pass failed, so nothing was compared"
