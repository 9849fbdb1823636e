"""One stretch of items to be read from its beginning to its end: a query, a scan, a segment, a shard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pytest_dynamodb.client.calls import ApiCall, Item
from pytest_dynamodb.client.cursor import Position
from pytest_dynamodb.client.operations.keys import KeyNames, TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan, position_of
from pytest_dynamodb.client.steps import Steps
from pytest_dynamodb.values import from_wire_item, to_wire_item


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request has brought. ``position`` is where the next one begins."""

    items: list[Item]
    position: Position
    scanned: int = 0
    count: int = 0
    capacity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSource:
    """How to read on from any position.

    ``names`` are those of the key to query by; ``key`` all attributes that make a position, where one may have to be
    made of an item; ``hidden`` those that are only read for that.
    """

    plan: ReadPlan
    params: Mapping[str, Any]
    names: KeyNames | None = None
    key: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def call(self, position: Position, most: int | None = None, *, counting: bool = False) -> ApiCall[Answer]:
        """The request for what comes next. ``most`` is how many items are still wanted."""
        params = dict(self.params)
        if isinstance(position, dict):
            params["ExclusiveStartKey"] = position
        size = self.size(most)
        if size is not None:
            params["Limit"] = size
        if counting:
            params["Select"] = "COUNT"
        return ApiCall(self.plan.operation, params, _answer)

    def size(self, most: int | None) -> int | None:
        """How many items DynamoDB shall read: with a filter nobody knows how many of them are wanted."""
        sizes = [self.plan.page_size, None if self.plan.filters else most]
        return min((size for size in sizes if size is not None), default=None)

    def segment(self, number: int, segments: int) -> ReadSource:
        return replace(self, params={**self.params, "Segment": number, "TotalSegments": segments})

    def cut(self, answer: Answer, most: int | None) -> Answer:
        """The answer cut to ``most`` items; its position is then that of the last one."""
        if most is None or len(answer.items) <= most:
            return answer
        items = answer.items[:most]
        return Answer(items, position_of(items[-1], self.key), answer.scanned, answer.count, answer.capacity)

    def shown(self, items: list[Item]) -> list[Item]:
        """The items without attributes that were read for positions alone."""
        for item in items if self.hidden else ():
            for name in self.hidden:
                item.pop(name, None)
        return items


def prepared(book: TableBook, plan: ReadPlan, *, positions: bool = False) -> Steps[ReadSource]:
    """The source of a plan. ``positions``: one may have to be made of any item, whatever the plan says."""
    names = None
    key: tuple[str, ...] = ()
    if plan.key is not None:
        names = yield from book.names(plan.table, plan.index)
    if positions or (plan.limit is not None and plan.filters):
        key = (yield from book.names(plan.table)).all
        if plan.index is not None:
            key = tuple(dict.fromkeys((*key, *(yield from book.names(plan.table, plan.index)).all)))
    hidden = plan.added(key)
    return ReadSource(plan=plan, params=plan.request(names, key), names=names, key=key, hidden=hidden)


def _answer(answer: Mapping[str, Any]) -> Answer:
    last = answer.get("LastEvaluatedKey")
    capacity = answer.get("ConsumedCapacity") or {}
    return Answer(
        items=[from_wire_item(item) for item in answer.get("Items") or ()],
        # Once through Python, as botocore gives binary keys as bytes.
        position=to_wire_item(from_wire_item(last)) if last else "end",
        scanned=answer.get("ScannedCount", 0),
        count=answer.get("Count", 0),
        capacity=capacity.get("CapacityUnits"),
    )
