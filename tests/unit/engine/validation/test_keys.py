"""Keys of tables and indexes. Messages: dynalite's cases run against AWS (test/{getItem,putItem,batchWriteItem}) and
dynamodb-conformance, error-messages, as of October 2026.
"""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.validation.keys import EmptyKeyValue, check_index_keys, check_item_keys, check_key
from pytest_dynamodb.errors import ValidationException

HASH = (("pk", "S"),)
COMPOSITE = (("pk", "S"), ("sk", "B"))
INDEXES = {"by_h": (("g", "S", 2048),), "by_g": (("g", "S", 2048), ("n", "N", 1024), ("r", "B", 1024))}
NO_MATCH = "The provided key element does not match the schema"
EMPTY = "The AttributeValue for a key attribute cannot contain an empty {} value."


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"b": {"S": "a"}},
        {"pk": {"S": "a"}, "b": {"S": "a"}},
        {"pk": {"N": "1"}},
        {"pk": {"BOOL": True}},
        {"pk": {"M": {}}},
        {"pk": {"SS": ["a"]}},
    ],
)
def test_a_key_that_does_not_fit_the_schema_is_no_key(key: dict[str, Any]) -> None:
    with pytest.raises(ValidationException) as caught:
        check_key(key, HASH)
    assert caught.value.message == NO_MATCH


def test_a_key_has_both_attributes_of_a_composite_schema() -> None:
    check_key({"sk": {"B": "AAAA"}, "pk": {"S": "a"}}, COMPOSITE)
    with pytest.raises(ValidationException, match=NO_MATCH):
        check_key({"pk": {"S": "a"}}, COMPOSITE)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({}, "Missing the key pk in the item"),
        ({"pk": {"S": "a"}}, "Missing the key sk in the item"),
        ({"pk": {"N": "1"}}, "Type mismatch for key pk expected: S actual: N"),
        ({"pk": {"S": "a"}, "sk": {"L": []}}, "Type mismatch for key sk expected: B actual: L"),
    ],
)
def test_an_item_to_be_put_has_a_key(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationException) as caught:
        check_item_keys(attributes, COMPOSITE)
    assert caught.value.message == f"One or more parameter values were invalid: {message}"
    with pytest.raises(ValidationException) as caught:
        check_item_keys(attributes, COMPOSITE, batch=True)
    assert caught.value.message == NO_MATCH


@pytest.mark.parametrize(
    ("key", "kind", "name"),
    [({"pk": {"S": ""}, "sk": {"B": "AA=="}}, "string", "pk"), ({"pk": {"S": "a"}, "sk": {"B": ""}}, "binary", "sk")],
)
def test_key_attributes_are_not_empty(key: dict[str, Any], kind: str, name: str) -> None:
    for check in (check_key, check_item_keys):
        with pytest.raises(EmptyKeyValue) as caught:
            check(key, COMPOSITE)
        expected = f"One or more parameter values are not valid. {EMPTY.format(kind)} Key: {name}"
        assert caught.value.message == expected


@pytest.mark.parametrize("check", [check_key, check_item_keys])
def test_key_attributes_are_limited_in_bytes(check: Any) -> None:
    largest = {"pk": {"S": "é" * 1024}, "sk": {"B": "A" * 1364}}
    check(largest, COMPOSITE)
    for name, value, message in (
        ("pk", {"S": "é" * 1024 + "a"}, "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        ("sk", {"B": "A" * 1368}, "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
    ):
        with pytest.raises(ValidationException) as caught:
            check({**largest, name: value}, COMPOSITE)
        assert caught.value.message == f"One or more parameter values were invalid: {message}"


def test_an_item_without_an_index_s_key_is_fine() -> None:
    check_index_keys({"pk": {"S": "a"}, "n": {"N": "0"}}, INDEXES)


def test_an_attribute_of_another_type_is_no_index_s_key() -> None:
    with pytest.raises(ValidationException) as caught:
        check_index_keys({"g": {"N": "5"}}, INDEXES)
    assert not isinstance(caught.value, EmptyKeyValue)
    assert caught.value.message == (
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: by_g"
    )


def test_an_empty_attribute_is_no_index_s_key() -> None:
    with pytest.raises(EmptyKeyValue) as caught:
        check_index_keys({"g": {"S": ""}}, INDEXES)
    assert caught.value.message == (
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        f"{EMPTY.format('string')} IndexName: by_g, IndexKey: g"
    )


@pytest.mark.parametrize("before", [None, {"pk": {"S": "a"}}])
@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"g": {"S": "é" * 1024 + "a"}}, "g Actual Size: 2049 bytes Max Size: 2048"),
        ({"r": {"B": "A" * 1368}}, "r Actual Size: 1026 bytes Max Size: 1024"),
    ],
)
def test_index_keys_are_limited_in_bytes(attributes: Any, words: str, before: Any) -> None:
    check_index_keys({"g": {"S": "é" * 1024}, "r": {"B": "A" * 1364}, "n": {"N": "1" * 38}}, INDEXES, before=before)
    with pytest.raises(ValidationException) as caught:
        check_index_keys(attributes, INDEXES, before=before)
    assert caught.value.message == (
        f"One or more parameter values were invalid: Size limit exceeded for Index Key {words} bytes IndexName: by_g"
    )
    check_index_keys(attributes, INDEXES, before=attributes)


def test_an_update_is_asked_only_for_what_it_changed() -> None:
    check_index_keys({"g": {"N": "5"}}, INDEXES, before={"g": {"N": "5"}})
    with pytest.raises(EmptyKeyValue) as caught:
        check_index_keys({"g": {"S": ""}}, INDEXES, before={})
    assert caught.value.message == (
        "One or more parameter values are not valid. The update expression attempted to update a secondary index key "
        f"to a value that is not supported. {EMPTY.format('string')}"
    )
