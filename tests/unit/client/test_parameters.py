"""Wire-level parameters as botocore wants them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.client.connection.guard import for_botocore
from pytest_dynamodb.values import from_wire_item, to_wire_item

B64 = base64.b64encode(b"\x00\xff").decode()


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"Key": {"k": {"B": B64}}}, {"Key": {"k": {"B": b"\x00\xff"}}}),
        ({"Item": {"B": {"S": "x"}}}, {"Item": {"B": {"S": "x"}}}),
        ({"Item": {"B": {"B": B64}}}, {"Item": {"B": {"B": b"\x00\xff"}}}),
        ({"Item": {"S": {"B": B64}}}, {"Item": {"S": {"B": b"\x00\xff"}}}),
        ({"Item": {"M": {"M": {"B": {"BS": [B64]}}}}}, {"Item": {"M": {"M": {"B": {"BS": [b"\x00\xff"]}}}}}),
        ({"Parameters": [{"L": [{"B": B64}]}]}, {"Parameters": [{"L": [{"B": b"\x00\xff"}]}]}),
        (
            {"RequestItems": {"B": [{"PutRequest": {"Item": {"k": {"B": B64}}}}]}},
            {"RequestItems": {"B": [{"PutRequest": {"Item": {"k": {"B": b"\x00\xff"}}}}]}},
        ),
        (
            {"TransactItems": [{"Put": {"TableName": "B", "Item": {"k": {"B": B64}}}}]},
            {"TransactItems": [{"Put": {"TableName": "B", "Item": {"k": {"B": b"\x00\xff"}}}}]},
        ),
        ({"ExpressionAttributeNames": {"#b": "B"}}, {"ExpressionAttributeNames": {"#b": "B"}}),
    ],
)  # fmt: skip
def test_binary_values_become_bytes_wherever_they_are(params: dict[str, Any], expected: dict[str, Any]) -> None:
    assert for_botocore(params) == expected


VALUES = st.recursive(
    st.text() | st.booleans() | st.none() | st.binary() | st.integers(-(10**9), 10**9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["B", "BS", "S", "M", "L", "a"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(item=st.dictionaries(st.sampled_from(["B", "BS", "S", "M", "L", "N", "a"]), VALUES, max_size=4))
def test_an_item_comes_through_whatever_its_attributes_are_called(item: dict[str, Any]) -> None:
    wire = to_wire_item(item)
    native = for_botocore({"Item": wire})["Item"]
    assert from_wire_item(native) == item
    assert wire == to_wire_item(item)  # what was given is left as it is
