"""A cassette as placebo's folder, as a Stubber's script, as a seed: each is used as its tool uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_dynamodb import use_cassette
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.convert.placebo import as_placebo, is_placebo_file, placebo_answers
from pytest_dynamodb.convert.seeds import as_load_seed, as_moto_seed, seed_of
from pytest_dynamodb.convert.stubber import as_stubber
from pytest_dynamodb.errors import ConfigurationError, UnexpectedRequest
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure
from pytest_dynamodb.mock import Mock

NOWHERE = "http://127.0.0.1:9"
TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
LOST = Exchange("GetItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}}, TransportFailure("ReadTimeoutError", "no"))


@pytest.fixture
def recorded(tmp_path: Path, server: str, session: Any) -> tuple[list[Exchange], list[Any]]:
    """The exchanges of the session, and what it got."""
    path = tmp_path / "session.ddb.msgpack"
    with use_cassette(path, mode="rewrite", upstream=server):
        got = session(None)
    return read(path).exchanges, got


# --- placebo ---


def test_a_folder_of_placebo_s_is_recorded_once_more(
    tmp_path: Path, session: Any, recorded: tuple[list[Exchange], list[Any]]
) -> None:
    exchanges, got = recorded
    folder = tmp_path / "placebo"
    folder.mkdir()
    for name, text in as_placebo(exchanges).files.items():
        assert is_placebo_file(name)
        (folder / name).write_text(text, encoding="utf-8")
    path = tmp_path / "again.ddb.msgpack"
    with use_cassette(path, mode="rewrite", upstream=f"placebo:{folder}") as cassette:
        assert session(None) == got
    assert [one.operation for one in cassette.exchanges] == [one.operation for one in exchanges]
    with use_cassette(path, on_unused="fail"):
        assert session(NOWHERE) == got


def test_placebo_s_answers_come_in_turn_and_from_the_first_again(tmp_path: Path, credentials: dict[str, str]) -> None:
    for number in (1, 2, 10):
        data = {"Item": {"pk": {"S": str(number)}}, "ResponseMetadata": {"HTTPHeaders": {"date": "x"}}}
        text = json.dumps({"status_code": 200, "data": data})
        (tmp_path / f"dynamodb.GetItem_{number}.json").write_text(text, encoding="utf-8")
    client = boto3.client("dynamodb")
    with use_cassette(tmp_path / "x.ddb.msgpack", mode="rewrite", upstream=f"placebo:{tmp_path}"):
        said = [client.get_item(TableName="t", Key={"pk": {"S": "a"}})["Item"]["pk"]["S"] for _ in range(4)]
        with pytest.raises(UnexpectedRequest, match="has no answer of Query"):
            client.query(TableName="t", KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "a"}})
    assert said == ["1", "2", "10", "1"]


def test_placebo_s_errors_and_times_are_what_dynamodb_sent() -> None:
    at = {"year": 2026, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5, "microsecond": 0}
    files: dict[str, str | None] = {
        "dynamodb.PutItem_1.json": json.dumps(
            {
                "status_code": 400,
                "data": {
                    "Error": {"Code": "ConditionalCheckFailedException", "Message": "no"},
                    "Item": {"pk": {"S": "a"}},
                    "ResponseMetadata": {},
                },
            }
        ),
        "dynamodb.DescribeTable_1.json": json.dumps(
            {"status_code": 200, "data": {"Table": {"CreationDateTime": {"__class__": "datetime", **at}}}}
        ),
        "x.streams.dynamodb.GetRecords_1.json": '{"status_code": 200, "data": {"Records": []}}',
        "dynamodb.Scan_1.pickle": None,
        "dynamodb.Scan_2.json": "[]",
        "ec2.DescribeInstances_1.json": "{}",
    }
    found = placebo_answers(files)
    assert found.answers["PutItem"][0].body == {
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "no",
        "Item": {"pk": {"S": "a"}},
    }
    assert found.answers["DescribeTable"][0].body == {"Table": {"CreationDateTime": 1767323045.0}}
    assert found.count == 3
    assert [(one.what, one.reason.split(",")[0].split(":")[0]) for one in found.left] == [
        ("dynamodb.Scan_1.pickle", "it is a pickle"),
        ("dynamodb.Scan_2.json", "it is no answer as placebo writes it"),
    ]


def test_a_folder_without_placebo_s_answers_is_no_upstream(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="holds no answers of DynamoDB's that placebo recorded"),
        use_cassette(tmp_path / "x.ddb.msgpack", mode="rewrite", upstream=f"placebo:{tmp_path}"),
    ):
        pass


# --- Stubber ---


def test_a_stubber_s_script_gives_the_same_answers_to_the_same_requests(
    tmp_path: Path, credentials: dict[str, str]
) -> None:
    path, client = tmp_path / "x.ddb.msgpack", boto3.client("dynamodb")
    with use_cassette(path, mode="rewrite", upstream="mock"):
        client.create_table(TableName="orders", **TABLE)
        client.put_item(TableName="orders", Item={"pk": {"S": "a"}, "raw": {"B": b"\x00"}})
        expected = calls(client)
    export = as_stubber([*read(path).exchanges[2:], LOST])
    assert [one.what for one in export.left] == ["GetItem"]
    names: dict[str, Any] = {}
    exec(export.text, names)
    stubber = names["stubbed"](client)
    with stubber:
        assert calls(client) == expected
        stubber.assert_no_pending_responses()


def calls(client: Any) -> list[Any]:
    got = [client.get_item(TableName="orders", Key={"pk": {"S": "a"}})["Item"]]
    got.append(client.describe_table(TableName="orders")["Table"]["CreationDateTime"])
    client.transact_write_items(TransactItems=[{"Put": {"TableName": "orders", "Item": {"pk": {"S": "b"}}}}])
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as refused:
        client.put_item(
            TableName="orders",
            Item={"pk": {"S": "a"}},
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    return [*got, refused.value.response["Item"]]


# --- seeds ---


def got(item: dict[str, Any], **params: Any) -> Exchange:
    return Exchange("GetItem", {"TableName": "t", "Key": {"pk": item["pk"]}, **params}, Response(200, {"Item": item}))


def put(item: dict[str, Any], **params: Any) -> Exchange:
    return Exchange("PutItem", {"TableName": "t", "Item": item, **params}, Response(200, {}))


A, B, C = ({"pk": {"S": name}, "v": {"N": "1"}} for name in "abc")


def test_what_was_read_before_it_was_written_was_there_before() -> None:
    seed = seed_of([got(A), got(A), put({**A, "v": {"N": "2"}}), got({**A, "v": {"N": "2"}}), put(B), got(B)])
    assert seed.tables["t"].items == [A]
    assert seed.tables["t"].params["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]


def test_what_a_write_replaced_was_there_before() -> None:
    replaced = Exchange(
        "PutItem",
        {"TableName": "t", "Item": {**A, "v": {"N": "2"}}, "ReturnValues": "ALL_OLD"},
        Response(200, {"Attributes": A}),
    )
    assert seed_of([got(C), replaced]).tables["t"].items == [C, A]


@pytest.mark.parametrize(
    "read",
    [
        Exchange(
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [{"pk": A["pk"]}, {"pk": B["pk"]}, {"pk": {"S": "nobody"}}]}}},
            Response(200, {"Responses": {"t": [B, A]}, "UnprocessedKeys": {}}),
        ),
        Exchange(
            "TransactGetItems",
            {
                "TransactItems": [
                    {"Get": {"TableName": "t", "Key": {"pk": {"S": name}}}} for name in ("b", "nobody", "a")
                ]
            },
            Response(200, {"Responses": [{"Item": B}, {}, {"Item": A}]}),
        ),
    ],
    ids=["BatchGetItem", "TransactGetItems"],
)
def test_what_was_read_with_others_was_there_before(read: Exchange) -> None:
    assert seed_of([read, got(C)]).tables["t"].items == [B, A, C]


def test_an_item_seen_in_part_is_named_and_not_guessed() -> None:
    seed = seed_of([got(C), got({"pk": {"S": "a"}}, ProjectionExpression="pk")])
    assert seed.tables["t"].items == [C]
    assert [one.reason for one in seed.left] == ["an item of t was seen in part only"]


def test_a_table_whose_key_nothing_shows_is_named() -> None:
    assert not seed_of([put(A)]).tables
    query = Exchange(
        "Query",
        {
            "TableName": "t",
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "a"}},
        },
        Response(200, {"Items": [{**A, "sk": {"S": "1"}}]}),
    )
    deleted = Exchange("DeleteItem", {"TableName": "t", "Key": {"sk": {"S": "9"}, "pk": {"S": "a"}}}, Response(200, {}))
    schema = seed_of([query, deleted]).tables["t"].params["KeySchema"]
    assert [(one["AttributeName"], one["KeyType"]) for one in schema] == [("pk", "HASH"), ("sk", "RANGE")]
    assert "nothing shows its key" in seed_of([deleted]).left[0].reason


def test_the_mock_answers_from_a_seed_as_recorded(recorded: tuple[list[Exchange], list[Any]]) -> None:
    exchanges, _ = recorded
    after = [one for one in exchanges if one.operation in ("Query", "DescribeTable")]
    mock = Mock()
    mock.load(json.loads(as_load_seed(after).text))
    assert mock.tables["orders"].count == 30
    assert mock.tables["orders"].key_names == ("pk", "sk")


def test_moto_is_seeded_by_a_script(credentials: dict[str, str]) -> None:
    from moto import mock_aws

    names: dict[str, Any] = {}
    exec(as_moto_seed([got({**A, "raw": {"B": "AAE="}}), got(B)]).text, names)
    with mock_aws():
        client = boto3.client("dynamodb")
        names["seed"](client)
        found = client.scan(TableName="t")["Items"]
    assert sorted(found, key=lambda item: item["pk"]["S"]) == [{**A, "raw": {"B": b"\x00\x01"}}, B]
