"""Scan: order, segments, pages. Cases: dynamodb-conformance, tier1/scan and error-messages/scan."""

from __future__ import annotations

from typing import Any

import pytest

NAMES = [f"key-{number}" for number in range(60)]


@pytest.fixture
def filled(service: Any) -> Any:
    service.put("hash", *({"a": {"S": name}, "n": {"N": str(at)}} for at, name in enumerate(NAMES)))
    for name in NAMES[:6]:
        service.put("numbers", *({"a": {"S": name}, "b": {"N": str(number)}} for number in (3, 1, 2)))
    return service


def found(answer: Any) -> list[str]:
    return [item["a"]["S"] for item in answer["Items"]]


def pages(service: Any, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        answer = service("Scan", **params, **start)
        items += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return items
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def test_a_scan_gives_everything_in_an_order_that_stays(filled: Any) -> None:
    first = found(filled("Scan", TableName="hash"))
    assert sorted(first) == sorted(NAMES)
    assert first != sorted(NAMES)
    filled.put("hash", {"a": {"S": NAMES[7]}, "n": {"N": "8"}})
    filled("DeleteItem", TableName="hash", Key={"a": {"S": first[3]}})
    assert found(filled("Scan", TableName="hash")) == first[:3] + first[4:]


def test_items_of_one_partition_are_together_and_in_key_order(filled: Any) -> None:
    items = filled("Scan", TableName="numbers")["Items"]
    groups = [items[at : at + 3] for at in range(0, len(items), 3)]
    assert len(groups) == 6
    for group in groups:
        assert len({item["a"]["S"] for item in group}) == 1
        assert [item["b"]["N"] for item in group] == ["1", "2", "3"]


@pytest.mark.parametrize("limit", [1, 4, 7, 18, 100])
def test_pages_continue_each_other(filled: Any, limit: int) -> None:
    whole = filled("Scan", TableName="numbers")["Items"]
    assert pages(filled, TableName="numbers", Limit=limit) == whole


@pytest.mark.parametrize("total", [1, 2, 7, 1_000_000])
def test_segments_share_everything_out(filled: Any, total: int) -> None:
    segments = range(total) if total < 10 else (0, 999_999)
    shares = [pages(filled, TableName="hash", Segment=segment, TotalSegments=total, Limit=3) for segment in segments]
    names = [item["a"]["S"] for share in shares for item in share]
    assert len(names) == len(set(names))
    if total < 10:
        assert sorted(names) == sorted(NAMES)


def test_a_start_key_need_not_be_an_item_s(filled: Any) -> None:
    whole = found(filled("Scan", TableName="hash"))
    filled("DeleteItem", TableName="hash", Key={"a": {"S": whole[9]}})
    answer = filled("Scan", TableName="hash", ExclusiveStartKey={"a": {"S": whole[9]}})
    assert found(answer) == whole[10:]


def test_a_filter_may_name_keys_and_takes_away_from_what_was_evaluated(filled: Any) -> None:
    answer = filled(
        "Scan",
        TableName="hash",
        FilterExpression="a = :a AND n = :n",
        ExpressionAttributeValues={":a": {"S": NAMES[5]}, ":n": {"N": "5"}},
        ProjectionExpression="n",
    )
    assert answer == {"Count": 1, "ScannedCount": 60, "Items": [{"n": {"N": "5"}}]}


def test_a_legacy_filter_does_the_same(filled: Any) -> None:
    between = {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "5"}, {"N": "7"}]}
    answer = filled("Scan", TableName="hash", ScanFilter={"n": between}, AttributesToGet=["a"])
    assert (answer["Count"], answer["ScannedCount"]) == (3, 60)
    assert sorted(found(answer)) == NAMES[5:8]


def test_a_count_has_no_items(filled: Any) -> None:
    assert filled("Scan", TableName="hash", Select="COUNT") == {"Count": 60, "ScannedCount": 60}


def test_an_empty_table_is_scanned_for_the_least(service: Any) -> None:
    assert service("Scan", TableName="hash", ReturnConsumedCapacity="TOTAL") == {
        "Count": 0,
        "ScannedCount": 0,
        "Items": [],
        "ConsumedCapacity": {"TableName": "hash", "CapacityUnits": 0.5},
    }


@pytest.mark.parametrize("index", ["index1", "index2", "index3", "index4"])
def test_pages_of_an_index_continue_each_other(service: Any, index: str) -> None:
    """Also where index keys are equal, and in both kinds."""
    for number in range(12):
        texts = {"a": f"a{number % 3}", "b": f"b{number}", "c": f"c{number % 2}", "d": f"d{number % 4}"}
        service.put("range", {name: {"S": text} for name, text in texts.items()})
    whole = service("Scan", TableName="range", IndexName=index)["Items"]
    assert len(whole) == 12
    for limit in (1, 5):
        assert pages(service, TableName="range", IndexName=index, Limit=limit) == whole


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"Segment": 0},
            (
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
                "present"
            ),
        ),
        (
            {"TotalSegments": 4},
            (
                "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
                "present"
            ),
        ),
        (
            {"Segment": 5, "TotalSegments": 5},
            (
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                "Segment: 5 is not less than TotalSegments: 5"
            ),
        ),
        (
            {"FilterExpression": "attribute_exists(a[0])"},
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: a",
        ),
        ({"IndexName": "whatever"}, "The table does not have the specified index: whatever"),
    ],
)
def test_what_makes_no_sense_is_refused(service: Any, params: dict[str, Any], message: str) -> None:
    assert service.refusal("Scan", TableName="hash", **params) == message


def test_a_global_index_cannot_be_scanned_consistently(service: Any) -> None:
    """error-messages/indexReads."""
    assert service.refusal("Scan", TableName="range", IndexName="index3", ConsistentRead=True) == (
        "Consistent reads are not supported on global secondary indexes"
    )


def test_segments_are_looked_at_before_expressions_and_those_before_the_table(service: Any) -> None:
    wrong = {"TableName": "absent", "FilterExpression": "a"}
    assert service.refusal("Scan", Segment=0, **wrong).startswith("The TotalSegments parameter")
    assert service.refusal("Scan", **wrong).startswith("Invalid FilterExpression")
    assert service.refusal("Scan", code="ResourceNotFoundException", TableName="absent")
