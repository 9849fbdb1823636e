"""AttributeUpdates (dynalite's suite, test/updateItem; dynamodb-conformance, tier3/legacy-api/attributeUpdates)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.evaluation.updates import LEGACY_MISMATCH, Updated, compile_update
from pytest_dynamodb.engine.legacy import attribute_updates
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.validation.wording import CLASSIC
from pytest_dynamodb.errors import ValidationException

INVALID = "One or more parameter values were invalid: "
KEY: dict[str, Any] = {"pk": {"S": "p"}}
ITEM: dict[str, Any] = {**KEY, "n": {"N": "10"}, "s": {"SS": ["a", "b"]}, "l": {"L": [{"S": "a"}]}, "x": {"S": "x"}}


def updated(updates: dict[str, Any], item: dict[str, Any] | None) -> Updated:
    tree = attribute_updates({"AttributeUpdates": updates}, CLASSIC)
    assert tree is not None
    return compile_update(tree, mismatch=LEGACY_MISMATCH).apply(item, KEY)


def refusal(update: dict[str, Any], item: dict[str, Any] | None = None, name: str = "a") -> str:
    with pytest.raises(ValidationException) as caught:
        updated({name: update}, item)
    return caught.value.message


def test_no_updates_are_no_update() -> None:
    assert attribute_updates({}, CLASSIC) is None
    assert attribute_updates({"AttributeUpdates": {}}, CLASSIC) is None


def test_every_action_changes_what_is_there() -> None:
    updates = {
        "new": {"Value": {"S": "v"}},
        "x": {"Action": "DELETE"},
        "n": {"Action": "ADD", "Value": {"N": "5"}},
        "s": {"Action": "DELETE", "Value": {"SS": ["a"]}},
        "l": {"Action": "ADD", "Value": {"L": [{"S": "b"}]}},
    }
    assert updated(updates, ITEM).attributes == {
        **KEY,
        "new": {"S": "v"},
        "n": {"N": "15"},
        "s": {"SS": ["b"]},
        "l": {"L": [{"S": "a"}, {"S": "b"}]},
    }


def test_of_a_missing_item_only_what_adds_something_is_done() -> None:
    result = updated(
        {
            "b": {"Action": "DELETE"},
            "c": {"Action": "DELETE", "Value": {"SS": ["a", "b"]}},
            "d": {"Action": "ADD", "Value": {"N": "5"}},
            "e": {"Action": "ADD", "Value": {"SS": ["a", "b"]}},
            "f": {"Action": "ADD", "Value": {"L": [{"S": "a"}, {"N": "1"}]}},
        },
        None,
    )
    added = {"d": {"N": "5"}, "e": {"SS": ["a", "b"]}, "f": {"L": [{"S": "a"}, {"N": "1"}]}}
    assert result.attributes == {**KEY, **added}
    assert result.updated_new() == added


@pytest.mark.parametrize(
    ("name", "action", "value"),
    [
        ("s", "DELETE", {"NS": ["1"]}),
        ("n", "DELETE", {"NS": ["1"]}),
        ("s", "ADD", {"NS": ["1"]}),
        ("s", "ADD", {"N": "1"}),
        ("s", "ADD", {"L": []}),
    ],
)
def test_another_type_is_refused(name: str, action: str, value: dict[str, Any]) -> None:
    assert refusal({"Action": action, "Value": value}, ITEM, name) == "Type mismatch for attribute to update"


@pytest.mark.parametrize("action", [None, "PUT", "ADD"])
def test_only_delete_needs_no_value(action: str | None) -> None:
    expected = INVALID + "Only DELETE action is allowed when no attribute value is specified"
    assert refusal({} if action is None else {"Action": action}) == expected


@pytest.mark.parametrize("value", [{"S": "1"}, {"N": "1"}, {"B": "Yg=="}, {"BOOL": True}, {"L": []}, {"M": {}}])
def test_delete_takes_sets(value: dict[str, Any]) -> None:
    (tag,) = value
    expected = f"{INVALID}DELETE action with value is not supported for the type {tag}"
    assert refusal({"Action": "DELETE", "Value": value}) == expected


@pytest.mark.parametrize("value", [{"S": "1"}, {"B": "Yg=="}, {"NULL": True}, {"BOOL": True}, {"M": {}}])
def test_add_takes_numbers_sets_and_lists(value: dict[str, Any]) -> None:
    (tag,) = value
    assert refusal({"Action": "ADD", "Value": value}) == f"{INVALID}ADD action is not supported for the type {tag}"


def test_bad_values_are_enveloped_in_the_newer_dialect() -> None:
    params = {"AttributeUpdates": {"n": {"Value": {"N": "abc"}}}}
    with pytest.raises(ValidationException) as caught:
        attribute_updates(params, surface_of("UpdateItem"))
    expected = "1 validation error detected: The parameter cannot be converted to a numeric value: abc"
    assert caught.value.message == expected
