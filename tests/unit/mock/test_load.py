"""Tables and items from everything that people have them in."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import Engine, LoadError, Mock, Request
from pytest_dynamodb.mock import cloudformation

SCHEMA: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def mock() -> Mock:
    return Mock(Engine(), region="eu-west-1")


@pytest.fixture
def shop(mock: Mock) -> Mock:
    """With an empty table ``shop``."""
    mock.load({"shop": {"table": SCHEMA}})
    return mock


def keys(mock: Mock, table: str = "shop") -> list[Any]:
    return [item["pk"] for item in mock.tables[table].items]


# -- items -----------------------------------------------------------------------------------------------------------


def test_items_are_plain_python_or_wire_json_and_their_keys_tell_which(shop: Mock) -> None:
    plain = {
        "pk": "a",
        "n": 1,
        "price": 4.5,
        "exact": Decimal("0.10"),
        "tags": {"x"},
        "raw": b"x",
        "map": {"S": "not a value"},
    }
    wire = {"pk": {"S": "b"}, "n": {"N": "1.0"}, "raw": {"B": b"x"}, "list": {"L": [{"N": 2}, {"BS": [b"y"]}]}}
    shop.load({"shop": {"items": [plain, wire]}})
    assert shop.tables["shop"].items == [
        {**plain, "n": Decimal(1), "price": Decimal("4.5"), "exact": Decimal("0.1")},
        {"pk": "b", "n": Decimal(1), "raw": b"x", "list": [Decimal(2), {b"y"}]},
    ]


@pytest.mark.parametrize(
    "held",
    [
        [{"pk": "a"}, {"pk": "b"}],
        [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}, {"PutRequest": {"Item": {"pk": {"S": "b"}}}}],
        {"items": [{"pk": "a"}, {"pk": "b"}]},
    ],
)
def test_items_alone_go_into_the_table_that_is_there(shop: Mock, held: Any) -> None:
    shop.load({"shop": held})
    assert keys(shop) == ["a", "b"]


@pytest.mark.parametrize(
    "source",
    [
        [{"pk": "a"}, {"pk": "b"}],
        [{"Item": {"pk": {"S": "a"}}}, {"Item": {"pk": {"S": "b"}}}],
        {"Items": [{"pk": {"S": "a"}}, {"pk": {"S": "b"}}], "Count": 2, "ScannedCount": 2},
    ],
)
def test_items_of_no_table_need_one(shop: Mock, source: Any) -> None:
    shop.load(source, table="shop")
    assert keys(shop) == ["a", "b"]


def test_a_key_called_item_is_no_wrapper(mock: Mock) -> None:
    schema = json.loads(json.dumps(SCHEMA).replace("pk", "Item"))
    mock.load({"odd": {"table": schema, "items": [{"Item": "a"}, {"Item": {"S": "b"}}]}})
    assert [item["Item"] for item in mock.tables["odd"].items] == ["a", "b"]


# -- what is refused, and how ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            {"shop": [{"pk": "a"}, {"id": "b"}]},
            r"table shop, item 2: PutItem: ValidationException: .*Missing the key pk",
        ),
        ({"shop": [{"pk": 7}]}, r"table shop, item 1: .*Type mismatch for key pk expected: S actual: N"),
        ({"shop": [{"pk": {"S": "a"}, "x": 1}]}, r"table shop, item 1: PutItem: "),
        ({"shop": [{"pk": "a", "x": object()}]}, r"table shop, item 1: a object has no DynamoDB form"),
        ({"shop": [{"pk": "a", "x": Decimal(10) ** 200}]}, r"table shop, item 1: "),
        ({"shop": ["a"]}, r"table shop, item 1: 'a' is no item"),
        ({"shop": {"table": SCHEMA}}, r'table shop: CreateTable: ResourceInUseException: .*leave "table" out'),
        ({"new": {"table": {}}}, r"table new: CreateTable: ValidationException"),
        ({"new": [{"pk": "a"}]}, r"table new: there is no such table in eu-west-1"),
        ({"shop": 5}, r"'shop' is no table"),
        ({"shop": {"table": {**SCHEMA, "TableName": "other"}}}, "says that it is called 'other'"),
        (5, "a int holds no tables"),
        ([{"Item": {"pk": "a"}}], "does not say of which table"),
    ],
)
def test_an_error_says_where_and_what_and_nothing_is_loaded(shop: Mock, source: Any, message: str) -> None:
    before = shop.dump()
    with pytest.raises(LoadError, match=message):
        shop.load([{"first": {"table": SCHEMA, "items": [{"pk": "a"}]}}, source])
    assert shop.dump() == before


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.json", '{"shop": [}', r"x\.json: it is no JSON"),
        ("x.jsonl", '{"Item": {}}\n{"Item"', r"x\.jsonl, line 2: it is no JSON"),
        ("x.json", '{"shop": [{"no": 1}]}', r"x\.json, table shop, item 1: "),
        ("x.yaml", "shop: [", r"x\.yaml: it is no YAML"),
        ("x.txt", "only words", r"x\.txt: a str holds no tables"),
        ("x.json", '[{"Item": {"pk": {"S": "a"}}}]', r'x\.json: .*load\(\.\.\., table="\.\.\."\)'),
    ],
)
def test_an_error_in_a_file_names_it(shop: Mock, tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(LoadError, match=message):
        shop.load(tmp_path / name)


def test_a_file_that_is_not_there_and_one_that_is_damaged(mock: Mock, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"nothing\.json: it cannot be read: No such file"):
        mock.load(tmp_path / "nothing.json")
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(b'{"a": []}')[:-9])
    with pytest.raises(LoadError, match=r"x\.json\.gz: it cannot be read"):
        mock.load(tmp_path / "x.json.gz")


def test_without_pyyaml_the_error_says_what_to_install(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.yaml").write_text("shop: []")
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(LoadError, match="pip install pyyaml, or save it as JSON"):
        mock.load(tmp_path / "x.yaml")


# -- files -----------------------------------------------------------------------------------------------------------

NATIVE = {"shop": {"table": SCHEMA, "items": [{"pk": "a", "n": 1.1}, {"pk": {"S": "b"}}]}}


@pytest.mark.parametrize("name", ["x.json", "x.json.gz", "x.yaml", "x.yml.gz", "x.seed"])
def test_files_by_what_is_in_them(mock: Mock, tmp_path: Path, name: str) -> None:
    text = json.dumps(NATIVE).encode()  # which is YAML as well
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    mock.load(str(tmp_path / name))
    assert mock.tables["shop"].items == [{"pk": "a", "n": Decimal("1.1")}, {"pk": "b"}]


def test_yaml_as_people_write_it(shop: Mock, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("shop:\n- {pk: a, day: 2026-01-31, ok: yes}\n- pk: {S: b}\n  n: {N: 5}\n")
    shop.load(tmp_path / "x.yaml")
    assert shop.tables["shop"].items == [{"pk": "a", "day": "2026-01-31", "ok": True}, {"pk": "b", "n": Decimal(5)}]


def test_an_export_to_s3_by_its_file_and_by_its_folder(shop: Mock, tmp_path: Path) -> None:
    lines = "".join(json.dumps({"Item": {"pk": {"S": key}, "n": {"N": "1.0"}}}) + "\n" for key in "ab")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.json.gz").write_bytes(gzip.compress(lines.encode()))
    shop.load(tmp_path / "data" / "x.json.gz", table="shop")
    assert keys(shop) == ["a", "b"]
    with pytest.raises(LoadError, match=r"folder without manifest-summary\.json"):
        shop.load(tmp_path)
    summary = {"tableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop", "outputFormat": "DYNAMODB_JSON"}
    (tmp_path / "manifest-summary.json").write_text(json.dumps(summary))
    other = Mock(Engine(), region="eu-west-1")
    other.load({"shop": {"table": SCHEMA}})
    other.load(tmp_path)
    assert other.dump() == shop.dump()


# -- tables ----------------------------------------------------------------------------------------------------------


def describe(mock: Mock, table: str = "shop") -> dict[str, Any]:
    return mock.tables[table].describe()


def tags(mock: Mock, table: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in mock.dump()[table]["table"]["Tags"]}


@pytest.mark.parametrize("wrapped", ["Table", "TableDescription", ""])
def test_what_describe_table_answers(shop: Mock, wrapped: str) -> None:
    described = describe(shop)
    other = Mock(Engine(), region="eu-west-1")
    other.load({wrapped: described} if wrapped else described)
    assert describe(other)["KeySchema"] == described["KeySchema"]
    other.load(described, table="copy")
    assert list(other.tables) == ["copy", "shop"]


def test_the_parameters_of_create_table(mock: Mock) -> None:
    mock.load([{"TableName": "one", **SCHEMA}, {"TableName": "two", **SCHEMA}])
    assert list(mock.tables) == ["one", "two"]


def test_another_region(shop: Mock) -> None:
    shop.load({"shop": {"table": SCHEMA, "items": [{"pk": "a"}]}}, region="us-west-2")
    assert (keys(shop), shop.tables_in("us-west-2")["shop"].count) == ([], 1)
    assert shop.dump(region="us-west-2")["shop"]["items"] == [{"pk": {"S": "a"}}]


# -- templates -------------------------------------------------------------------------------------------------------

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Stage: {Type: String, Default: dev}
  Reads: {Type: Number, Default: "3"}
Mappings:
  Names: {dev: {suffix: small}, prod: {suffix: large}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub "${Stage}-orders-${AWS::Region}"
      KeySchema:
        - {AttributeName: pk, KeyType: HASH}
        - {AttributeName: sk, KeyType: RANGE}
      AttributeDefinitions:
        - {AttributeName: pk, AttributeType: S}
        - {AttributeName: sk, AttributeType: N}
        - {AttributeName: status, AttributeType: S}
      ProvisionedThroughput: {ReadCapacityUnits: !Ref Reads, WriteCapacityUnits: 1}
      GlobalSecondaryIndexes:
        - IndexName: by-status
          KeySchema: [{AttributeName: status, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
          ProvisionedThroughput: {ReadCapacityUnits: !Ref Reads, WriteCapacityUnits: 1}
          ContributorInsightsSpecification: {Enabled: true}
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      SSESpecification: {SSEEnabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
      DeletionProtectionEnabled: !If [IsProd, true, !Ref "AWS::NoValue"]
      Tags: [{Key: stage, Value: !Ref Stage}, {Key: bucket, Value: !GetAtt Bucket.Arn}]
  Users:
    Type: AWS::Serverless::SimpleTable
    Properties:
      TableName: !Join ["-", [users, !FindInMap [Names, !Ref Stage, suffix]]]
      PrimaryKey: {Name: uid, Type: Number}
      Tags: {stage: !Ref Stage, team: !Select [1, !Split [":", "of:accounts"]]}
  Sessions:
    Type: AWS::Serverless::SimpleTable
  OnlyProd:
    Type: AWS::DynamoDB::Table
    Condition: IsProd
    Properties: {}
  World:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      Replicas: [{Region: eu-west-1, Tags: [{Key: a, Value: b}]}, {Region: us-east-1}]
  Bucket:
    Type: AWS::S3::Bucket
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return path


def test_a_template_makes_its_tables(mock: Mock, template: Path) -> None:
    mock.load(template)
    assert list(mock.tables) == ["Sessions", "World", "dev-orders-eu-west-1", "users-small"]
    assert tags(mock, "users-small") == {"stage": "dev", "team": "accounts"}
    orders = describe(mock, "dev-orders-eu-west-1")
    assert orders["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    assert [index["IndexName"] for index in orders["GlobalSecondaryIndexes"]] == ["by-status"]
    assert orders["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert orders["DeletionProtectionEnabled"] is False
    dumped = mock.dump()["dev-orders-eu-west-1"]["table"]
    assert dumped["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert {"Key": "stage", "Value": "dev"} in dumped["Tags"]
    assert describe(mock, "users-small")["AttributeDefinitions"] == [{"AttributeName": "uid", "AttributeType": "N"}]
    assert describe(mock, "Sessions")["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert describe(mock, "World")["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_parameters_go_before_a_templates_defaults(mock: Mock, template: Path) -> None:
    template.write_text(TEMPLATE.replace("    Condition: IsProd\n    Properties: {}", "    Condition: Nonsense"))
    mock.load(template, parameters={"Stage": "prod", "Reads": 5})
    assert list(mock.tables) == ["Sessions", "World", "prod-orders-eu-west-1", "users-large"]
    assert describe(mock, "prod-orders-eu-west-1")["DeletionProtectionEnabled"] is True


def test_the_same_as_json_and_within_a_serverless_yml(mock: Mock, template: Path, tmp_path: Path) -> None:
    content = cloudformation.parse_yaml("", TEMPLATE)
    (tmp_path / "template.json").write_text(json.dumps({"service": "x", "resources": [content, "${file(x.yml)}"]}))
    mock.load(tmp_path / "template.json")
    assert len(mock.tables) == 4


@pytest.mark.parametrize("name", ["!ImportValue x", "!Ref Unknown", '!Sub "${Unknown}-x"', "!GetAtt A.Arn", "!Sub [1]"])
def test_a_name_that_a_template_does_not_say_is_an_error(mock: Mock, template: Path, name: str) -> None:
    template.write_text(TEMPLATE.replace('!Sub "${Stage}-orders-${AWS::Region}"', name))
    with pytest.raises(LoadError, match=r"template\.yaml, resource Orders: its TableName needs .*parameters="):
        mock.load(template)


def test_a_template_without_tables_is_an_error(mock: Mock) -> None:
    with pytest.raises(LoadError, match=r"no tables \(it looks for AWS::DynamoDB::GlobalTable"):
        mock.load({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})


def test_a_table_called_resources_is_no_template(mock: Mock) -> None:
    mock.load({"Resources": {"table": SCHEMA, "items": [{"pk": "a"}]}})
    assert keys(mock, "Resources") == ["a"]


def test_a_provisioned_global_table_has_the_least_that_scaling_gives_it(mock: Mock) -> None:
    units = {"WriteCapacityAutoScalingSettings": {"MinCapacity": "4", "MaxCapacity": 9}}
    schema = {name: value for name, value in SCHEMA.items() if name != "BillingMode"}
    properties = {**schema, "WriteProvisionedThroughputSettings": units, "Replicas": [{"Region": "eu-west-1"}]}
    mock.load({"Resources": {"Big": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": properties}}})
    given = describe(mock, "Big")["ProvisionedThroughput"]
    assert (given["ReadCapacityUnits"], given["WriteCapacityUnits"]) == (1, 4)


def test_a_table_that_is_loaded_is_there_at_once_whatever_others_take() -> None:
    from pytest_dynamodb import Lifecycle

    mock = Mock(Engine(lifecycle=Lifecycle(create_table=30)))
    mock.load({"shop": {"table": SCHEMA, "items": [{"pk": "a"}]}})
    assert mock.tables["shop"].describe()["TableStatus"] == "ACTIVE"
    mock.answer(Request("CreateTable", {"TableName": "slow", **SCHEMA}, mock.region))
    assert mock.tables["slow"].describe()["TableStatus"] == "CREATING"


# -- anything at all -------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        *(
            "Resources",
            "Type",
            "Properties",
            "TableName",
            "KeySchema",
            "AttributeDefinitions",
            "Condition",
            "Conditions",
        ),
        *(
            "AWS::DynamoDB::Table",
            "AWS::DynamoDB::GlobalTable",
            "AWS::Serverless::SimpleTable",
            "Parameters",
            "Default",
        ),
        *("Ref", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::Equals", "Fn::Select", "Fn::FindInMap", "AWS::NoValue", "${A}"),
        *("table", "items", "Table", "Items", "Item", "PutRequest", "TimeToLiveSpecification", "Tags", "AttributeName"),
        *("PrimaryKey", "ProvisionedThroughput", "SSESpecification", "GlobalSecondaryIndexes", "Replicas", "S", "shop"),
        *("StreamSpecification", "BillingMode", "pk", "TableStatus", "resources", "Mappings"),
    ]
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), WORDS, st.binary(max_size=2)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)
RESOURCES = st.fixed_dictionaries(
    {
        "Resources": st.dictionaries(
            WORDS,
            st.fixed_dictionaries(
                {
                    "Type": st.sampled_from(
                        ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable"]
                    )
                },
                optional={
                    "Properties": st.one_of(
                        ANYTHING,
                        st.fixed_dictionaries(
                            {"KeySchema": st.just(SCHEMA["KeySchema"])},
                            optional={
                                "AttributeDefinitions": st.one_of(st.just(SCHEMA["AttributeDefinitions"]), ANYTHING),
                                "TableName": ANYTHING,
                                "Tags": ANYTHING,
                                "GlobalSecondaryIndexes": ANYTHING,
                                "ProvisionedThroughput": ANYTHING,
                                "PrimaryKey": ANYTHING,
                                "Replicas": ANYTHING,
                                "SSESpecification": ANYTHING,
                                "TimeToLiveSpecification": ANYTHING,
                            },
                        ),
                    ),
                    "Condition": ANYTHING,
                },
            ),
            max_size=2,
        )
    },
    optional={"Conditions": ANYTHING, "Parameters": ANYTHING, "Mappings": ANYTHING},
)


@given(st.one_of(ANYTHING, RESOURCES))
def test_whatever_it_is_given_it_loads_or_says_what_is_wrong(source: Any) -> None:
    mock = Mock()
    mock.load({"shop": {"table": SCHEMA}})
    before = mock.dump()
    try:
        mock.load(source)
    except LoadError:
        assert mock.dump() == before
