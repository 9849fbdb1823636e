"""Terraform plans and CDK assemblies are loaded as CloudFormation templates are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Mock
from pytest_dynamodb.declarations import declared_in
from pytest_dynamodb.mock import LoadError

TABLE: dict[str, Any] = {
    "address": "aws_dynamodb_table.orders",
    "mode": "managed",
    "type": "aws_dynamodb_table",
    "name": "orders",
    "values": {
        "name": "shop-orders",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "pk",
        "range_key": "sk",
        "attribute": [
            {"name": "pk", "type": "S"},
            {"name": "sk", "type": "N"},
            {"name": "day", "type": "S"},
        ],
        "global_secondary_index": [
            {
                "name": "by-day",
                "hash_key": "day",
                "range_key": "",
                "projection_type": "INCLUDE",
                "non_key_attributes": ["total"],
                "read_capacity": None,
            }
        ],
        "local_secondary_index": [{"name": "by-local-day", "range_key": "day", "projection_type": "KEYS_ONLY"}],
        "stream_enabled": True,
        "stream_view_type": "NEW_AND_OLD_IMAGES",
        "ttl": [{"attribute_name": "ends", "enabled": True}],
        "tags": {"team": "a"},
        "table_class": None,
        "deletion_protection_enabled": True,
    },
}
ITEM = {
    "address": "aws_dynamodb_table_item.first",
    "type": "aws_dynamodb_table_item",
    "name": "first",
    "values": {"table_name": "shop-orders", "item": '{"pk": {"S": "a"}, "sk": {"N": "1"}}'},
}


def plan(*resources: Any, children: Any = ()) -> dict[str, Any]:
    module = {"resources": list(resources), "child_modules": list(children)}
    return {"format_version": "1.2", "terraform_version": "1.9.5", "planned_values": {"root_module": module}}


def loaded(source: Any) -> Mock:
    mock = Mock()
    mock.load(source)
    return mock


def test_a_plan_makes_its_tables_and_puts_its_items() -> None:
    mock = loaded(plan(ITEM, TABLE))
    described = mock.tables["shop-orders"].describe()
    assert mock.tables["shop-orders"].items == [{"pk": "a", "sk": 1}]
    assert [one["AttributeName"] for one in described["KeySchema"]] == ["pk", "sk"]
    (index,) = described["GlobalSecondaryIndexes"]
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]}
    (local,) = described["LocalSecondaryIndexes"]
    assert [one["AttributeName"] for one in local["KeySchema"]] == ["pk", "day"]
    assert described["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert described["DeletionProtectionEnabled"] is True
    dumped = mock.dump()["shop-orders"]["table"]
    assert dumped["TimeToLiveSpecification"] == {"AttributeName": "ends", "Enabled": True}
    assert dumped["Tags"] == [{"Key": "team", "Value": "a"}]


def test_modules_are_looked_through_and_data_sources_passed_over() -> None:
    data = {**TABLE, "mode": "data", "address": "data.aws_dynamodb_table.other"}
    child = {"address": "module.db", "resources": [TABLE], "child_modules": [{"resources": [ITEM]}]}
    assert list(loaded(plan(data, children=[child])).tables) == ["shop-orders"]


def test_a_state_is_read_as_a_plan_is() -> None:
    state = plan(TABLE)
    state["values"] = state.pop("planned_values")
    assert list(loaded(state).tables) == ["shop-orders"]


def test_units_are_provisioned_unless_the_plan_says_otherwise() -> None:
    values = {**TABLE["values"], "billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": None}
    described = loaded(plan({**TABLE, "values": values})).tables["shop-orders"].describe()
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert described["ProvisionedThroughput"]["WriteCapacityUnits"] == 1


def test_an_index_that_is_a_resource_of_its_own_and_keys_part_by_part() -> None:
    index = {
        "type": "aws_dynamodb_global_secondary_index",
        "values": {
            "table_name": "shop-orders",
            "index_name": "by-total",
            "key_schema": [
                {"attribute_name": "day", "attribute_type": "S", "key_type": "HASH"},
                {"attribute_name": "total", "attribute_type": "N", "key_type": "RANGE"},
            ],
            "projection": [{"projection_type": "KEYS_ONLY"}],
        },
    }
    described = loaded(plan(TABLE, index)).tables["shop-orders"].describe()
    found = {one["IndexName"]: one for one in described["GlobalSecondaryIndexes"]}
    assert found["by-total"]["Projection"]["ProjectionType"] == "KEYS_ONLY"
    assert [one["AttributeName"] for one in found["by-total"]["KeySchema"]] == ["day", "total"]


def test_a_name_that_is_known_only_later_is_the_resource_s() -> None:
    values = {name: value for name, value in TABLE["values"].items() if name != "name"}
    assert list(loaded(plan({**TABLE, "values": values})).tables) == ["orders"]


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ([], "the plan has no tables"),
        ([{**TABLE, "values": {"name": "x"}}], "aws_dynamodb_table.orders: an argument is not what it must be"),
        ([TABLE, {**ITEM, "values": {"table_name": "shop-orders", "item": "{"}}], "its item is no JSON"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_its_place(resources: list[Any], said: str) -> None:
    with pytest.raises(LoadError, match=said):
        loaded(plan(*resources))


def template(*tables: str) -> str:
    properties = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    resources = {name: {"Type": "AWS::DynamoDB::Table", "Properties": properties} for name in tables}
    return json.dumps({"Resources": {"Meta": {"Type": "AWS::CDK::Metadata"}, **resources}})


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """What `cdk synth` writes: stacks with and without tables, a nested one, an assembly within."""
    folder = tmp_path / "cdk.out"
    (folder / "assembly-Prod").mkdir(parents=True)
    (folder / "cdk.out").write_text('{"version": "39.0.0"}', encoding="utf-8")
    (folder / "manifest.json").write_text('{"version": "39.0.0", "artifacts": {}}', encoding="utf-8")
    for name, tables in {
        "Shop.template.json": ["Orders1A2B"],
        "Site.template.json": [],
        "ShopInner.nested.template.json": ["Users3C4D"],
        "assembly-Prod/Prod.template.json": ["Logs5E6F"],
    }.items():
        (folder / name).write_text(template(*tables), encoding="utf-8")
    return folder


def test_the_tables_of_all_stacks_of_an_assembly(assembly: Path) -> None:
    assert list(loaded(assembly).tables) == ["Logs5E6F", "Orders1A2B", "Users3C4D"]


def test_an_assembly_without_tables_says_so(tmp_path: Path) -> None:
    (tmp_path / "Site.template.json").write_text(template(), encoding="utf-8")
    with pytest.raises(LoadError, match=r"no template of the assembly has tables .*cdk synth"):
        loaded(tmp_path)


def test_what_they_declare_is_a_contract(assembly: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan(TABLE)), encoding="utf-8")
    contract = declared_in(path)["shop-orders"]
    assert contract.key == (("pk", "S"), ("sk", "N"))
    assert contract.indexes["by-day"].included == ("total",)
    assert contract.indexes["by-local-day"].local
    assert set(declared_in(assembly)) == {"Logs5E6F", "Orders1A2B", "Users3C4D"}
