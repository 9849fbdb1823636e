"""Query and Scan of indexes, and Select. Cases: dynamodb-conformance, query/{gsi,lsi,select}; dynalite, test/query."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

ENVELOPE = "1 validation error detected: "
EXTRA = {"S": "x" * 4100}


def item(number: int, **attributes: dict[str, Any]) -> dict[str, Any]:
    return {"a": {"S": "x"}, "b": {"S": f"b{number}"}, **attributes}


@pytest.fixture
def filled(service: Any) -> Any:
    service.put(
        "range",
        item(1, c={"S": "c1"}, d={"S": "d1"}, e={"S": "e1"}),
        item(2),
        item(3, d={"S": "d1"}, e=EXTRA),
        item(4, c={"S": "c1"}, d={"S": "d2"}, e={"S": "e4"}, f=EXTRA),
        item(5, c={"S": "c1"}, d={"S": "d0"}),
    )
    return service


def query(service: Any, index: str, condition: str, value: str, **params: Any) -> Any:
    return service(
        "Query",
        TableName="range",
        IndexName=index,
        KeyConditionExpression=condition,
        ExpressionAttributeValues={":v": {"S": value}},
        **params,
    )


def keys(answer: Any) -> list[str]:
    return [item["b"]["S"] for item in answer["Items"]]


def test_an_index_holds_the_items_that_have_its_keys(filled: Any) -> None:
    assert keys(query(filled, "index1", "a = :v", "x")) == ["b1", "b4", "b5"]
    assert keys(query(filled, "index2", "a = :v", "x")) == ["b5", "b1", "b3", "b4"]
    assert keys(query(filled, "index4", "c = :v", "c1", ScanIndexForward=False)) == ["b4", "b1", "b5"]
    assert filled("Scan", TableName="range", IndexName="index3", Select="COUNT")["Count"] == 3


def test_an_index_gives_what_it_projects(filled: Any) -> None:
    answer = query(filled, "index2", "a = :v", "x", Limit=2)
    assert answer["Items"][1] == item(1, c={"S": "c1"}, d={"S": "d1"})
    assert query(filled, "index2", "a = :v", "x", Limit=2, Select="ALL_PROJECTED_ATTRIBUTES") == answer
    (last,) = query(filled, "index4", "c = :v", "c1", ScanIndexForward=False, Limit=1)["Items"]
    assert last == item(4, c={"S": "c1"}, d={"S": "d2"}, e={"S": "e4"})


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(("index", "condition", "value"), [("index3", "c = :v", "c1"), ("index2", "a = :v", "x")])
def test_pages_continue_each_other_among_equal_keys(
    filled: Any, index: str, condition: str, value: str, forward: bool
) -> None:
    whole = keys(query(filled, index, condition, value, ScanIndexForward=forward))
    pages: list[str] = []
    start: dict[str, Any] = {}
    for _ in whole:
        answer = query(filled, index, condition, value, ScanIndexForward=forward, Limit=1, **start)
        pages += keys(answer)
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert pages == whole
    assert "LastEvaluatedKey" not in query(filled, index, condition, value, ScanIndexForward=forward, **start)


def test_a_key_to_go_on_after_has_both_keys(filled: Any) -> None:
    answer = query(filled, "index4", "c = :v", "c1", Limit=1, ProjectionExpression="e")
    assert answer["Items"] == [{}]
    assert answer["LastEvaluatedKey"] == item(5, c={"S": "c1"}, d={"S": "d0"})
    assert "index4" not in str(answer)


def test_what_a_local_index_lacks_comes_from_the_table_and_is_charged_there(filled: Any) -> None:
    answer = query(
        filled, "index2", "a = :v", "x", Select="ALL_ATTRIBUTES", ConsistentRead=True, ReturnConsumedCapacity="INDEXES"
    )
    assert answer["Items"][2] == item(3, d={"S": "d1"}, e=EXTRA)
    assert answer["ConsumedCapacity"] == {
        "TableName": "range",
        "CapacityUnits": 7,
        "Table": {"CapacityUnits": 6},
        "LocalSecondaryIndexes": {"index2": {"CapacityUnits": 1}},
    }
    answer = query(filled, "index2", "a = :v", "x", ProjectionExpression="e", ReturnConsumedCapacity="TOTAL")
    assert answer["Items"][1] == {"e": {"S": "e1"}}
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 3.5


@pytest.mark.parametrize("params", [{"ProjectionExpression": "a, b, c, d"}, {"Select": "COUNT"}, {}])
def test_what_an_index_has_is_charged_there(filled: Any, params: dict[str, Any]) -> None:
    answer = query(filled, "index2", "a = :v", "x", ReturnConsumedCapacity="INDEXES", **params)
    assert answer["ConsumedCapacity"] == {
        "TableName": "range",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0},
        "LocalSecondaryIndexes": {"index2": {"CapacityUnits": 0.5}},
    }


def refusal(service: Any, operation: str, **params: Any) -> str:
    if operation == "Query":
        key = "c" if params.get("IndexName") in {"index3", "index4"} else "a"
        values = {":v": {"S": "x"}, **params.pop("values", {})}
        params |= {"KeyConditionExpression": f"{key} = :v", "ExpressionAttributeValues": values}
    elif "values" in params:
        params["ExpressionAttributeValues"] = params.pop("values")
    return str(service.refusal(operation, TableName="range", **params))


@pytest.mark.parametrize("operation", ["Query", "Scan"])
def test_a_global_index_cannot_give_what_it_does_not_project(service: Any, operation: str) -> None:
    invalid = "One or more parameter values were invalid: "
    assert refusal(service, operation, IndexName="index4", Select="ALL_ATTRIBUTES") == (
        f"{invalid}Select type ALL_ATTRIBUTES is not supported for global secondary index index4 "
        "because its projection type is not ALL"
    )
    assert refusal(service, operation, IndexName="index4", ProjectionExpression="z.y, e, b, f") == (
        f"{invalid}Global secondary index index4 does not project [z, f]"
    )


@pytest.mark.parametrize("index", ["index2", "index4"])
def test_a_query_cannot_filter_by_what_its_index_does_not_project(service: Any, index: str) -> None:
    """dynamodb-conformance, error-messages/partiqlIndex. A Scan finds nothing there."""
    filtered = {"FilterExpression": "f = :f", "values": {":f": {"S": "f"}}}
    assert refusal(service, "Query", IndexName=index, **filtered) == (
        f"One or more parameter values were invalid: Secondary index {index} "
        "does not project one or more filter attributes: [f]"
    )
    service.put("range", item(1, c={"S": "c"}, d={"S": "d"}, f={"S": "f"}))
    answer = service(
        "Scan",
        TableName="range",
        IndexName=index,
        FilterExpression="f = :f",
        ExpressionAttributeValues={":f": {"S": "f"}},
    )
    assert (answer["Count"], answer["ScannedCount"]) == (0, 1)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"Select": "SPECIFIC_ATTRIBUTES"},
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
        ),
        (
            {"Select": "COUNT", "ProjectionExpression": "b"},
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            {"Select": "ALL_ATTRIBUTES", "ProjectionExpression": "b"},
            "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES",
        ),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES", "ProjectionExpression": "b"},
            "Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES",
        ),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES"},
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
    ],
)
def test_select_must_agree_with_what_is_beside_it(service: Any, params: dict[str, Any], message: str) -> None:
    assert refusal(service, "Query", **params) == ENVELOPE + message
    assert refusal(service, "Scan", **params) == message


def test_specific_attributes_are_those_of_the_projection(filled: Any) -> None:
    answer = query(filled, "index1", "a = :v", "x", Select="SPECIFIC_ATTRIBUTES", ProjectionExpression="b", Limit=1)
    assert answer["Items"] == [{"b": {"S": "b1"}}]


def test_an_index_can_be_read_once_it_is_filled_and_until_it_is_deleted(new_service: Any) -> None:
    clock = VirtualClock(1_000_000.0)
    service = new_service(Engine(clock=clock, lifecycle=Lifecycle(create_index=60, delete_index=60)))
    service.put("hash", {"a": {"S": "x"}, "g": {"S": "y"}})

    def update(action: str, **details: Any) -> None:
        service(
            "UpdateTable",
            TableName="hash",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in "ag"],
            GlobalSecondaryIndexUpdates=[{action: {"IndexName": "gsi", **details}}],
        )

    scanned = {"TableName": "hash", "IndexName": "gsi"}
    update("Create", KeySchema=[{"AttributeName": "g", "KeyType": "HASH"}], Projection={"ProjectionType": "ALL"})
    assert service.refusal("Scan", **scanned) == "Cannot read from backfilling global secondary index: gsi"
    clock.advance(61)
    assert service("Scan", **scanned)["Count"] == 1
    update("Delete")
    assert service.refusal("Scan", **scanned) == "The table does not have the specified index: gsi"
