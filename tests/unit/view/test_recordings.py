"""What the page is told of exchanges: rows, what happened to items, keys of tables and indexes, capacity."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure
from pytest_dynamodb.view import ShownRecording, exchange_data, recordings_data
from pytest_dynamodb.view.comparison import comparison_data
from pytest_dynamodb.view.effects import effects, schemas

ITEM = {"pk": {"S": "a"}, "n": {"N": "1"}}
KEY = {"pk": {"S": "a"}}


def asked(operation: str, params: dict[str, Any], answer: dict[str, Any] | None = None, status: int = 200) -> Exchange:
    return Exchange(operation, params, Response(status, answer or {}, elapsed=0.0125))


def found_at(exchange: Exchange) -> list[tuple[str, str, str, list[Any]]]:
    """Effects with what stands at their places."""
    sides = {"params": exchange.params, "answer": exchange.response}
    described = []
    for action, table, seen, *places in effects(exchange):
        nodes = []
        for side, *path in places:
            node: Any = sides[side]
            for name in path:
                node = node[name]
            nodes.append(node)
        described.append((action, table, seen, nodes))
    return described


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (asked("PutItem", {"TableName": "t", "Item": ITEM}), [("put", "t", "all", [ITEM])]),
        (asked("DeleteItem", {"TableName": "t", "Key": KEY}), [("delete", "t", "key", [KEY])]),
        (asked("UpdateItem", {"TableName": "t", "Key": KEY}), [("update", "t", "key", [KEY])]),
        (
            asked("UpdateItem", {"TableName": "t", "Key": KEY, "ReturnValues": "ALL_NEW"}, {"Attributes": ITEM}),
            [("update", "t", "all", [KEY, ITEM])],
        ),
        (
            asked("UpdateItem", {"TableName": "t", "Key": KEY, "ReturnValues": "UPDATED_NEW"}, {"Attributes": ITEM}),
            [("update", "t", "some", [KEY, ITEM])],
        ),
        (
            asked("UpdateItem", {"TableName": "t", "Key": KEY, "ReturnValues": "ALL_OLD"}, {"Attributes": ITEM}),
            [("update", "t", "key", [KEY])],
        ),
        (asked("GetItem", {"TableName": "t", "Key": KEY}, {"Item": ITEM}), [("read", "t", "all", [ITEM])]),
        (
            asked("GetItem", {"TableName": "t", "Key": KEY, "ProjectionExpression": "pk"}, {"Item": KEY}),
            [("read", "t", "some", [KEY])],
        ),
        (asked("GetItem", {"TableName": "t", "Key": KEY}), []),
        (asked("Scan", {"TableName": "t"}, {"Items": [ITEM, KEY]}), [("read", "t", "all", [n]) for n in (ITEM, KEY)]),
        (
            asked("Query", {"TableName": "t", "IndexName": "i"}, {"Items": [ITEM]}),
            [("read", "t", "some", [ITEM])],
        ),
        (
            asked(
                "BatchWriteItem",
                {"RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": KEY}}]}},
            ),
            [("put", "t", "all", [ITEM]), ("delete", "t", "key", [KEY])],
        ),
        (
            asked("BatchGetItem", {"RequestItems": {"t": {"Keys": [KEY]}}}, {"Responses": {"t": [ITEM]}}),
            [("read", "t", "all", [ITEM])],
        ),
        (
            asked(
                "TransactWriteItems",
                {"TransactItems": [{"ConditionCheck": {"TableName": "u"}}, {"Put": {"TableName": "t", "Item": ITEM}}]},
            ),
            [("put", "t", "all", [ITEM])],
        ),
        (
            asked(
                "TransactGetItems",
                {"TransactItems": [{"Get": {"TableName": t, "Key": KEY}} for t in ("t", "u")]},
                {"Responses": [{}, {"Item": ITEM}]},
            ),
            [("read", "u", "all", [ITEM])],
        ),
        (
            asked("ExecuteStatement", {"Statement": "SELECT * FROM t"}, {"Items": [ITEM]}),
            [("read", "t", "some", [ITEM])],
        ),
        (asked("PutItem", {"TableName": "t", "Item": ITEM}, {"__type": "x#Refused"}, 400), []),
    ],
)  # fmt: skip
def test_effects(exchange: Exchange, expected: list[Any]) -> None:
    assert found_at(exchange) == expected


DESCRIBED = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "sk", "KeyType": "RANGE"}, {"AttributeName": "pk", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [{"IndexName": "i", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}],
}


def test_keys_come_from_descriptions_of_tables() -> None:
    for exchange in (asked("CreateTable", DESCRIBED), asked("DescribeTable", {"TableName": "t"}, {"Table": DESCRIBED})):
        assert schemas({}, [exchange]) == {"t": {"keys": ["pk", "sk"], "indexes": {"i": ["g"]}}}


def test_keys_of_indexes_come_from_queries_too() -> None:
    query = {
        "TableName": "t",
        "IndexName": "i",
        "KeyConditionExpression": "begins_with(#s, :s) AND g = :g",
        "ExpressionAttributeNames": {"#s": "made.at"},
        "ExpressionAttributeValues": {":g": {"S": "x"}, ":s": {"S": "2026"}},
    }
    assert schemas({"t": ("pk",)}, [asked("Query", query, {"Items": []})]) == {
        "t": {"keys": ["pk"], "indexes": {"i": ["g", "made.at"]}}
    }


def test_a_table_that_was_never_there_is_not_shown() -> None:
    missing = asked("GetItem", {"TableName": "none", "Key": KEY}, {"__type": "x#ResourceNotFoundException"}, 400)
    assert schemas({"none": ("pk",)}, [missing]) == {}


def test_a_row_says_what_was_asked_and_what_came_of_it() -> None:
    row = exchange_data(asked("Scan", {"TableName": "t"}, {"Items": [ITEM], "LastEvaluatedKey": KEY}), 3)
    expected = {"s": 3, "op": "Scan", "kind": "Read", "tables": ["t"], "line": "", "ms": 12.5, "status": 200}
    assert row.items() >= {**expected, "says": "1 item and more"}.items()
    broken = exchange_data(Exchange("PutItem", {"TableName": "t", "Item": ITEM}, TransportFailure("Late", "no answer")))
    assert (broken["error"], broken["kind"], broken["body"]["failure"]) == ("Late", "Write", "no answer")
    html = exchange_data(Exchange("ListTables", {}, Response(502, b"<html>")))
    assert (html["error"], html["body"]["answer"]) == ("502", "<html>")


def test_units_are_told_by_table_and_key_and_unknown_where_they_were_not_reported() -> None:
    def units_of(exchange: Exchange) -> Any:
        return exchange_data(exchange)["body"]["units"]

    used = {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}, "Item": ITEM}
    assert units_of(asked("GetItem", {"TableName": "t", "Key": KEY}, used)) == [["t", KEY, 0.5, 0.0]]
    assert units_of(asked("GetItem", {"TableName": "t", "Key": KEY})) == [["t", KEY, None, None]]
    both = {"ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 2.0}, {"TableName": "u", "CapacityUnits": 1.0}]}
    puts = {name: [{"PutRequest": {"Item": ITEM}}] for name in ("t", "u")}
    assert units_of(asked("BatchWriteItem", {"RequestItems": puts}, both)) == [["t", None, 0, 2.0], ["u", None, 0, 1.0]]
    assert units_of(asked("DescribeTable", {"TableName": "t"})) == []


def test_recordings_stand_in_one_list_each_with_its_source() -> None:
    one, other = (ShownRecording(name, Header(node_id=f"test_{name}"), [asked("ListTables", {})]) for name in "ab")
    data = recordings_data([one, other], title="both")
    assert [row["s"] for row in data["exchanges"]] == [0, 1]
    assert [source["test"] for source in data["sources"]] == ["test_a", "test_b"]


def test_two_recordings_are_compared_by_the_meaning_of_requests() -> None:
    get = {"TableName": "t", "Key": KEY}
    before = [asked("GetItem", get, {"Item": ITEM}), asked("ListTables", {}), asked("Scan", {"TableName": "t"})]
    after = [
        asked("Scan", {"TableName": "t"}),
        asked("GetItem", {"Key": KEY, "TableName": "t"}, {"Item": {**ITEM, "n": {"N": "2"}}}),
        asked("PutItem", {"TableName": "t", "Item": ITEM}),
    ]
    data = comparison_data(
        [ShownRecording("a", Header(), before)], [ShownRecording("b", Header(), after)], title="a and b"
    )
    found = {change["kind"]: change for change in data["differences"]}
    assert found.keys() == {"changed", "removed", "added", "moved"}
    assert (found["changed"]["a"], found["changed"]["b"]) == (0, 4)
    assert found["changed"]["lines"] == ["answer   Item.n: 1 → 2"]
    assert (found["removed"]["a"], found["added"]["b"]) == (1, 5)
    assert "b" not in found["removed"]
    assert "a" not in found["added"]


def test_of_two_folders_recordings_of_one_name_are_compared() -> None:
    def recording(name: str, *tables: str) -> ShownRecording:
        return ShownRecording(name, Header(), [asked("Scan", {"TableName": table}) for table in tables])

    one, other = [recording("a", "t"), recording("b", "t")], [recording("b", "t"), recording("c", "u", "v")]
    differences = comparison_data(one, other, title="")["differences"]
    assert [(each["kind"], each.get("a"), each.get("b")) for each in differences] == [
        ("removed", 0, None),
        ("added", None, 3),
        ("added", None, 4),
    ]
