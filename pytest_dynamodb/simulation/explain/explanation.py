"""What is said of a request: the account, hints for it, and expressions in words."""

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

# --- what is said of a request ---


@dataclass(frozen=True, slots=True)
class Explanation:
    """How DynamoDB carries a request out, and what it costs.

    ``operation``      the request's
    ``tables``         those it names
    ``index``          the index it reads; ``None`` for the table itself
    ``key_condition``  what leads it to the items, with names and values in place; "" where nothing does
    ``filter``         what is kept of the items that are evaluated, likewise; "" is all
    ``condition``      what a write asks for, likewise
    ``consistent``     whether it reads strongly consistently
    ``evaluated``      items that are read, and billed, or written
    ``filtered_out``   those of them that a filter throws away
    ``returned``       items of the answer
    ``bytes``          of the items or entries that are evaluated, as DynamoDB counts them; of a write the larger of the
                       item before and after
    ``units``          capacity units billed, by the table's name and ``table/index``
    ``is_scan``        whether it reads everything there is
    ``has_more``       whether the page ends before everything is read
    ``error``          the code and message of the error that it is; then nothing else is known
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


# --- what could be better about a request ---


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


# --- expressions with their names and values in place, for people ---

PLACEHOLDER: Final = re.compile(r"[#:][0-9A-Za-z_]+")

#: A legacy parameter in the place of an expression.
_LEGACY: Final = {
    "KeyConditionExpression": ("KeyConditions",),
    "FilterExpression": ("QueryFilter", "ScanFilter"),
    "ConditionExpression": ("Expected",),
}


def written_out(params: Mapping[str, Any], expression: str) -> str:
    """An expression of a request; "" where there is none."""
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
    """An attribute value, short."""
    ((tag, content),) = wire.items()
    if tag == "N":
        return str(content)
    if tag in ("S", "BOOL"):
        return json.dumps(content, ensure_ascii=False)
    return json.dumps(dict(wire), ensure_ascii=False)
