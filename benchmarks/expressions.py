"""What reading an expression and forming a request's key cost: ``python benchmarks/expressions.py``.

Prints microseconds a call, the best of several rounds, and what is aimed at.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

from pytest_dynamodb.expressions import canonical_params, compile_expression, parse_condition
from pytest_dynamodb.expressions.parser import read

CONDITION = "attribute_exists(pk) AND #s IN (:a, :b) AND (amount > :t OR size(tags) < :n)"
VALUES: dict[str, Any] = {":a": {"S": "NEW"}, ":b": {"S": "OLD"}, ":t": {"N": "3.0"}, ":n": {"N": "9"}}

GET_ITEM = {"TableName": "app", "Key": {"pk": {"S": "USER#1"}}}
QUERY = {
    "TableName": "app",
    "KeyConditionExpression": "pk = :k AND begins_with(#s, :p)",
    "FilterExpression": "#st IN (:a, :b) AND amount > :t",
    "ExpressionAttributeNames": {"#s": "sk", "#st": "status"},
    "ExpressionAttributeValues": {":k": {"S": "USER#1"}, ":p": {"S": "ORDER#"}, **VALUES},
}
del QUERY["ExpressionAttributeValues"][":n"]  # type: ignore[attr-defined]  # the one that no expression here uses
UPDATE_ITEM = {
    "TableName": "app",
    "Key": {"pk": {"S": "USER#1"}},
    "UpdateExpression": "SET #a = :a, n = n + :n REMOVE x",
    "ConditionExpression": "version = :v",
    "ExpressionAttributeNames": {"#a": "a"},
    "ExpressionAttributeValues": {
        ":a": {"M": {"x": {"N": "1"}, "y": {"SS": ["b", "a"]}}},
        ":n": {"N": "1"},
        ":v": {"N": "3"},
    },
}
PUT_ITEM = {
    "TableName": "app",
    "Item": {f"attribute_{number}": {"N": str(number)} if number % 3 else {"S": str(number)} for number in range(20)},
}


def cold() -> None:
    read.cache_clear()
    parse_condition(CONDITION)


CASES: list[tuple[str, Callable[[], object], float]] = [
    (f"parse, {len(CONDITION)} characters, cold", cold, 60),
    (f"parse, {len(CONDITION)} characters, cached", lambda: parse_condition(CONDITION), 2),
    (
        "parse (cached), resolve, check",
        lambda: compile_expression("FilterExpression", CONDITION, {"#s": "s"}, VALUES),
        0,
    ),
    ("canonical GetItem, one key", lambda: canonical_params("GetItem", GET_ITEM), 5),
    ("canonical Query, key condition and filter", lambda: canonical_params("Query", QUERY), 25),
    ("canonical UpdateItem, update and condition", lambda: canonical_params("UpdateItem", UPDATE_ITEM), 0),
    ("canonical PutItem, 20 attributes", lambda: canonical_params("PutItem", PUT_ITEM), 0),
]


def main() -> None:
    for title, work, aim in CASES:
        calls = 2000
        best = min(timeit.repeat(work, number=calls, repeat=7)) / calls * 1e6
        print(f"{title:45}{best:8.2f} µs" + (f"   (aim: {aim:g} µs)" if aim else ""))


if __name__ == "__main__":
    main()
