"""Data models of NoSQL Workbench: tables, indexes and sample data, as its versions 1.0 and 3.0 write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Engine, LoadError, Mock

KEYS = {
    "PartitionKey": {"AttributeName": "PK", "AttributeType": "S"},
    "SortKey": {"AttributeName": "SK", "AttributeType": "S"},
}
CAPACITY = {
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
    "AutoScalingRead": {"ScalableTargetRequest": {"MinCapacity": 1, "MaxCapacity": 10}},
}
INVERSE = {
    "IndexName": "inverse",
    "KeyAttributes": {"PartitionKey": KEYS["SortKey"], "SortKey": {"AttributeName": "seen", "AttributeType": "N"}},
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["state"]},
}


def model(**table: Any) -> dict[str, Any]:
    return {
        "ModelName": "Sessions",
        "ModelMetadata": {"Author": "Ada", "AWSService": "Amazon DynamoDB", "Version": "3.0"},
        "DataModel": [{"TableName": "sessions", "KeyAttributes": KEYS, "NonKeyAttributes": [], **table}],
    }


def row(pk: str, sk: str, **attributes: Any) -> dict[str, Any]:
    return {"PK": {"S": pk}, "SK": {"S": sk}, **attributes}


@pytest.fixture
def mock() -> Mock:
    return Mock(Engine(), region="eu-west-1")


def test_a_table_with_its_index_and_its_sample_data(mock: Mock) -> None:
    source = model(
        GlobalSecondaryIndexes=[INVERSE],
        TableData=[row("u#1", "s#1", seen={"N": "3"}, state={"S": "active"}), row("u#1", "s#2")],
        DataAccess={"MySql": {}},
    )
    mock.load(source)
    described = mock.tables["sessions"].describe()
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    (index,) = described["GlobalSecondaryIndexes"]
    assert (index["IndexName"], index["ItemCount"]) == ("inverse", 1)
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["state"]}
    assert mock.tables["sessions"].items == [
        {"PK": "u#1", "SK": "s#1", "seen": 3, "state": "active"},
        {"PK": "u#1", "SK": "s#2"},
    ]


def test_provisioned_capacity_is_that_of_the_model(mock: Mock) -> None:
    own = {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}
    other = {**INVERSE, "IndexName": "other", "ProvisionedCapacitySettings": own}
    settings = {"BillingMode": "PROVISIONED", "ProvisionedCapacitySettings": CAPACITY}
    mock.load(model(GlobalSecondaryIndexes=[INVERSE, other], **settings))
    described = mock.tables["sessions"].describe()
    assert described["ProvisionedThroughput"]["WriteCapacityUnits"] == 6
    units = {one["IndexName"]: one["ProvisionedThroughput"] for one in described["GlobalSecondaryIndexes"]}
    assert (units["inverse"]["WriteCapacityUnits"], units["other"]["WriteCapacityUnits"]) == (6, 2)


def test_data_that_was_typed_in_by_facets(mock: Mock) -> None:
    facets = [
        {"FacetName": "User", "TableData": [row("u#1", "meta", name={"S": "Ada"}), row("u#2", "meta")]},
        {"FacetName": "Login", "TableData": [row("u#1", "meta", seen={"N": "4"})]},
        {"FacetName": "Empty"},
    ]
    mock.load(model(TableFacets=facets, TableData=[]))
    assert mock.tables["sessions"].items == [
        {"PK": "u#1", "SK": "meta", "name": "Ada", "seen": 4},
        {"PK": "u#2", "SK": "meta"},
    ]


def test_maps_and_lists_are_plain_json_or_attribute_values(mock: Mock) -> None:
    plain = {"M": {"on": True, "at": {"x": 59, "y": 0.5}, "none": None}}
    wire = {"M": {"on": {"BOOL": True}, "list": {"L": [{"N": "1"}]}}}
    mock.load(model(TableData=[row("a", "1", seat=plain, rows={"L": [1, "two"]}), row("a", "2", seat=wire)]))
    first, second = mock.tables["sessions"].items
    assert first["seat"] == {"on": True, "at": {"x": 59, "y": pytest.approx(0.5)}, "none": None}
    assert first["rows"] == [1, "two"]
    assert second["seat"] == {"on": True, "list": [1]}


def test_several_tables_of_a_file(mock: Mock, tmp_path: Path) -> None:
    source = model()
    source["DataModel"].append({"TableName": "plain", "KeyAttributes": {"PartitionKey": KEYS["PartitionKey"]}})
    path = tmp_path / "model.json"
    path.write_text(json.dumps(source))
    mock.load(path)
    assert {name: mock.tables[name].key_names for name in mock.tables} == {
        "plain": ("PK",),
        "sessions": ("PK", "SK"),
    }


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"TableName": None}, "table 1: it has no TableName"),
        ({"KeyAttributes": {"SortKey": KEYS["SortKey"]}}, "table sessions: it has no PartitionKey"),
        ({"TableData": "none"}, "table sessions: its TableData is no list of items"),
        ({"TableFacets": 3}, "table sessions: its TableFacets are no list"),
        ({"GlobalSecondaryIndexes": {}, "LocalSecondaryIndexes": [3]}, "its LocalSecondaryIndexes are no list"),
        ({"GlobalSecondaryIndexes": [{"IndexName": "i"}]}, "table sessions, index i: it has no PartitionKey"),
        ({"TableData": [{"PK": {"S": "a"}}]}, "item 1"),
        ({"TableData": [row("a", "b", m={"M": {"x": float("nan")}})]}, "table sessions, item 1, m: "),
    ],
)
def test_what_cannot_be_read_is_named(mock: Mock, table: dict[str, Any], message: str) -> None:
    with pytest.raises(LoadError) as problem:
        mock.load(model(**table))
    assert message in str(problem.value)
    assert not mock.tables
