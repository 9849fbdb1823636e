"""What UpdateItem's statement counts as (dynamodb-conformance, limits/itemSizeBySurface, 2026-10-09)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.evaluation.charges import charge, may_matter
from pytest_dynamodb.expressions import parse_update, resolve

VALUES: dict[str, dict[str, Any]] = {
    ":s": {"S": "y" * 10},
    ":n": {"N": "1"},
    ":l": {"L": [{"S": "y" * 10}]},
    ":m": {"M": {"ab": {"S": "y" * 10}}},
    ":t": {"SS": ["p", "qqqq"]},
}


def charged(text: str, names: dict[str, str] | None = None) -> int:
    tree = parse_update(text)
    return charge(resolve(tree, names or {}, VALUES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SET b = :s", 19 + 1 + 10),
        ("SET b = :m", 19 + 1 + 3 + 1 + 2 + 10),
        ("SET bb.leaf = :s", 19 + 2 + 4 + 4 + 10),
        ("SET bb[10] = :s", 19 + 2 + 4 + 2 + 10),
        ("SET c = abcdefghij", 19 + 1 + 1 + 14 + 10),
        ("SET c = m.a.zz", 19 + 1 + 1 + 3 * 14 + 4),
        ("SET c = l[10]", 19 + 1 + 1 + 2 * 14 + 3),
        ("SET n = n + :n", 19 + 1 + 34 + 16 + 2),
        ("SET n = n - :n", 19 + 1 + 37 + 16 + 2),
        ("SET c = if_not_exists(c, :s)", 19 + 1 + 39 + 16 + 10),
        ("SET l = list_append(l, :l)", 19 + 1 + 37 + 16 + 14),
        ("SET l = list_append(if_not_exists(l, :l), :l)", 19 + 1 + 37 + 39 + 16 + 14 + 14),
        ("ADD abc :n", 19 + 3 + 2),
        ("ADD ss :t", 19 + 2 + 5),
        ("REMOVE abc", 1 + 3),
        ("REMOVE m.yyy, l[10]", 1 + 1 + 4 + 3 + 1 + 1 + 4 + 2),
        ("DELETE abc :t", 1 + 3),
    ],
)
def test_a_clause_is_charged_for_what_it_writes_and_names(text: str, expected: int) -> None:
    assert charged(text) == 3 + expected


def test_clauses_add_up_and_aliases_count_as_what_they_stand_for() -> None:
    assert charged("SET #long = :s REMOVE c", {"#long": "é"}) == 3 + 19 + 2 + 10 + 2


@pytest.mark.parametrize(
    ("changed", "matters"),
    [
        ({}, False),
        ({"UpdateExpression": "SET " + ", ".join(f"a{i} = :v" for i in range(40))}, True),
        ({"ExpressionAttributeNames": {"#a": "n" * 300}}, True),
        ({"ExpressionAttributeValues": {":v": {"S": "v" * 300}}}, True),
        ({"ExpressionAttributeValues": {":v": {"L": []}}}, True),
    ],
)
def test_only_long_statements_need_their_charge_added_up(changed: dict[str, Any], matters: bool) -> None:
    params = {"UpdateExpression": "SET #a = :v", "ExpressionAttributeValues": {":v": {"S": "v"}}, **changed}
    assert may_matter(params) is matters
