"""Event patterns: what the user guide's table of operators says matches, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_dynamodb import ConfigurationError
from pytest_dynamodb.triggers.patterns import matcher_of

EVENT: dict[str, Any] = {
    "eventName": "MODIFY",
    "count": 3,
    "ratio": 0.5,
    "nothing": None,
    "empty": "",
    "flag": True,
    "tags": ["red", "Blue"],
    "lines": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}],
    "dynamodb": {"NewImage": {"status": {"S": "Shipped"}, "total": {"N": "12"}}},
}


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["MODIFY"]},
        {"eventName": ["INSERT", "MODIFY"]},
        {"eventName": ["MODIFY"], "count": [3]},
        {"nothing": [None]},
        {"empty": [""]},
        {"flag": [True]},
        {"dynamodb": {"NewImage": {"status": {"S": ["Shipped"]}}}},
        {"dynamodb": {"NewImage": {"status": {"S": [{"prefix": "Ship"}]}}}},
        {"dynamodb": {"NewImage": {"status": {"S": [{"suffix": "ped"}]}}}},
        {"dynamodb": {"NewImage": {"status": {"S": [{"prefix": {"equals-ignore-case": "SHIP"}}]}}}},
        {"dynamodb": {"NewImage": {"status": {"S": [{"suffix": {"equals-ignore-case": "PED"}}]}}}},
        {"dynamodb": {"NewImage": {"status": {"S": [{"equals-ignore-case": "sHiPpEd"}]}}}},
        {"count": [{"numeric": [">", 0, "<=", 3]}]},
        {"count": [{"numeric": ["=", 3.0]}]},
        {"ratio": [{"numeric": ["<", 1]}]},
        {"eventName": [{"anything-but": "REMOVE"}]},
        {"eventName": [{"anything-but": ["REMOVE", "INSERT"]}]},
        {"eventName": [{"exists": True}]},
        {"missing": [{"exists": False}]},
        {"dynamodb": {"OldImage": {"status": [{"exists": False}]}}},
        {"tags": ["Blue"]},
        {"lines": {"sku": ["b"]}},
        {"$or": [{"eventName": ["INSERT"]}, {"count": [3]}]},
        {"eventName": ["MODIFY"], "$or": [{"count": [4]}, {"flag": [True]}]},
    ],
)
def test_matches(pattern: dict[str, Any]) -> None:
    assert matcher_of(pattern)(EVENT)
    assert matcher_of(json.dumps(pattern))(EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["INSERT"]},
        {"eventName": ["MODIFY"], "count": [4]},
        {"missing": [None]},
        {"nothing": [{"exists": False}]},
        {"count": ["3"]},
        {"count": [3.0]},  # equality goes by the spelling
        {"flag": [1]},
        {"dynamodb": {"NewImage": {"total": {"N": [12]}}}},  # an item's number is a text in a record
        {"dynamodb": {"NewImage": {"total": {"N": [{"numeric": [">", 1]}]}}}},
        {"dynamodb": {"NewImage": {"status": [{"exists": True}]}}},  # only leaves exist
        {"missing": [{"anything-but": "a"}]},
        {"eventName": [{"anything-but": ["MODIFY"]}]},
        {"flag": [{"numeric": ["=", 1]}]},
        {"lines": {"sku": ["a"], "n": [2]}},  # of one element, both
        {"$or": [{"eventName": ["INSERT"]}, {"count": [4]}]},
    ],
)
def test_does_not_match(pattern: dict[str, Any]) -> None:
    assert not matcher_of(pattern)(EVENT)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{", "no JSON"),
        ("[]", "must be an object"),
        ({}, "at least one field"),
        ({"a": "b"}, r"the filter pattern\.a must be a list"),
        ({"a": []}, "must be a list"),
        ({"a": [["b"]]}, "a list cannot stand among the values"),
        ({"a": [{"prefix": 1}]}, r"a\.prefix takes a text"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "one operator"),
        ({"a": [{"like": "x"}]}, "'like' is no operator"),
        ({"a": [{"wildcard": "x*"}]}, "event buses only"),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, "event buses only"),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, "event buses only"),
        ({"a": [{"anything-but": []}]}, "a value or a list"),
        ({"a": [{"exists": "yes"}]}, "true or false"),
        ({"a": [{"numeric": [">"]}]}, "pairs such as"),
        ({"a": [{"numeric": ["~", 1]}]}, "pairs such as"),
        ({"a": [{"numeric": [">", "1"]}]}, "pairs such as"),
        ({"a": [{"numeric": [">", 1, "<", 2, "<", 3]}]}, "pairs such as"),
        ({"a": [{"numeric": [">", 6e9]}]}, "between -5e9 and 5e9"),
        ({"$or": [{"a": [1]}]}, "at least two"),
        ({"a": ["x" * 5000]}, "4096"),
        ({"a": [{1, 2}]}, "cannot be written as JSON"),
    ],
)
def test_what_lambda_would_not_take_is_refused_with_the_place(pattern: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        matcher_of(pattern)
