"""What could be better about a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_dynamodb.engine.explain.explanation import Explanation
from pytest_dynamodb.engine.schema import KeySchema
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.expressions import ExpressionError
from pytest_dynamodb.expressions.nodes import And, Compare, Condition, Literal, Name, Path, Placeholder
from pytest_dynamodb.expressions.parser import parse_condition
from pytest_dynamodb.expressions.resolution import put_names


def hints_of(found: Explanation, params: Mapping[str, Any], table: Table) -> tuple[str, ...]:
    """Sentences about a Query or Scan of ``table``."""
    return tuple(_hints(found, params, table))


def _hints(found: Explanation, params: Mapping[str, Any], table: Table) -> Iterator[str]:
    if found.is_scan:
        better = _queryable(params, table)
        yield (
            f"a Query of {better} finds the same items and is billed for these only"
            if better
            else "a Scan is billed for all it reads, filtered out or not; a key or an index would lead to the items"
        )
    elif found.evaluated and found.filtered_out * 2 >= found.evaluated:
        yield "the filter throws away most of what is billed; a sort key or an index on what it asks for would not"
    if found.filter and params.get("Limit") is not None:
        yield "Limit counts items before the filter: a page may hold fewer than there are, or none"
    if found.has_more:
        yield "there are more pages: go on with LastEvaluatedKey"
    if found.index and any(name in found.tables and units for name, units in found.units.items()):
        yield f"{found.index} does not hold all that is asked for, so each item is fetched from the table and billed"
    if found.consistent and found.total_units > 1:
        yield "ConsistentRead doubles the price"


def _queryable(params: Mapping[str, Any], table: Table) -> str:
    """What could be queried, as the filter has what its key needs; "" if nothing can."""
    equal = _equal_names(params)
    keys: dict[str, KeySchema] = {"the table": table.keys}
    keys |= {f"the index {index.name}": index.schema.keys for index in table.global_indexes}
    return next((name for name, schema in keys.items() if {part for part, _ in schema.hash} <= equal), "")


def _equal_names(params: Mapping[str, Any]) -> set[str]:
    text = params.get("FilterExpression")
    if not isinstance(text, str):
        legacy = params.get("ScanFilter") or {}
        return {name for name, condition in legacy.items() if condition.get("ComparisonOperator") == "EQ"}
    try:
        tree = put_names(parse_condition(text), params.get("ExpressionAttributeNames") or {})
    except ExpressionError:
        return set()
    conditions = tree.conditions if isinstance(tree, And) else (tree,)
    return {name for condition in conditions for name in _equal_name(condition)}


def _equal_name(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Compare) and condition.operator == "=":
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            if isinstance(one, Path) and len(one.parts) == 1 and isinstance(other, (Placeholder, Literal)):
                (part,) = one.parts
                if isinstance(part, Name):
                    yield part.text
