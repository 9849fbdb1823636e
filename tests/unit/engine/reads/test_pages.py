"""A page ends at 1 MB of what is evaluated. Cases: dynamodb-conformance, limits/responseSize; dynalite, test/scan."""

from __future__ import annotations

from typing import Any

import pytest

MB = 1024 * 1024


@pytest.fixture
def filled(service: Any) -> Any:
    """20 items of 60 KB in one partition, as in the suite; entries of "index1" are as large, of "index2" small."""
    for number in range(20):
        service.put(
            "range",
            {"a": {"S": "x"}, "b": {"S": f"{number:03}"}, "c": {"S": "c"}, "d": {"S": "d"}, "f": {"S": "x" * 60_000}},
        )
    return service


def query(service: Any, **params: Any) -> Any:
    return service(
        "Query",
        TableName="range",
        KeyConditionExpression="a = :a",
        ExpressionAttributeValues={":a": {"S": "x"}, **params.pop("values", {})},
        **params,
    )


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"IndexName": "index1"},
        {"Select": "COUNT"},
        {"ProjectionExpression": "b"},
        {"ScanIndexForward": False},
        {"Limit": 19},
    ],
)
def test_a_page_ends_with_the_item_that_brings_it_to_1_mb(filled: Any, params: dict[str, Any]) -> None:
    """18 x 60 KB are more, 17 are less. That the last one is still given is dynalite's measurement on AWS."""
    answer = query(filled, **params)
    assert (answer["ScannedCount"], "LastEvaluatedKey" in answer) == (18, True)
    rest = query(filled, **params, ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert (rest["ScannedCount"], "LastEvaluatedKey" in rest) == (2, False)


def test_what_is_filtered_out_counts(filled: Any) -> None:
    filtered = {"FilterExpression": "e = :e", "values": {":e": {"S": "e"}}}
    answer = query(filled, **filtered)
    assert (answer["Count"], answer["ScannedCount"], "LastEvaluatedKey" in answer) == (0, 18, True)


def test_a_limit_below_that_ends_a_page_before(filled: Any) -> None:
    assert query(filled, Limit=5)["ScannedCount"] == 5


def test_entries_of_an_index_count_as_what_they_hold(filled: Any) -> None:
    answer = query(filled, IndexName="index2")
    assert (answer["Count"], "LastEvaluatedKey" in answer) == (20, False)
    fetched = query(filled, IndexName="index2", Select="ALL_ATTRIBUTES")
    assert (fetched["Count"], "LastEvaluatedKey" in fetched) == (18, True)


def test_exactly_1_mb_ends_a_page_and_a_byte_less_does_not(service: Any) -> None:
    for length, ends in ((MB // 4, True), (MB // 4 - 1, False)):
        overhead = len("ax" + "b1" + "f")
        for number in range(4):
            short = MB // 4 if number else length
            text = "x" * (short - overhead)
            service.put("range", {"a": {"S": "x"}, "b": {"S": str(number)}, "f": {"S": text}})
        answer = query(service)
        assert answer["Count"] == 4
        assert ("LastEvaluatedKey" in answer) is ends


def test_a_scan_ends_its_pages_likewise(filled: Any) -> None:
    answer = filled("Scan", TableName="range")
    assert (answer["Count"], "LastEvaluatedKey" in answer) == (18, True)
    rest = filled("Scan", TableName="range", ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert (rest["Count"], "LastEvaluatedKey" in rest) == (2, False)
