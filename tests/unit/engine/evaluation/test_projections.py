"""What a projection leaves of an item (dynamodb-conformance, tier1/getItem/projection)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.evaluation.paths import compile_projection
from pytest_dynamodb.expressions import parse_projection

ITEM: dict[str, Any] = {
    "pk": {"S": "p"},
    "m": {"M": {"a": {"S": "x"}, "b": {"M": {"c": {"N": "1"}, "d": {"N": "2"}}}}},
    "l": {"L": [{"S": "0"}, {"S": "1"}, {"M": {"x": {"S": "2x"}, "y": {"S": "2y"}}}, {"S": "3"}]},
    "s": {"SS": ["a"]},
}


def projected(text: str) -> dict[str, Any]:
    return compile_projection(parse_projection(text))(ITEM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pk, s", {"pk": {"S": "p"}, "s": {"SS": ["a"]}}),
        ("pk, missing", {"pk": {"S": "p"}}),
        ("missing", {}),
        ("m.a", {"m": {"M": {"a": {"S": "x"}}}}),
        ("m.a, m.b.c", {"m": {"M": {"a": {"S": "x"}, "b": {"M": {"c": {"N": "1"}}}}}}),
        ("l[3], l[0]", {"l": {"L": [{"S": "0"}, {"S": "3"}]}}),
        ("l[2].y", {"l": {"L": [{"M": {"y": {"S": "2y"}}}]}}),
        ("l[2].y, l[1], pk", {"pk": {"S": "p"}, "l": {"L": [{"S": "1"}, {"M": {"y": {"S": "2y"}}}]}}),
        ("l[9], m.z, m.b.z, pk.a, s[0]", {}),
        ("m.b", {"m": {"M": {"b": {"M": {"c": {"N": "1"}, "d": {"N": "2"}}}}}}),
    ],
)
def test_leaves_what_the_paths_name(text: str, expected: dict[str, Any]) -> None:
    assert projected(text) == expected


@pytest.mark.parametrize("text", ["l.a", "m[0]", "pk[0]"])
def test_a_step_of_the_wrong_kind_leads_nowhere(text: str) -> None:
    assert projected(text) == {}


def test_names_alone_are_whole_names() -> None:
    """AttributesToGet knows no paths."""
    item: dict[str, Any] = {"a.b": {"S": "x"}, "a": {"M": {"b": {"S": "y"}}}}
    assert compile_projection(("a.b", "c"))(item) == {"a.b": {"S": "x"}}


def test_whole_values_are_shared_with_the_item() -> None:
    assert projected("m")["m"] is ITEM["m"]
