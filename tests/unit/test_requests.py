"""What a request is about: its tables, and its parts."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Request
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import (
    UNKNOWN_TABLE,
    capacity_kind,
    changes_nothing,
    is_write,
    parts,
    table_name,
    tables_of,
)

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/t"
KEY = {"pk": {"S": "a"}}
ITEM = {**KEY, "v": {"N": "1"}}
SELECT, INSERT = "SELECT * FROM t WHERE pk = 'a'", "INSERT INTO t VALUE {'pk': 'a'}"


def told(operation: str, **params: Any) -> list[tuple[Any, ...]]:
    found = parts(operation, params)
    return [(one.table, one.index_name, one.action, dict(one.attributes), one.consistent) for one in found]


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("GetItem", {"TableName": ARN, "Key": KEY, "ConsistentRead": "true"}, [("t", None, "get", KEY, True)]),
        ("PutItem", {"TableName": "t", "Item": ITEM}, [("t", None, "put", ITEM, False)]),
        ("UpdateItem", {"TableName": "t", "Key": KEY}, [("t", None, "update", KEY, False)]),
        ("DeleteItem", {"TableName": "t", "Key": KEY}, [("t", None, "delete", KEY, False)]),
        ("Scan", {"TableName": "t", "IndexName": "i"}, [("t", "i", "get", {}, False)]),
        (
            "Query",
            {
                "TableName": "t",
                "KeyConditionExpression": "#p = :p AND sk > :s",
                "ExpressionAttributeNames": {"#p": "pk"},
                "ExpressionAttributeValues": {":p": {"S": "a"}, ":s": {"N": "1"}},
            },
            [("t", None, "get", KEY, False)],
        ),
        (
            "Query",
            {
                "TableName": "t",
                "KeyConditions": {
                    "pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]},
                    "sk": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "1"}]},
                },
            },
            [("t", None, "get", KEY, False)],
        ),
        ("Query", {"TableName": "t", "KeyConditionExpression": "pk ="}, [("t", None, "get", {}, False)]),
        (
            "Query",
            {"TableName": "t", "KeyConditions": {"pk": {"AttributeValueList": [KEY["pk"]]}}},
            [("t", None, "get", {}, False)],
        ),
        (
            "BatchGetItem",
            {"RequestItems": {ARN: {"Keys": [KEY, KEY], "ConsistentRead": True}, "u": {"Keys": [KEY]}}},
            [("t", None, "get", KEY, True)] * 2 + [("u", None, "get", KEY, False)],
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": KEY}}]}},
            [("t", None, "put", ITEM, False), ("t", None, "delete", KEY, False)],
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY}}]},
            [("t", None, "get", KEY, True)],
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {name: {"TableName": ARN, "Key": KEY}} for name in ("Update", "Delete", "ConditionCheck")
                ]
            },
            [("t", None, action, KEY, False) for action in ("update", "delete", "check")],
        ),
        (
            "ExecuteStatement",
            {"Statement": 'SELECT * FROM "t"."i"', "ConsistentRead": True},
            [("t", "i", "get", {}, True)],
        ),
        ("ExecuteStatement", {"Statement": "nonsense"}, [(UNKNOWN_TABLE, None, "update", {}, False)]),
        (
            "BatchExecuteStatement",
            {"Statements": [{"Statement": SELECT}, {"Statement": SELECT, "ConsistentRead": True}]},
            [("t", None, "get", KEY, False), ("t", None, "get", KEY, True)],
        ),
        (
            "ExecuteTransaction",
            {"TransactStatements": [{"Statement": "DELETE FROM t WHERE pk = ?", "Parameters": [KEY["pk"]]}]},
            [("t", None, "delete", KEY, True)],
        ),
        ("DescribeTable", {"TableName": "t"}, []),
        ("NoSuchOperation", {"TableName": "t"}, []),
    ],
)
def test_the_parts_of_a_request(operation: str, params: dict[str, Any], expected: list[Any]) -> None:
    assert told(operation, **params) == expected


@pytest.mark.parametrize(
    ("operation", "params", "number"),
    [
        ("GetItem", {"TableName": 7, "Key": "x"}, 1),
        ("Query", {"KeyConditionExpression": 7}, 1),
        ("BatchGetItem", {"RequestItems": 7}, 0),
        ("BatchGetItem", {"RequestItems": {"t": 7, "u": {"Keys": [7]}}}, 1),
        ("BatchWriteItem", {"RequestItems": {"t": [None, {}, {"PutRequest": 7}]}}, 3),
        ("TransactWriteItems", {"TransactItems": [None, {"Put": 7}, {"Put": {}, "Delete": {}}]}, 4),
        ("ExecuteStatement", {"Statement": 7}, 1),
        ("BatchExecuteStatement", {"Statements": [None, {}]}, 2),
        ("ExecuteTransaction", {}, 0),
    ],
)
def test_nothing_is_wrong_enough_to_raise(operation: str, params: dict[str, Any], number: int) -> None:
    found = parts(operation, params)
    assert len(found) == number
    assert all(isinstance(part.attributes, dict) for part in found)
    tables_of(operation, params)


@pytest.mark.parametrize(
    ("operation", "params", "tables"),
    [
        ("GetItem", {"TableName": ARN}, ("t",)),
        ("GetItem", {}, (UNKNOWN_TABLE,)),
        ("GetItem", {"TableName": "arn:aws:kinesis:us-east-1:123456789012:stream/t"}, (UNKNOWN_TABLE,)),
        ("BatchWriteItem", {"RequestItems": {"t": [], ARN: [], "u": []}}, ("t", "u")),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t"}}, {"Delete": {"TableName": "u"}}]},
            ("t", "u"),
        ),
        ("ExecuteStatement", {"Statement": SELECT}, ("t",)),
        ("ExecuteStatement", {"Statement": "?"}, (UNKNOWN_TABLE,)),
        ("BatchExecuteStatement", {"Statements": [{"Statement": SELECT}, {}]}, ("t", UNKNOWN_TABLE)),
        ("TagResource", {"ResourceArn": ARN}, ("t",)),
        ("TagResource", {"ResourceArn": "t"}, (UNKNOWN_TABLE,)),
        ("PutResourcePolicy", {"ResourceArn": f"{ARN}/stream/2026-01-01T00:00:00.000"}, ("t",)),
        ("DescribeBackup", {"BackupArn": f"{ARN}/backup/01489602797149-73d8d5bc"}, ("t",)),
        ("RestoreTableFromBackup", {"BackupArn": f"{ARN}/backup/1", "TargetTableName": "u"}, ("t", "u")),
        ("RestoreTableToPointInTime", {"SourceTableArn": ARN, "TargetTableName": "u"}, ("t", "u")),
        ("CreateTable", {"TableName": "u", "GlobalTableSourceArn": ARN}, ("u", "t")),
        ("ImportTable", {"TableCreationParameters": {"TableName": "t"}}, ("t",)),
        ("ImportTable", {"TableCreationParameters": 7}, (UNKNOWN_TABLE,)),
        ("DescribeExport", {"ExportArn": f"{ARN}/export/1"}, ("t",)),
        ("GetRecords", {"ShardIterator": f"{ARN}/stream/2026|1|AAAA"}, ("t",)),
        ("GetRecords", {"ShardIterator": "AAAA"}, (UNKNOWN_TABLE,)),
        ("ListTables", {"ExclusiveStartTableName": "t"}, ()),
        ("ListBackups", {}, ()),
        ("ListBackups", {"TableName": "t"}, ("t",)),
        ("ListStreams", {"TableName": ARN}, ("t",)),
        ("DescribeLimits", {}, ()),
        ("DescribeGlobalTable", {"GlobalTableName": "t"}, ("t",)),
        ("NewOperation", {"TableName": "t"}, ("t",)),
        ("NewOperation", {"Whatever": "t"}, (UNKNOWN_TABLE,)),
    ],
)
def test_the_tables_of_a_request(operation: str, params: dict[str, Any], tables: tuple[str, ...]) -> None:
    assert tables_of(operation, params) == tables


@pytest.mark.parametrize(
    ("operation", "params", "kind"),
    [
        ("GetItem", {}, "Read"),
        ("TransactGetItems", {}, "Read"),
        ("BatchWriteItem", {}, "Write"),
        ("ExecuteStatement", {"Statement": SELECT}, "Read"),
        ("ExecuteStatement", {"Statement": f"-- {INSERT}\n {SELECT}"}, "Read"),
        ("ExecuteStatement", {"Statement": INSERT}, "Write"),
        ("BatchExecuteStatement", {"Statements": [{"Statement": SELECT}] * 2}, "Read"),
        ("BatchExecuteStatement", {"Statements": [{"Statement": INSERT}]}, "Write"),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": f"EXISTS({SELECT})"}]}, "Write"),
        ("DescribeTable", {}, None),
        ("CreateTable", {}, None),
    ],
)
def test_reads_and_writes_of_items(operation: str, params: dict[str, Any], kind: str | None) -> None:
    assert capacity_kind(operation, params) == kind
    assert is_write(operation, params) == (kind == "Write")


def test_what_changes_nothing() -> None:
    assert changes_nothing("DescribeTable", {})
    assert changes_nothing("ExecuteStatement", {"Statement": SELECT})
    assert not changes_nothing("ExecuteStatement", {"Statement": INSERT})
    assert not changes_nothing("CreateTable", {})
    assert not changes_nothing("NewOperation", {})


@pytest.mark.parametrize("given", [ARN, f"{ARN}/index/i", f"{ARN}/stream/2026-01-01T00:00:00.000", "t"])
def test_a_table_is_named_by_name_or_by_arn(given: str) -> None:
    assert table_name(given) == "t"


def test_an_iterator_of_the_engines_tells_its_table() -> None:
    engine = Engine()

    def ask(operation: str, **params: Any) -> Any:
        return engine.run(Request(operation, params))

    made = ask(
        "CreateTable",
        TableName="prod-t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    arn = made["TableDescription"]["LatestStreamArn"]
    shard = ask("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    given = ask("GetShardIterator", StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    assert tables_of("GetRecords", given) == ("prod-t",)
    backup = ask("CreateBackup", TableName="prod-t", BackupName="bak")["BackupDetails"]
    assert tables_of("DescribeBackup", backup) == ("prod-t",)


def test_every_operation_on_items_has_parts() -> None:
    for row in OPERATIONS.values():
        assert bool(parts(row.name, {"TableName": "t"})) == (row.items and bool(row.members or row.shape == "single"))
