"""Recordings of two branches are joined by meaning; what does not go together is named and not guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.recording import equivalent
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.exchange import Exchange, Response
from pytest_dynamodb.upkeep.merge import MergedRecording, SideName, merge

MATCHER = Matcher(across_runs=True)
KEYS = {"app": ("pk", "sk")}


def key(partition: str, sort: str = "x") -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def get(partition: str, total: str = "1", **more: Any) -> Exchange:
    item = {**key(partition), "total": {"N": total}}
    return Exchange("GetItem", {"TableName": "app", "Key": key(partition)}, Response(200, {"Item": item}), **more)


def put(partition: str, total: str = "1", **more: Any) -> Exchange:
    item = {**key(partition), "total": {"N": total}}
    return Exchange("PutItem", {"TableName": "app", "Item": item}, Response(200, {}), **more)


def query(partition: str, *, index: str = "") -> Exchange:
    asked: dict[str, Any] = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": partition}}}
    if index:
        asked["IndexName"] = index
    return Exchange("Query", {"TableName": "app", **asked}, Response(200, {"Items": []}))


SCAN = Exchange("Scan", {"TableName": "app"}, Response(200, {"Items": []}))


def joined(
    base: list[Exchange], ours: list[Exchange], theirs: list[Exchange], *, take: SideName = "ours"
) -> MergedRecording:
    header = Header(tables=KEYS)
    return merge(Contents(header, base), Contents(header, ours), Contents(header, theirs), take=take)


def reasons(found: MergedRecording) -> list[str]:
    return [conflict.reason for conflict in found.conflicts]


# --- what goes together ---


def test_what_either_side_added_is_there_in_its_place() -> None:
    base = [get("a"), get("d")]
    found = joined(base, [get("a"), get("b"), get("d")], [get("a"), get("c"), get("d"), get("e")])
    assert found.conflicts == []
    assert found.contents.exchanges == [get("a"), get("b"), get("c"), get("d"), get("e")]


def test_what_both_sides_added_alike_is_there_once() -> None:
    assert joined([], [get("a"), get("b")], [get("a"), get("c")]).contents.exchanges == [get("a"), get("b"), get("c")]


def test_what_one_side_removed_is_gone_and_what_it_changed_is_changed() -> None:
    base = [get("a"), get("b"), get("c")]
    found = joined(base, [get("a", "2"), get("b"), get("c")], [get("a"), get("c")])
    assert found.conflicts == []
    assert found.contents.exchanges == [get("a", "2"), get("c")]


def test_the_same_request_asked_again_and_again_keeps_its_answers_in_order() -> None:
    base = [get("a", "1"), get("a", "2")]
    found = joined(base, [*base, get("a", "3")], [get("a", "1"), get("a", "9")])
    assert found.conflicts == []
    assert found.contents.exchanges == [get("a", "1"), get("a", "9"), get("a", "3")]


def test_tests_that_share_a_cassette_do_not_meet() -> None:
    base = [get("a", owner="a.py::test_a")]
    ours = [*base, put("z", owner="b.py::test_b"), get("z", owner="b.py::test_b")]
    theirs = [*base, get("z", "7", owner="c.py::test_c")]
    found = joined(base, ours, theirs)
    assert found.conflicts == []
    assert [exchange.owner for exchange in found.contents.exchanges] == [
        "a.py::test_a", "b.py::test_b", "b.py::test_b", "c.py::test_c",
    ]  # fmt: skip


def test_the_order_is_that_of_the_side_that_changed_it() -> None:
    base = [get("a"), put("a", "2"), get("c")]
    moved = [put("a", "2"), get("a"), get("c")]
    assert joined(base, base, moved).contents.exchanges == moved
    assert joined(base, moved, [*base, get("d")]).contents.exchanges == [*moved, get("d")]


def test_the_head_is_of_both() -> None:
    base = Header("a.py::test_a", "2026-01-01T00:00:00Z", tables={"app": ("pk",)}, memos={"id": ["1"], "gone": ["x"]})
    ours = replace(
        base, recorded="2026-02-01T00:00:00Z", recorder={"botocore": "2"}, memos={"id": ["2"], "gone": ["x"]}
    )
    theirs = replace(base, recorded="2026-01-15T00:00:00Z", pseudonyms=("p",), memos={"id": ["1"], "new": ["n"]})
    header = merge(Contents(base, []), Contents(ours, []), Contents(theirs, [])).contents.header
    assert (header.node_id, header.recorded, header.recorder) == ("a.py::test_a", ours.recorded, {"botocore": "2"})
    assert header.memos == {"id": ["2"], "new": ["n"]}
    assert header.pseudonyms == ("p",)
    assert header.tables == {"app": ("pk",)}


def test_a_place_that_exchanges_were_sent_to_is_kept() -> None:
    found = joined([], [get("a", region="eu-west-1")], [get("a", region="us-east-1")])
    assert found.conflicts == []
    assert [exchange.region for exchange in found.contents.exchanges] == ["eu-west-1", "us-east-1"]


# --- what does not ---


@pytest.mark.parametrize("take", ["ours", "theirs"])
def test_an_answer_that_both_changed_is_a_conflict(take: SideName) -> None:
    found = joined([get("a"), get("b")], [get("a", "2"), get("b")], [get("a", "3"), get("b")], take=take)
    assert reasons(found) == ["both sides changed it, and not alike"]
    assert found.contents.exchanges == [get("a", "2" if take == "ours" else "3"), get("b")]
    lines = list(found.conflicts[0].lines(MATCHER))
    assert lines[0].startswith("GetItem on app Key ")
    assert lines[2] == "  ours → theirs: answer   Item.total: 2 → 3"


def test_a_request_that_both_replaced_is_a_conflict_and_not_two_requests() -> None:
    """As with a fresh id in each recording."""
    found = joined([put("id-0")], [put("id-1")], [put("id-2")])
    assert reasons(found) == ["both sides changed it, and not alike"]
    assert found.contents.exchanges == [put("id-1")]


def test_what_one_side_removed_and_the_other_changed_is_a_conflict() -> None:
    assert reasons(joined([get("a")], [], [get("a", "2")])) == ["ours has it no more, and the other side changed it"]
    assert reasons(joined([get("a")], [get("a", "2")], [])) == ["theirs has it no more, and the other side changed it"]


def test_what_both_added_with_different_answers_is_a_conflict() -> None:
    assert reasons(joined([], [get("a")], [get("a", "2")])) == ["both sides recorded it, and not alike"]


def test_a_memo_that_both_changed_is_a_conflict() -> None:
    heads = [Header(memos={"id": [text]}) for text in ("0", "1", "2")]
    found = merge(*(Contents(head, []) for head in heads))
    assert reasons(found) == ["the memo id: both sides changed it, and not alike"]
    assert found.contents.header.memos == {"id": ["1"]}


CLASH = "ours changed what is written, theirs what is read of it or written to it"


@pytest.mark.parametrize("read", [get("b"), query("b"), query("b", index="by-total"), SCAN, put("b", "2")])
def test_what_one_side_writes_and_the_other_reads_is_a_conflict(read: Exchange) -> None:
    """The answer was recorded without the write of the other branch."""
    found = joined([get("a")], [get("a"), put("b")], [get("a"), read])
    assert reasons(found) == [CLASH]
    assert {str(exchange.params) for exchange in found.contents.exchanges} >= {str(put("b").params), str(read.params)}
    assert "  theirs: " in "\n".join(found.conflicts[0].lines(MATCHER))


@pytest.mark.parametrize("read", [get("c"), query("c"), put("c")])
def test_other_items_and_other_partitions_are_none(read: Exchange) -> None:
    assert joined([get("a")], [get("a"), put("b")], [get("a"), read]).conflicts == []


def test_an_order_that_both_changed_is_a_conflict_where_it_matters() -> None:
    base = [get("a"), put("a", "2"), put("a", "3")]
    found = joined(base, [base[1], base[0], base[2]], [base[0], base[2], base[1]])
    assert reasons(found) == ["both sides changed the order of calls, and not alike"]
    reads = [get("a"), get("b"), get("c")]
    assert joined(reads, [reads[1], reads[0], reads[2]], [reads[0], reads[2], reads[1]]).conflicts == []


# --- laws ---

EXCHANGES = st.lists(
    st.sampled_from([*(get(key, total) for key in "abc" for total in "12"), put("a"), put("b", "2"), query("a")]),
    max_size=5,
)


@given(EXCHANGES, EXCHANGES)
def test_where_one_side_did_nothing_the_other_is_taken(base: list[Exchange], other: list[Exchange]) -> None:
    for found in (joined(base, other, base), joined(base, base, other), joined(base, other, other)):
        assert found.conflicts == []
        assert equivalent(found.contents.exchanges, other, MATCHER)


@given(EXCHANGES, EXCHANGES, EXCHANGES)
def test_both_directions_agree_on_whether_there_is_a_conflict(
    base: list[Exchange], ours: list[Exchange], theirs: list[Exchange]
) -> None:
    one, other = joined(base, ours, theirs), joined(base, theirs, ours, take="theirs")
    assert bool(one.conflicts) == bool(other.conflicts)
    held = [sorted(str(exchange) for exchange in found.contents.exchanges) for found in (one, other)]
    assert held[0] == held[1]
