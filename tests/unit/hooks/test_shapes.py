"""Answers are read as botocore's own parser reads them, or not at all."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

import botocore.session
import pytest
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.exchange import Request, Response
from pytest_dynamodb.hooks import answers
from pytest_dynamodb.hooks.answers import Unusual, reader_of


@lru_cache
def model(operation: str, service: str = "dynamodb") -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation)


def parsed(operation: str, body: dict[str, Any], service: str = "dynamodb") -> dict[str, Any]:
    """What botocore makes of a body."""
    parser: Any = create_parser("json")
    raw = {"body": json.dumps(body).encode(), "headers": {}, "status_code": 200}
    found: dict[str, Any] = parser.parse(raw, model(operation, service).output_shape)
    del found["ResponseMetadata"]
    return found


scalars = st.one_of(
    st.builds(lambda text: {"S": text}, st.text()),
    st.builds(lambda number: {"N": str(number)}, st.integers()),
    st.builds(lambda data: {"B": base64.b64encode(data).decode()}, st.binary()),
    st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda texts: {"SS": texts}, st.lists(st.text())),
    st.builds(lambda data: {"BS": [base64.b64encode(one).decode() for one in data]}, st.lists(st.binary())),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.builds(lambda members: {"L": members}, st.lists(inner)),
        st.builds(lambda members: {"M": members}, st.dictionaries(st.text(), inner)),
    ),
    max_leaves=20,
)
items = st.dictionaries(st.text(), values, max_size=4)
json_trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.sampled_from(("S", "L", "M", "x")), inner)),
    max_leaves=10,
)


@given(items)
def test_an_item_is_read_as_botocore_reads_it(item: dict[str, Any]) -> None:
    body = {"Item": item, "ConsumedCapacity": {"TableName": "table", "CapacityUnits": 0.5}}
    assert reader_of(model("GetItem").output_shape)(body) == parsed("GetItem", body)


# Whatever an item holds is the law above; of a page, only how many there are and where.
@given(
    st.lists(st.dictionaries(st.text(), scalars, max_size=2), max_size=4), st.integers(), st.one_of(st.none(), items)
)
def test_a_page_is_read_as_botocore_reads_it(found: list[Any], count: int, last: Any) -> None:
    body = {"Items": found, "Count": count, "ScannedCount": count, "LastEvaluatedKey": last, "Unknown": {"x": 1}}
    assert reader_of(model("Query").output_shape)(body) == parsed("Query", body)


@given(st.dictionaries(st.sampled_from(("Item", "ConsumedCapacity", "Other")), json_trees))
def test_malformed_answers_are_read_alike_or_left_to_botocore(body: dict[str, Any]) -> None:
    try:
        read = reader_of(model("GetItem").output_shape)(body)
    except Unusual:
        return
    assert read == parsed("GetItem", body)


def test_members_come_in_the_model_s_order() -> None:
    body = {"ScannedCount": 1, "Items": [], "Count": 1}
    assert list(reader_of(model("Query").output_shape)(body)) == list(parsed("Query", body))


def test_a_timestamp_is_left_to_botocore() -> None:
    body = {"Table": {"TableName": "table", "CreationDateTime": 1.5}}
    with pytest.raises(Unusual):
        reader_of(model("DescribeTable").output_shape)(body)
    request = Request("DescribeTable", {"TableName": "table"})
    _, answer = answers.to_botocore(model("DescribeTable"), request, Response(200, body))
    assert answer["Table"] == parsed("DescribeTable", body)["Table"]


@pytest.mark.parametrize("body", [{}, {"Item": {"a": {"S": "x"}}}])
def test_metadata_is_botocore_s(body: dict[str, Any]) -> None:
    """The short way and botocore's give the same answer, to the last header."""
    request = Request("GetItem", {})
    _, short = answers.to_botocore(model("GetItem"), request, Response(200, body))
    stranger = {"x-amz-retry-after": "1"}
    _, long = answers.to_botocore(model("GetItem"), request, Response(200, body, stranger))
    headers = long["ResponseMetadata"]["HTTPHeaders"]
    assert headers.pop("x-amz-retry-after") == "1"
    assert short == long


def test_an_answer_is_the_caller_s_own() -> None:
    body = {"Item": {"l": {"L": [{"S": "a"}]}, "s": {"SS": ["a"]}}}
    _, first = answers.to_botocore(model("GetItem"), Request("GetItem", {}), Response(200, body))
    first["Item"]["l"]["L"].clear()
    first["Item"]["s"]["SS"].append("b")
    first["ResponseMetadata"]["HTTPHeaders"].clear()
    _, second = answers.to_botocore(model("GetItem"), Request("GetItem", {}), Response(200, body))
    assert second["Item"] == {"l": {"L": [{"S": "a"}]}, "s": {"SS": ["a"]}}
    assert second["ResponseMetadata"]["HTTPHeaders"]


def test_the_body_can_still_be_seen() -> None:
    shown, _ = answers.to_botocore(model("GetItem"), Request("GetItem", {}), Response(200, {"Item": {}}))
    assert json.loads(shown.content) == {"Item": {}}
    assert shown.text == shown.content.decode()
