"""What a cassette saw of its tables, and where that no longer agrees with what they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import CassetteError, Exchange, Response, load_cassette, use_cassette
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.contracts import (
    IndexContract,
    TableContract,
    breaches,
    contract_of,
    decode_schemas,
    encode_schemas,
    schemas_of,
)
from pytest_dynamodb.cassette.frames import HEADER, pack_end, pack_frame
from pytest_dynamodb.cassette.store import Contents, read, write
from pytest_dynamodb.declarations import contract_breaches

PK, SK, DAY = ("pk", "S"), ("sk", "N"), ("day", "S")
DESCRIPTION: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "sk", "KeyType": "RANGE"}, {"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in (PK, SK, DAY)],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-day",
            "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b", "a"]},
        },
        {
            "IndexName": "going",
            "IndexStatus": "DELETING",
            "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        },
    ],
}
ORDERS = TableContract((PK, SK), {"by-day": IndexContract((DAY,), False, "INCLUDE", ("a", "b"))})


def call(operation: str, params: dict[str, Any], body: dict[str, Any] | None = None, status: int = 200) -> Exchange:
    return Exchange(operation, {"TableName": "orders", **params}, Response(status, body or {}))


def get(**key: dict[str, str]) -> Exchange:
    return call("GetItem", {"Key": key})


# --- what exchanges show ---


@pytest.mark.parametrize(
    "exchange",
    [
        call("DescribeTable", {}, {"Table": DESCRIPTION}),
        call("CreateTable", DESCRIPTION, {"TableDescription": DESCRIPTION}),
        call("UpdateTable", {}, {"TableDescription": DESCRIPTION}),
    ],
)
def test_a_description_shows_all_of_it(exchange: Exchange) -> None:
    assert schemas_of([exchange]) == {"orders": ORDERS}


def test_the_last_description_counts_and_an_error_shows_nothing() -> None:
    before = {**DESCRIPTION, "GlobalSecondaryIndexes": []}
    described = [call("DescribeTable", {}, {"Table": before}), call("DescribeTable", {}, {"Table": DESCRIPTION})]
    assert schemas_of([*described, get(other={"S": "a"})]) == {"orders": ORDERS}
    assert schemas_of([call("CreateTable", DESCRIPTION, {"__type": "x#ResourceInUseException"}, 400)]) == {}


def test_requests_imply_a_key_and_the_indexes_that_were_asked() -> None:
    query = call(
        "Query",
        {
            "IndexName": "by-day",
            "KeyConditionExpression": "#d = :d",
            "ExpressionAttributeNames": {"#d": "day"},
            "ExpressionAttributeValues": {":d": {"S": "x"}},
        },
    )
    schema = schemas_of([get(sk={"N": "1"}, pk={"S": "a"}), query])["orders"]
    assert schema == TableContract((PK, SK), {"by-day": IndexContract((DAY,))}, described=False)
    assert schema.ordered_key == ()


def test_a_query_tells_which_of_two_is_the_partition_key() -> None:
    query = call("Query", {"KeyConditionExpression": "sk = :s", "ExpressionAttributeValues": {":s": {"N": "1"}}})
    schema = schemas_of([get(sk={"N": "1"}, pk={"S": "a"}), query])["orders"]
    assert schema.ordered_key == (SK, PK)


# --- agreement ---


def said(seen: TableContract, now: TableContract | None) -> list[str]:
    return [str(one) for one in breaches({"orders": seen}, {} if now is None else {"orders": now})]


@pytest.mark.parametrize(
    ("now", "breach"),
    [
        (None, "orders: the table was recorded, and there is none now"),
        (replace(ORDERS, key=(PK,)), "orders: the key was pk (S), sk (N) when recorded, and is pk (S) now"),
        (replace(ORDERS, key=(SK, PK)), "orders: the key was pk (S), sk (N) when recorded, and is sk (N), pk (S) now"),
        (replace(ORDERS, indexes={}), "orders: the index by-day was there when recorded, and is not now"),
        (
            replace(ORDERS, indexes={"by-day": IndexContract((PK,), False, "ALL")}),
            "orders: the index by-day had the key day (S) when recorded, and has pk (S) now",
        ),
        (
            replace(ORDERS, indexes={"by-day": IndexContract((DAY,), True, "ALL")}),
            "orders: the index by-day was global when recorded, and is local now",
        ),
        (
            replace(ORDERS, indexes={"by-day": IndexContract((DAY,), False, "INCLUDE", ("a",))}),
            "orders: the index by-day projected INCLUDE a, b when recorded, and projects INCLUDE a now",
        ),
        (
            replace(ORDERS, indexes={"by-day": IndexContract((DAY,), False, "KEYS_ONLY")}),
            "orders: the index by-day projected INCLUDE a, b when recorded, and projects KEYS_ONLY now",
        ),
    ],
)
def test_what_no_longer_agrees(now: TableContract | None, breach: str) -> None:
    assert said(ORDERS, now) == [breach]


@pytest.mark.parametrize(
    "now",
    [
        ORDERS,
        replace(ORDERS, indexes={**ORDERS.indexes, "new": IndexContract((DAY,))}),
        replace(ORDERS, indexes={"by-day": IndexContract((DAY,), False, "ALL")}),
        replace(ORDERS, indexes={"by-day": IndexContract((DAY,), False, "INCLUDE", ("a", "b", "c"))}),
        replace(ORDERS, key=(("pk", ""), SK)),
    ],
)
def test_what_is_more_or_unknown_contradicts_nothing(now: TableContract) -> None:
    assert said(ORDERS, now) == []


def test_what_is_implied_is_held_against_what_it_says_alone() -> None:
    implied = TableContract((SK, PK), {"by-day": IndexContract((DAY,))}, described=False)
    assert said(implied, ORDERS) == []
    assert len(said(implied, replace(ORDERS, key=(PK,)))) == 1
    other = replace(ORDERS, indexes={"by-day": IndexContract((PK,))})
    assert said(implied, other) == [
        "orders: the index by-day was asked by day (S) when recorded, and has the key pk (S) now"
    ]


def test_a_table_that_cloudformation_named_is_found_by_its_logical_id() -> None:
    recorded = {"shop-Orders1A2B-XYZ123": ORDERS}
    assert breaches(recorded, {"Orders1A2B": ORDERS}) == []
    assert breaches(recorded, {"Orders": ORDERS})[0].missing


# --- in a cassette ---

CONTRACTS = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.builds(
        TableContract,
        st.lists(st.tuples(st.text(max_size=4), st.sampled_from("SNB")), max_size=2).map(tuple),
        st.dictionaries(
            st.text(max_size=4),
            st.builds(
                IndexContract,
                st.lists(st.tuples(st.text(max_size=4), st.sampled_from("SNB")), max_size=2).map(tuple),
                st.booleans(),
                st.sampled_from(["", "ALL", "KEYS_ONLY", "INCLUDE"]),
                st.lists(st.text(max_size=4), max_size=2).map(tuple),
            ),
            max_size=2,
        ),
        st.booleans(),
        st.text(max_size=4),
    ),
    max_size=3,
)


@given(CONTRACTS)
def test_a_header_gives_back_what_it_was_given(contracts: dict[str, TableContract]) -> None:
    assert decode_schemas(encode_schemas(contracts)) == contracts


@given(CONTRACTS)
def test_a_contract_agrees_with_itself(contracts: dict[str, TableContract]) -> None:
    assert breaches(contracts, contracts) == []


def test_a_recording_carries_what_it_saw(tmp_path: Path, credentials: dict[str, str]) -> None:
    import boto3

    path = tmp_path / "x.ddb.msgpack"
    with use_cassette(path, mode="rewrite", upstream="mock"):
        client = boto3.client("dynamodb")
        params = {name: DESCRIPTION[name] for name in ("TableName", "KeySchema", "AttributeDefinitions")}
        index = DESCRIPTION["GlobalSecondaryIndexes"][0]
        params["KeySchema"] = params["KeySchema"][::-1]
        client.create_table(**params, BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[index])
    assert load_cassette(path).header.schemas == {"orders": ORDERS}


def test_what_a_header_keeps_holds_where_exchanges_show_less(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    write(path, Header(schemas={"orders": ORDERS}), [get(pk={"S": "a"})])
    header, exchanges = read(path)
    assert contract_of(header.schemas, exchanges) == {"orders": ORDERS}


@pytest.mark.parametrize("schemas", [{"orders": 1}, {"orders": {}}, {"orders": {"key": ["pk"], "described": True}}, []])
def test_a_header_with_something_else_is_damaged(tmp_path: Path, schemas: Any) -> None:
    path = tmp_path / "x.ddb.msgpack"
    body = {"format": "dynamodb-cassette", "version": 1, "recorded": "", "endpoint": "aws", "recorder": {}}
    frame = pack_frame(HEADER, {**body, "schemas": schemas})
    path.write_bytes(frame + pack_end([frame]))
    with pytest.raises(CassetteError, match="schemas"):
        read(path)


def test_a_table_that_the_cassette_made_itself_need_not_be_declared() -> None:
    made = Contents(Header(), [call("CreateTable", DESCRIPTION, {"TableDescription": DESCRIPTION})])
    used = Contents(Header(), [get(pk={"S": "a"}, sk={"N": "1"})])
    assert contract_breaches(made, {}) == []
    assert contract_breaches(used, {}, before=[made]) == []
    assert contract_breaches(used, {})[0].missing
    assert len(contract_breaches(made, {"orders": replace(ORDERS, key=(PK,))})) == 1
