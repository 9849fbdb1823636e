"""BatchGetItem. Cases: dynamodb-conformance, tier1/batchGetItem, error-messages and validation-ordering; dynalite."""

from __future__ import annotations

from typing import Any

import pytest


def key(text: str) -> dict[str, Any]:
    return {"a": {"S": text}}


def batch(service: Any, **requests: Any) -> Any:
    return service("BatchGetItem", RequestItems=requests)


@pytest.fixture
def filled(service: Any) -> Any:
    service.put("hash", {**key("x"), "b": {"N": "1"}, "c": {"S": "c"}}, {**key("y"), "b": {"N": "2"}}, key("z"))
    service.put("range", {**key("x"), "b": {"S": "1"}})
    return service


def test_items_of_several_tables_come_together(filled: Any) -> None:
    answer = batch(
        filled,
        hash={"Keys": [key("x"), key("nothing"), key("z")]},
        range={"Keys": [{**key("x"), "b": {"S": "1"}}, {**key("x"), "b": {"S": "2"}}]},
    )
    assert answer == {
        "Responses": {
            "hash": [{**key("x"), "b": {"N": "1"}, "c": {"S": "c"}}, key("z")],
            "range": [{**key("x"), "b": {"S": "1"}}],
        },
        "UnprocessedKeys": {},
    }


def test_a_table_without_any_of_the_items_has_an_empty_list(service: Any) -> None:
    assert batch(service, hash={"Keys": [key("x")]})["Responses"] == {"hash": []}


@pytest.mark.parametrize(
    "projection",
    [
        {"AttributesToGet": ["b", "c"]},
        {"ProjectionExpression": "b, c"},
        {"ProjectionExpression": "#b, c", "ExpressionAttributeNames": {"#b": "b"}},
    ],
)
def test_each_table_has_its_projection(filled: Any, projection: dict[str, Any]) -> None:
    answer = batch(filled, hash={"Keys": [key("x"), key("y"), key("z")], **projection})
    assert answer["Responses"]["hash"] == [{"b": {"N": "1"}, "c": {"S": "c"}}, {"b": {"N": "2"}}, {}]


def test_a_table_is_called_as_it_was_named(filled: Any) -> None:
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/hash"
    answer = filled("BatchGetItem", RequestItems={arn: {"Keys": [key("z")]}}, ReturnConsumedCapacity="TOTAL")
    assert answer["Responses"] == {arn: [key("z")]}
    assert answer["ConsumedCapacity"] == [{"TableName": arn, "CapacityUnits": 0.5}]


@pytest.mark.parametrize(("consistent", "units"), [(False, 2.0), (True, 4.0)])
def test_every_item_is_rounded_up_by_itself(service: Any, consistent: bool, units: float) -> None:
    service.put("hash", {**key("big"), "b": {"S": "x" * 4096}}, key("small"))
    requests = {
        "hash": {"Keys": [key("big"), key("small"), key("nothing")], "ConsistentRead": consistent},
        "numbers": {"Keys": [{**key("x"), "b": {"N": "1"}}]},
    }
    answer = service("BatchGetItem", RequestItems=requests, ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == [
        {"TableName": "hash", "CapacityUnits": units, "Table": {"CapacityUnits": units}},
        {"TableName": "numbers", "CapacityUnits": 0.5, "Table": {"CapacityUnits": 0.5}},
    ]


def test_what_is_past_16_mb_is_left_with_all_that_was_asked_of_it(service: Any) -> None:
    """API reference, BatchGetItem: of 100 items of 300 KB, 52 are returned."""
    names = [f"{number:02}" for number in range(99)]
    for name in names:
        service.put("hash", {**key(name), "b": {"S": "x" * (300 * 1024 - 4)}})
    service.put("range", {**key("x"), "b": {"S": "1"}})
    request = {
        "Keys": [key(name) for name in names],
        "ConsistentRead": True,
        "ProjectionExpression": "#a",
        "ExpressionAttributeNames": {"#a": "a"},
    }
    answer = batch(service, hash=request, range={"Keys": [{**key("x"), "b": {"S": "1"}}]})
    assert answer["Responses"]["hash"] == [key(name) for name in names[:52]]
    assert answer["UnprocessedKeys"]["hash"] == {**request, "Keys": [key(name) for name in names[52:]]}
    rest = service("BatchGetItem", RequestItems=answer["UnprocessedKeys"])
    assert rest["Responses"] == {"hash": [key(name) for name in names[52:]], "range": [{**key("x"), "b": {"S": "1"}}]}
    assert rest["UnprocessedKeys"] == {}


MIXED = (
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
)


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ({"hash": {"Keys": [key("x"), key("x")]}}, "Provided list of item keys contains duplicates"),
        (
            {"hash": {"Keys": [key("x")]}, "range": {"Keys": [key("x")]}},
            "The provided key element does not match the schema",
        ),
        ({"hash": {"Keys": [key("x")], "AttributesToGet": ["a"], "ProjectionExpression": "a"}}, MIXED),
        (
            {
                "hash": {"Keys": [key("x")], "AttributesToGet": ["a"]},
                "range": {"Keys": [key("x")], "ProjectionExpression": "a"},
            },
            MIXED,
        ),
        (
            {"hash": {"Keys": [key("x")], "ProjectionExpression": "a.b"}},
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: a",
        ),
        (
            {"hash": {"Keys": [key("x")], "ProjectionExpression": "c, c"}},
            (
                "Invalid ProjectionExpression: Two document paths overlap with each other; "
                "must remove or rewrite one of these paths; path one: [c], path two: [c]"
            ),
        ),
        (
            {"hash": {"Keys": [key("")]}},
            (
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                "empty string value. Key: a"
            ),
        ),
        (
            {table: {"Keys": [key(str(number)) for number in range(51)]} for table in ("hash", "absent")},
            "Too many items requested for the BatchGetItem call",
        ),
    ],
)
def test_a_batch_is_refused_as_a_whole(service: Any, requests: dict[str, Any], message: str) -> None:
    assert service.refusal("BatchGetItem", RequestItems=requests) == message


def test_keys_are_looked_at_after_all_tables(service: Any) -> None:
    requests = {"hash": {"Keys": [{}]}, "absent": {"Keys": [key("x")]}}
    message = service.refusal("BatchGetItem", code="ResourceNotFoundException", RequestItems=requests)
    assert message == "Requested resource not found"


def test_numbers_written_in_two_ways_are_two_keys(service: Any) -> None:
    """Other than in BatchWriteItem (paritysuite captures)."""
    service.put("numbers", {**key("x"), "b": {"N": "1"}})
    answer = batch(service, numbers={"Keys": [{**key("x"), "b": {"N": number}} for number in ("1", "1.0")]})
    assert len(answer["Responses"]["numbers"]) == 2
