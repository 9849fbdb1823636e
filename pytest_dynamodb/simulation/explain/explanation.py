"""An explanation: its figures, hints on what could be better, and expressions written out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pytest_dynamodb.engine.schema import KeySchema
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.expressions import ExpressionError, nodes
from pytest_dynamodb.expressions.parser import parse_condition
from pytest_dynamodb.expressions.resolution import put_names

# --- the explanation ---


@dataclass(frozen=True, slots=True)
class Explanation:
    """How DynamoDB would carry a request out, and what it would cost.

    ``operation``      the operation's name
    ``tables``         the tables that the request names
    ``index``          the index that is read; ``None`` for the table itself
    ``key_condition``  the key condition, with names and values in place; "" if there is none
    ``filter``         the filter on the items evaluated, likewise; "" if there is none
    ``condition``      the condition of a write, likewise
    ``consistent``     whether reads are strongly consistent
    ``evaluated``      the number of items that are read (and billed) or written
    ``filtered_out``   how many of them a filter drops
    ``returned``       the number of items in the answer
    ``bytes``          the size of the items or index entries evaluated, as DynamoDB counts them; for a write, the
                       larger of the item before and after
    ``units``          capacity units billed, by the table's name and ``table/index``
    ``is_scan``        whether everything in the table or index is read
    ``has_more``       whether there are more pages
    ``error``          the code and message of the error that the request would get; then nothing else is known
    ``hints``          what could be better, a sentence each
    """

    operation: str
    tables: tuple[str, ...] = ()
    index: str | None = None
    key_condition: str = ""
    filter: str = ""
    condition: str = ""
    consistent: bool = False
    evaluated: int = 0
    filtered_out: int = 0
    returned: int = 0
    bytes: int = 0
    units: Mapping[str, float] = field(default_factory=dict)
    is_scan: bool = False
    has_more: bool = False
    error: str = ""
    hints: tuple[str, ...] = ()

    @property
    def total_units(self) -> float:
        """Capacity units of tables and indexes together."""
        return sum(self.units.values())

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        where = ", ".join(self.tables) + (f", index {self.index}" if self.index else "")
        yield f"{self.operation} on {where}" if where else self.operation
        if self.error:
            yield f"  error      {self.error}"
            return
        how = "strongly consistent" if self.consistent else ""
        yield from self._line("reads", ", ".join(filter(None, (self._reach, how))))
        yield from self._line("key", self.key_condition)
        yield from self._line("filter", self.filter)
        yield from self._line("condition", self.condition)
        counts = f"{self.evaluated} evaluated, {self.filtered_out} filtered out, {self.returned} returned"
        yield from self._line("items", f"{counts}; {self.bytes} bytes{'; there is more' if self.has_more else ''}")
        billed = " + ".join(f"{units:g} {name}" for name, units in self.units.items())
        yield from self._line("billed", f"{self.total_units:g} capacity units" + (f" ({billed})" if billed else ""))
        for hint in self.hints:
            yield from self._line("hint", hint)

    @property
    def _reach(self) -> str:
        return "everything: a scan" if self.is_scan else ""

    @staticmethod
    def _line(name: str, text: str) -> Iterator[str]:
        if text:
            yield f"  {name:<10} {text}"


# --- hints ---


def hints_of(found: Explanation, params: Mapping[str, Any], table: Table) -> tuple[str, ...]:
    """Hints on a Query or Scan of ``table``, a sentence each."""
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
    """The table or index that could be queried instead, because the filter fixes its partition key; "" if there is
    none.
    """
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
    conditions = tree.conditions if isinstance(tree, nodes.And) else (tree,)
    return {name for condition in conditions for name in _equal_name(condition)}


def _equal_name(condition: nodes.ConditionTree) -> Iterator[str]:
    if isinstance(condition, nodes.Compare) and condition.operator == "=":
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            if (
                isinstance(one, nodes.Path)
                and len(one.parts) == 1
                and isinstance(other, (nodes.Placeholder, nodes.Literal))
            ):
                (part,) = one.parts
                if isinstance(part, nodes.Name):
                    yield part.text


# --- expressions ---

PLACEHOLDER: Final = re.compile(r"[#:][0-9A-Za-z_]+")

_LEGACY: Final = {
    "KeyConditionExpression": ("KeyConditions",),
    "FilterExpression": ("QueryFilter", "ScanFilter"),
    "ConditionExpression": ("Expected",),
}
"""A legacy parameter in the place of an expression."""


def written_out(params: Mapping[str, Any], expression: str) -> str:
    """An expression parameter with names and values in place; "" if there is none."""
    text = params.get(expression)
    if not isinstance(text, str):
        given = next((params[name] for name in _LEGACY[expression] if params.get(name)), None)
        return "" if given is None else json.dumps(given, ensure_ascii=False)
    names: Mapping[str, str] = params.get("ExpressionAttributeNames") or {}
    values: Mapping[str, Any] = params.get("ExpressionAttributeValues") or {}

    def put(match: re.Match[str]) -> str:
        key = match[0]
        return names.get(key, key) if key.startswith("#") else value_text(values[key]) if key in values else key

    return PLACEHOLDER.sub(put, text)


def value_text(wire: Mapping[str, Any]) -> str:
    """An attribute value, shortened."""
    ((tag, content),) = wire.items()
    if tag == "N":
        return str(content)
    if tag in ("S", "BOOL"):
        return json.dumps(content, ensure_ascii=False)
    return json.dumps(dict(wire), ensure_ascii=False)
