"""Orders that AWS does not explain, but shows: dynalite, test/scan and test/query, whose cases ran against AWS."""

from __future__ import annotations

from typing import Any

import pytest

NUMBERS = ["7", "999.9", "8", "3", "2", "-999.9", "9", "4", "-0.09", "6", "1", "0", "0.012345", "5"]


def test_a_scan_is_in_the_order_of_a_hash_of_numbers_as_aws_stores_them(service: Any) -> None:
    service.create("many", "a", {"a": "N"})
    service.put("many", *({"a": {"N": number}} for number in sorted(NUMBERS)))
    assert [item["a"]["N"] for item in service("Scan", TableName="many")["Items"]] == NUMBERS


@pytest.mark.parametrize("forward", [True, False])
def test_equal_keys_of_an_index_are_in_the_order_of_a_hash_of_the_table_s(service: Any, forward: bool) -> None:
    for place in ("aa", "bb", "ce", "cd", "da", "ea"):
        service.put("range", {"a": {"S": place[0]}, "b": {"S": place[1]}, "c": {"S": "x"}, "d": {"S": "d"}})
    answer = service(
        "Query",
        TableName="range",
        IndexName="index3",
        KeyConditionExpression="c = :c",
        ExpressionAttributeValues={":c": {"S": "x"}},
        ScanIndexForward=forward,
    )
    found = [item["a"]["S"] + item["b"]["S"] for item in answer["Items"]]
    assert (found if forward else found[::-1])[:4] == ["bb", "aa", "ce", "ea"]
