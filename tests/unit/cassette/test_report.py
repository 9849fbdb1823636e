"""The report of a miss says in DynamoDB's language what differs, and what to do about it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.report.misses import describe_unplayed, nearest
from pytest_dynamodb.cassette.report.trees import differences
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.exchange import Exchange, Request, Response

REMEDY = "record it again: pytest a::b --record"


def exchange(operation: str, **params: Any) -> Exchange:
    return Exchange(operation, {"TableName": "app", **params}, Response(200, {}))


def opened(*exchanges: Exchange, recorded: str = "2026-08-01T00:00:00Z", **options: Any) -> Cassette:
    header = Header(recorded=recorded, tables={"app": ("pk", "sk")})
    cassette = Cassette(
        "c.ddb.msgpack",
        contents=Contents(header, list(exchanges)),
        options=CassetteOptions(remedy=REMEDY, **options),
    )
    cassette.open_for_replay()
    return cassette


def missed(cassette: Cassette, operation: str, tokens: tuple[str, ...] = (), **params: Any) -> str:
    """The report of a request that must be a miss."""
    request = Request(operation, {"TableName": "app", **params}, tokens=tokens)
    outcome, reason = cassette.answer(request)
    assert outcome is None
    return str(cassette.miss(request, reason))


QUERY: dict[str, Any] = {
    "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)",
    "FilterExpression": "total > :t",
    "ExpressionAttributeValues": {":p": {"S": "U#1"}, ":s": {"S": "ORD#"}, ":t": {"N": "100"}},
}


def test_expressions_are_compared_clause_by_clause_without_placeholders() -> None:
    report = missed(
        opened(exchange("Query", **QUERY)),
        "Query",
        KeyConditionExpression="begins_with(sk, :a) AND pk = :b",
        FilterExpression="total > :c",
        ExpressionAttributeValues={":b": {"S": "U#1"}, ":a": {"S": "O#"}, ":c": {"N": "1E2"}},
    )
    lines = report.splitlines()
    assert "    KeyConditionExpression" in lines
    assert '      - begins_with(sk, {"S":"ORD#"})' in lines
    assert '      + begins_with(sk, {"S":"O#"})' in lines
    assert lines.count('        pk = {"S":"U#1"}') == 1
    assert lines[0] == "Query on app: no recording matches"
    assert "--record" in report


def test_what_differs_in_a_clause_is_marked_below_it() -> None:
    other = {**QUERY["ExpressionAttributeValues"], ":s": {"S": "O#"}}
    lines = missed(
        opened(exchange("Query", **QUERY)), "Query", **{**QUERY, "ExpressionAttributeValues": other}
    ).splitlines()
    now = lines.index('      + begins_with(sk, {"S":"O#"})')
    assert lines[now + 1].strip() == "^^^^"
    assert lines[now + 1].index("^") == lines[now].index('"O#"')


def test_an_expression_that_is_the_same_in_other_words_is_not_listed() -> None:
    report = missed(
        opened(exchange("Query", **QUERY, Limit=10)),
        "Query",
        KeyConditionExpression="begins_with(#s, :a) AND (pk = :b)",
        FilterExpression=":c < total",
        ExpressionAttributeNames={"#s": "sk"},
        ExpressionAttributeValues={":b": {"S": "U#1"}, ":a": {"S": "ORD#"}, ":c": {"N": "100.0"}},
        Limit=20,
    )
    assert "    Limit: recorded 10, now 20" in report.splitlines()
    assert "KeyConditionExpression" not in report
    assert "ExpressionAttribute" not in report


def test_what_the_matcher_holds_equal_is_no_difference() -> None:
    recorded = exchange("PutItem", Item={"pk": {"S": "a"}, "n": {"N": "1.0"}, "s": {"SS": ["b", "a"]}, "t": {"S": "x"}})
    report = missed(
        opened(recorded),
        "PutItem",
        tokens=("ClientRequestToken",),
        ClientRequestToken="other",
        Item={"pk": {"S": "a"}, "n": {"N": "1"}, "s": {"SS": ["a", "b"]}, "t": {"S": "y"}},
    )
    listed = [line for line in report.splitlines() if line.startswith("    ")]
    assert listed == ['    Item.t: recorded {"S": "x"}, now {"S": "y"}']


def test_ignored_places_are_no_difference() -> None:
    recorded = exchange("PutItem", Item={"pk": {"S": "a"}, "at": {"S": "1"}, "t": {"S": "x"}})
    cassette = opened(recorded, ignore=["Item.at"])
    report = missed(cassette, "PutItem", Item={"pk": {"S": "a"}, "at": {"S": "2"}, "t": {"S": "y"}})
    assert "Item.at:" not in report
    assert 'ignore=["Item.at", "Item.t"]' in report


def test_a_transaction_s_expressions_are_found_in_their_actions() -> None:
    def update(value: str) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": "app",
                "Key": {"pk": {"S": "a"}},
                "UpdateExpression": "SET n = :n",
                "ExpressionAttributeValues": {":n": {"N": value}},
            }
        }

    recorded = Exchange("TransactWriteItems", {"TransactItems": [update("1")]}, Response(200, {}))
    cassette = opened(recorded)
    request = Request("TransactWriteItems", {"TransactItems": [update("2")]})
    report = str(cassette.miss(request, "no recording matches"))
    assert "TransactItems[0].Update.UpdateExpression" in report
    assert '- SET n = {"N":"1"}' in report
    assert '+ SET n = {"N":"2"}' in report
    assert report.startswith("TransactWriteItems on app")


@pytest.mark.parametrize(
    ("operation", "recorded", "now", "suggested"),
    [
        (
            "PutItem",
            {"Item": {"pk": {"S": "a"}, "created_at": {"S": "1"}}},
            {"Item": {"pk": {"S": "a"}, "created_at": {"S": "2"}}},
            'ignore=["Item.created_at"]',
        ),
        (
            "PutItem",
            {"Item": {"pk": {"S": "a"}, "m": {"M": {"created-at": {"S": "1"}}}}},
            {"Item": {"pk": {"S": "a"}, "m": {"M": {"created-at": {"S": "2"}}}}},
            "ignore=['Item.m.M.\"created-at\"']",
        ),
        (
            "UpdateItem",
            {"UpdateExpression": "SET t = :now", "ExpressionAttributeValues": {":now": {"N": "1"}}},
            {"UpdateExpression": "SET t = :now", "ExpressionAttributeValues": {":now": {"N": "2"}}},
            "ignore=['ExpressionAttributeValues.\":now\"']",
        ),
    ],
    ids=["attribute", "nested, with a name to quote", "expression value"],
)
def test_suggests_to_ignore_the_very_place_and_that_works(
    operation: str, recorded: dict[str, Any], now: dict[str, Any], suggested: str
) -> None:
    assert suggested in missed(opened(exchange(operation, **recorded)), operation, **now)
    path = suggested[len("ignore=[") + 1 : -2]
    cassette = opened(exchange(operation, **recorded), ignore=[path])
    outcome, _ = cassette.answer(Request(operation, {"TableName": "app", **now}))
    assert outcome is not None


@pytest.mark.parametrize(
    ("operation", "recorded", "now"),
    [
        ("GetItem", {"Key": {"pk": {"S": "a"}}}, {"Key": {"pk": {"S": "b"}}}),
        ("PutItem", {"Item": {"pk": {"S": "a"}}}, {"Item": {"pk": {"S": "b"}}}),
        ("Scan", {"Limit": 1}, {"Limit": 2}),
        ("Scan", {"FilterExpression": "a = b"}, {"FilterExpression": "a = c"}),
    ],
    ids=["a key", "an item's key", "no attribute", "an expression"],
)
def test_never_suggests_to_ignore_what_the_request_is_about(
    operation: str, recorded: dict[str, Any], now: dict[str, Any]
) -> None:
    report = missed(opened(exchange(operation, **recorded)), operation, **now)
    assert "ignore=[…]" in report


def test_says_whether_the_nearest_was_already_played() -> None:
    cassette = opened(exchange("GetItem", Key={"pk": {"S": "a"}}))
    assert cassette.answer(Request("GetItem", {"TableName": "app", "Key": {"pk": {"S": "a"}}}))[0] is not None
    report = missed(cassette, "GetItem", Key={"pk": {"S": "a"}})
    assert "(already played)" in report
    assert "the same parameters" in report
    assert "ignore=" not in report
    assert "(not played)" in missed(
        opened(exchange("GetItem", Key={"pk": {"S": "a"}})), "GetItem", Key={"pk": {"S": "b"}}
    )


def test_says_how_old_the_cassette_is() -> None:
    recorded = (datetime.now(timezone.utc) - timedelta(days=113, hours=1)).isoformat()
    report = missed(opened(exchange("Scan"), recorded=recorded), "GetItem", Key={"pk": {"S": "a"}})
    assert f"recorded {recorded[:10]}, 113 days ago" in report


def test_is_coloured_only_where_asked() -> None:
    other = {**QUERY, "ExpressionAttributeValues": {**QUERY["ExpressionAttributeValues"], ":s": {"S": "O#"}}}
    assert "\x1b" not in missed(opened(exchange("Query", **QUERY)), "Query", **other)
    coloured = missed(opened(exchange("Query", **QUERY), colour=True), "Query", **other)
    assert '\x1b[1;7m"O#"\x1b[0m' in coloured


def test_long_values_are_cut_where_they_differ() -> None:
    def item(middle: str) -> dict[str, Any]:
        return {"pk": {"S": "a"}, "blob": {"B": "A" * 4000 + middle + "A" * 4000}}

    report = missed(opened(exchange("PutItem", Item=item("AAAA"))), "PutItem", Item=item("BBBB"))
    (line,) = [line for line in report.splitlines() if line.strip().startswith("Item.blob")]
    assert "BBBB" in line
    assert len(line) < 250


def test_a_request_without_any_recording_still_says_what_to_do() -> None:
    report = missed(opened(), "GetItem", Key={"pk": {"S": "a"}})
    assert report.startswith("GetItem on app: ")
    assert REMEDY in report


def test_strange_text_can_be_printed() -> None:
    report = missed(opened(exchange("GetItem", Key={"pk": {"S": "\udfff"}})), "GetItem", Key={"pk": {"S": "\ud800"}})
    assert report.encode()


@pytest.mark.parametrize(
    ("recorded", "now", "line"),
    [
        ({"a": {"S": "1"}}, {"a": {"N": "1"}}, 'a: recorded {"S": "1"}, now {"N": "1"}'),
        ({"a": {"SS": ["x"]}}, {"a": {"SS": ["x", "y"]}}, 'a: recorded {"SS": ["x"]}, now {"SS": ["x", "y"]}'),
        ({"a": 1}, {}, "a: recorded 1, now missing"),
        ({}, {"a": None}, "a: not recorded, now null"),
        ({"L": [{"x": {"S": "1"}}]}, {"L": [{"x": {"S": "2"}}]}, 'L[0].x: recorded {"S": "1"}, now {"S": "2"}'),
    ],
)
def test_an_attribute_value_differs_as_a_whole(recorded: Any, now: Any, line: str) -> None:
    assert differences(recorded, now) == [line]


def test_the_nearest_has_the_same_operation_and_table_and_most_in_common() -> None:
    recordings = [
        exchange("PutItem", Item={"pk": {"S": "b"}, "x": {"S": "1"}}),
        Exchange("GetItem", {"TableName": "other", "Key": {"pk": {"S": "b"}}}, Response(200, {})),
        exchange("GetItem", Key={"pk": {"S": "c"}, "sk": {"S": "1"}}),
        exchange("GetItem", Key={"pk": {"S": "b"}, "sk": {"S": "1"}}),
        exchange("GetItem", Key={"pk": {"S": "b"}, "sk": {"S": "1"}}),
    ]
    params = {"TableName": "app", "Key": {"pk": {"S": "b"}, "sk": {"S": "2"}}}
    assert nearest("GetItem", params, recordings, bytes([0, 0, 0, 1, 0])) == [4, 3]


def test_finds_the_nearest_at_the_end_of_a_big_cassette() -> None:
    recordings = [exchange("GetItem", Key={"pk": {"S": str(n)}}) for n in range(5_000)]
    recordings.append(exchange("GetItem", Key={"pk": {"S": "x"}}, ConsistentRead=True))
    params = {"TableName": "app", "Key": {"pk": {"S": "x"}}}
    began = time.process_time()
    assert nearest("GetItem", params, recordings, bytes(len(recordings)))[0] == 5_000
    assert time.process_time() - began < 2  # comparing each closely takes far longer than that


def test_unplayed_recordings_are_named_by_their_numbers() -> None:
    same = exchange("GetItem", Key={"pk": {"S": "a"}})
    cassette = opened(same, exchange("GetItem", Key={"pk": {"S": "a"}}), *(exchange("Scan", Limit=n) for n in range(9)))
    assert cassette.answer(Request("GetItem", same.params))[0] is not None
    text = describe_unplayed(cassette.inventory, cassette.unplayed)
    assert "10 of 11 recordings were not played" in text
    assert '  #2 GetItem on app Key {"pk": {"S": "a"}}' in text.splitlines()
    assert "#1 " not in text
    assert "and 5 more" in text
