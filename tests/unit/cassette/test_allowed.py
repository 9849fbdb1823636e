"""Which tables may be recorded, however a request names them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Cassette, RecordingRefused, Request
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.operations import OPERATIONS


def arn(table: str) -> str:
    return f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"


def ask(operation: str, params: dict[str, Any]) -> None:
    """Raises RecordingRefused unless the tables of a request may be recorded."""
    options = CassetteOptions(allow=("dev-*",))
    Cassette("x.ddb.msgpack", contents=Contents(Header(), []), options=options).may_record(Request(operation, params))


def requests(table: str) -> list[tuple[str, dict[str, Any]]]:
    select = f'SELECT * FROM "{table}"'
    key = {"pk": {"S": "a"}}
    return [
        ("GetItem", {"TableName": table, "Key": key}),
        ("GetItem", {"TableName": arn(table), "Key": key}),
        ("BatchGetItem", {"RequestItems": {"dev-a": {"Keys": [key]}, table: {"Keys": []}}}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": arn(table), "Item": key}}]}),
        ("TagResource", {"ResourceArn": arn(table), "Tags": []}),
        ("ListTagsOfResource", {"ResourceArn": arn(table)}),
        ("GetResourcePolicy", {"ResourceArn": arn(table)}),
        ("PutResourcePolicy", {"ResourceArn": f"{arn(table)}/stream/2026-01-01T00:00:00.000"}),
        ("DescribeBackup", {"BackupArn": f"{arn(table)}/backup/01-a"}),
        ("DeleteBackup", {"BackupArn": f"{arn(table)}/backup/01-a"}),
        ("RestoreTableFromBackup", {"BackupArn": f"{arn(table)}/backup/01-a", "TargetTableName": "dev-b"}),
        ("RestoreTableFromBackup", {"BackupArn": f"{arn('dev-a')}/backup/01-a", "TargetTableName": table}),
        ("RestoreTableToPointInTime", {"SourceTableArn": arn(table), "TargetTableName": "dev-b"}),
        ("RestoreTableToPointInTime", {"SourceTableName": table, "TargetTableName": "dev-b"}),
        ("CreateTable", {"TableName": "dev-b", "GlobalTableSourceArn": arn(table)}),
        ("DescribeStream", {"StreamArn": f"{arn(table)}/stream/2026-01-01T00:00:00.000"}),
        ("GetRecords", {"ShardIterator": f"{arn(table)}/stream/2026-01-01T00:00:00.000|1|AAAA"}),
        ("ExportTableToPointInTime", {"TableArn": arn(table)}),
        ("DescribeExport", {"ExportArn": f"{arn(table)}/export/01-a"}),
        ("ImportTable", {"TableCreationParameters": {"TableName": table}}),
        ("ListBackups", {"TableName": table}),
        ("ExecuteStatement", {"Statement": select}),
        ("ExecuteStatement", {"Statement": f"INSERT INTO \"{table}\" VALUE {{'pk': 'FROM \"dev-a\"'}}"}),
        ("BatchExecuteStatement", {"Statements": [{"Statement": 'SELECT * FROM "dev-a"'}, {"Statement": select}]}),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": f"EXISTS({select} WHERE pk = 'a')"}]}),
        ("SomethingNew", {"ResourceArn": arn(table)}),
    ]


@pytest.mark.parametrize(("operation", "params"), requests("prod-t"))
def test_other_tables_are_refused(operation: str, params: dict[str, Any]) -> None:
    with pytest.raises(RecordingRefused, match=f"{operation} on the table 'prod-t' may not be recorded"):
        ask(operation, params)


@pytest.mark.parametrize(("operation", "params"), requests("dev-t"))
def test_allowed_tables_are_not(operation: str, params: dict[str, Any]) -> None:
    ask(operation, params)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetItem", {}),
        ("TagResource", {"ResourceArn": "dev-t"}),
        ("GetRecords", {"ShardIterator": "dev-AAAA"}),
        ("ExecuteStatement", {"Statement": "nonsense"}),
        ("BatchExecuteStatement", {"Statements": [{"Statement": 'SELECT * FROM "dev-a"'}, {}]}),
        ("SomethingNew", {"Anything": "dev-t"}),
    ],
)
def test_what_cannot_be_told_is_refused(operation: str, params: dict[str, Any]) -> None:
    with pytest.raises(RecordingRefused, match=f"{operation} on a table that cannot be told"):
        ask(operation, params)


def test_what_names_no_table_by_nature_passes() -> None:
    nameless = {name for name, row in OPERATIONS.items() if row.optional}
    assert {"ListTables", "DescribeLimits", "DescribeEndpoints", "ListBackups"} <= nameless
    for name in nameless:
        ask(name, {})
