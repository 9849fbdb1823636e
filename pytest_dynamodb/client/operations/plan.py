"""What a query or a scan asks for, as its builder collects it, and the request for that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.calls import ApiCall, Item
from pytest_dynamodb.client.operations.keys import KeyNames, TableBook
from pytest_dynamodb.client.page import Binding, Position
from pytest_dynamodb.client.sharding import Sharded
from pytest_dynamodb.client.steps import Steps
from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import Condition, ConditionLike, ExpressionMisuse, PathLike, as_condition
from pytest_dynamodb.expressions.canonical import canonical_params
from pytest_dynamodb.expressions.nodes import Literal as Value
from pytest_dynamodb.expressions.rendering import expression_params
from pytest_dynamodb.expressions.updates import as_projection
from pytest_dynamodb.values import from_wire_item, to_wire, to_wire_item

RangeOperator = Literal["<", "<=", ">", ">=", "between", "begins_with"]


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """Which keys a query is about: all partition key values, and of the sort key some of the first, and one range."""

    partition: tuple[object, ...] = ()
    equal: tuple[object, ...] = ()
    range: tuple[RangeOperator, tuple[object, ...]] | None = None

    @property
    def shards(self) -> Sharded | None:
        """The sharded key, where there is one."""
        (first, *others) = self.partition or (None,)
        return first if isinstance(first, Sharded) and not others else None

    def with_equal(self, values: tuple[object, ...]) -> KeyChoice:
        """With these values of the first sort key attributes. Raises ``ExpressionMisuse``."""
        if self.equal or self.range or not values:
            raise ExpressionMisuse("sort_key_equals() is given once, before any range, with one value or more")
        return replace(self, equal=values)

    def with_range(self, operator: RangeOperator, *values: object) -> KeyChoice:
        """With this range of the next sort key attribute. Raises ``ExpressionMisuse`` for a second range."""
        if self.range:
            raise ExpressionMisuse("a query takes one range of its sort key; filter() by any other")
        return replace(self, range=(operator, values))

    def condition(self, names: KeyNames, of: str) -> Condition:
        """The key condition. Raises ``ExpressionMisuse`` where it does not fit the key; ``of`` says whose that is."""
        if len(self.partition) != len(names.partition):
            raise ExpressionMisuse(
                f"the partition key of {of} is {', '.join(names.partition)}: partition_key() takes "
                f"{len(names.partition)} value(s), not {len(self.partition)}"
            )
        if len(self.equal) + bool(self.range) > len(names.sort):
            raise ExpressionMisuse(f"the sort key of {of} is {', '.join(names.sort) or 'none'}: that is fewer values")
        whole = None
        for name, value in zip(names.all, self.partition + self.equal, strict=False):
            term = Condition(nodes.Compare("=", _path(name), Value(to_wire(value))))
            whole = term if whole is None else whole & term
        if self.range:
            whole = whole & self._range(names.sort[len(self.equal)]) if whole is not None else None
        if whole is None:
            raise ExpressionMisuse("a query needs partition_key(...)")
        return whole

    def _range(self, name: str) -> Condition:
        operator, values = self.range or ("=", ())
        wires = [Value(to_wire(value)) for value in values]
        if operator == "between":
            return Condition(nodes.Between(_path(name), *wires))
        if operator == "begins_with":
            return Condition(nodes.Function("begins_with", (_path(name), *wires)))
        comparator: nodes.Comparator = operator
        return Condition(nodes.Compare(comparator, _path(name), *wires))

    def named(self, names: KeyNames) -> dict[str, object]:
        """The values by their attributes' names."""
        return dict(zip(names.all, self.partition + self.equal, strict=False))


def _path(name: str) -> nodes.Path:
    return nodes.Path((nodes.Name(name),))


@dataclass(frozen=True, slots=True)
class ItemTest:
    """Whether an item is shown, where DynamoDB cannot be asked: of a part of a key, say, by which no filter may go.

    ``needs`` are the attributes that it looks at, whatever the projection; ``says`` tells tests apart, for cursors.
    ``stored`` takes the place of ``passes`` where items are shown as they are stored.
    """

    says: str
    needs: tuple[str, ...]
    passes: Callable[[Item], bool]
    stored: Callable[[Item], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlan:
    """A query, or a scan where ``key`` is ``None``."""

    table: str
    index: str | None = None
    key: KeyChoice | None = None
    filtered_by: Condition | None = None
    sparse: bool = False
    """Whether a filter is the caller's, of which nobody knows how much it leaves. That of a model leaves most."""
    passing_filter: Condition | None = None
    """A filter that is another one each time, such as by what has expired by now: no part of what a cursor belongs
    to."""
    tests: tuple[ItemTest, ...] = ()
    """What items have to pass besides, once they are here."""
    projection: nodes.ProjectionTree | None = None
    descending: bool = False
    consistent: bool = False
    hydrated: bool = False
    """Whether the whole items are read from the table, as an index does not have them."""
    limit: int | None = None
    page_size: int | None = None
    segment: tuple[int, int] | None = None

    @classmethod
    def of(cls, table: str, index: str | None, key: KeyChoice | None = None) -> ReadPlan:
        """The plan to read a table, or an index of it. Raises ``ConfigurationError`` for what is no index's name."""
        return cls(table=table, index=arguments.optional_text("an index", index), key=key)

    @property
    def operation(self) -> str:
        return "Scan" if self.key is None else "Query"

    @property
    def choice(self) -> KeyChoice:
        return self.key or KeyChoice()

    def of_segment(self, number: int, of: int) -> ReadPlan:
        """The plan for one segment of the table. Raises ``ConfigurationError``."""
        given: Any = number
        check_segments(of)
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= number < of:
            raise ConfigurationError(f"segments of {of} are numbered 0 to {of - 1}, not {quoted(number)}")
        return replace(self, segment=(number, of))

    def filter(self, condition: ConditionLike) -> ReadPlan:
        return replace(self.shown_by(condition), sparse=True)

    def shown_by(self, condition: ConditionLike) -> ReadPlan:
        """With a filter that most of what is read is expected to pass."""
        more = Condition(as_condition(condition, expression="FilterExpression"))
        return replace(self, filtered_by=more if self.filtered_by is None else self.filtered_by & more)

    def tested(self, test: ItemTest) -> ReadPlan:
        return replace(self, tests=(*self.tests, test))

    def as_stored(self) -> ReadPlan:
        """The plan of a read that shows items as they are stored."""
        return replace(self, tests=tuple(replace(test, passes=test.stored or test.passes) for test in self.tests))

    def counting(self) -> ReadPlan:
        """The plan of a count: it reads no attribute but what its tests need."""
        needs = dict.fromkeys(name for test in self.tests for name in test.needs)
        projection = nodes.ProjectionTree(tuple(map(_path, needs))) if needs else None
        return replace(self, projection=projection)

    def project(self, *paths: PathLike | Iterable[PathLike]) -> ReadPlan:
        """The plan with these paths in its projection, too."""
        listed = [path for given in paths for path in _listed(given)]
        added = as_projection(listed).paths
        before = () if self.projection is None else self.projection.paths
        return replace(self, projection=nodes.ProjectionTree(tuple(dict.fromkeys(before + added))))

    def at_most(self, limit: int | None) -> ReadPlan:
        return replace(self, limit=arguments.items("limit", limit))

    def in_pages_of(self, size: int | None) -> ReadPlan:
        return replace(self, page_size=arguments.items("page_size", size))

    def request(self, names: KeyNames | None, extra: Iterable[str] = ()) -> dict[str, Any]:
        """What is sent, but for where it begins and how much is read. ``extra`` are attributes to be read as well."""
        params: dict[str, Any] = {"TableName": self.table}
        if self.index is not None:
            params["IndexName"] = self.index
        params.update(expression_params(**self._conditions(names), projection=self._projection(extra)))
        if self.descending:
            params["ScanIndexForward"] = False
        if self.consistent and not self.hydrated:
            params["ConsistentRead"] = True
        if self.segment is not None:
            params["Segment"], params["TotalSegments"] = self.segment
        params["ReturnConsumedCapacity"] = "TOTAL"
        return params

    def binding(self, names: KeyNames | None, parts: int = 1) -> Binding:
        """What its cursors belong to: not the page size, the limit or the projection, which may change on the way."""
        lasting: dict[str, Any] = {**self._conditions(names), "filtered_by": self.filtered_by}
        conditions = canonical_params(self.operation, expression_params(**lasting))
        tests = [test.says for test in self.tests]
        query = json.dumps([self.operation, conditions, self.descending, self.segment, *tests], sort_keys=True)
        return Binding(self.table, self.index, query, parts)

    @property
    def filters(self) -> bool:
        """Whether fewer items come back than are read."""
        return bool(self.tests) or self._filter() is not None

    def _filter(self) -> Condition | None:
        if self.filtered_by is None or self.passing_filter is None:
            return self.passing_filter if self.filtered_by is None else self.filtered_by
        return self.filtered_by & self.passing_filter

    def _conditions(self, names: KeyNames | None) -> dict[str, Any]:
        conditions: dict[str, Any] = {"filtered_by": self._filter()}
        if self.key is not None and names is not None:
            whose = self.table if self.index is None else f"{self.table}/{self.index}"
            conditions["key_condition"] = self.key.condition(names, whose)
        return conditions

    def _projection(self, extra: Iterable[str]) -> nodes.ProjectionTree | None:
        if self.projection is None or self.hydrated:
            return None
        return nodes.ProjectionTree((*self.projection.paths, *map(_path, self.added(extra))))

    def added(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these attributes that its projection leaves out."""
        if self.projection is None or self.hydrated:
            return ()
        whole = {path.parts[0].text for path in self.projection.paths if isinstance(path.parts[0], nodes.Name)}
        return tuple(name for name in names if name not in whole)

    def parts(self) -> list[ReadPlan]:
        """The queries that it is made of: one of each shard, or itself."""
        shards = self.choice.shards
        return [self] if shards is None else [self.of_shard(key) for key in shards.keys]

    def of_shard(self, value: str) -> ReadPlan:
        return replace(self, key=replace(self.choice, partition=(value,)))


SPARSE = 100
"""Items that the first request reads at least, for a few that pass a filter."""
GROWTH = 4
"""How many times as many items the next request reads, where too few have passed."""
LARGEST = 10_000
"""The largest ``Limit`` that is sent; beyond it, a request reads its 1 MB."""


def _listed(given: PathLike | Iterable[PathLike]) -> Iterable[PathLike]:
    if isinstance(given, (list, tuple, set, frozenset)):
        return given
    return (cast("PathLike", given),)


def check_segments(segments: int) -> int:
    """``segments``, if a scan can have as many. Raises ``ConfigurationError``. (API reference, Scan: TotalSegments.)"""
    return arguments.whole("a scan has 1 to 1,000,000 segments", segments, most=1_000_000)


def position_of(item: Mapping[str, Any], names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The key of an item, in wire form."""
    return {name: to_wire(item[name]) for name in names}


# --- sources ---
# One stretch of items to be read from its beginning to its end: a query, a scan, a segment, a shard.


@dataclass(frozen=True, slots=True)
class PageAnswer:
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

    def call(
        self, position: Position, most: int | None = None, *, rounds: int = 0, counting: bool = False
    ) -> ApiCall[PageAnswer]:
        """The request for what comes next. ``most`` is how many items are still wanted, after so many ``rounds``."""
        params = dict(self.params)
        if isinstance(position, dict):
            params["ExclusiveStartKey"] = position
        size = self.size(most, rounds)
        if size is not None:
            params["Limit"] = size
        if counting and not self.plan.tests:
            params["Select"] = "COUNT"
        return ApiCall(self.plan.operation, params, self._shown if self.plan.tests else _answer)

    def _shown(self, answer: Mapping[str, Any]) -> PageAnswer:
        """The answer with the items that pass the plan's tests."""
        found = _answer(answer)
        items = [item for item in found.items if all(test.passes(item) for test in self.plan.tests)]
        return replace(found, items=items, count=len(items))

    def size(self, most: int | None, rounds: int = 0) -> int | None:
        """How many items DynamoDB shall read.

        With a filter nobody knows how many of them are wanted: as many as are left, at first, and from request to
        request more, so that little is read for one item and few requests are made for one that is far away.
        """
        if most is not None and self.plan.filters:
            grown: int = max(most, SPARSE if self.plan.sparse else 1) * GROWTH**rounds
            most = None if grown > LARGEST else grown
        sizes = [size for size in (self.plan.page_size, most) if size is not None]
        return min(sizes, default=None)

    def segment(self, number: int, segments: int) -> ReadSource:
        return replace(self, params={**self.params, "Segment": number, "TotalSegments": segments})

    def cut(self, answer: PageAnswer, most: int | None) -> PageAnswer:
        """The answer cut to ``most`` items; its position is then that of the last one."""
        if most is None or len(answer.items) <= most:
            return answer
        items = answer.items[:most]
        return PageAnswer(items, position_of(items[-1], self.key), answer.scanned, answer.count, answer.capacity)

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
    read = tuple(dict.fromkeys((*key, *(name for test in plan.tests for name in test.needs))))
    return ReadSource(plan=plan, params=plan.request(names, read), names=names, key=key, hidden=plan.added(read))


def _answer(answer: Mapping[str, Any]) -> PageAnswer:
    last = answer.get("LastEvaluatedKey")
    capacity = answer.get("ConsumedCapacity") or {}
    return PageAnswer(
        items=[from_wire_item(item) for item in answer.get("Items") or ()],
        # Once through Python, as botocore gives binary keys as bytes.
        position=to_wire_item(from_wire_item(last)) if last else "end",
        scanned=answer.get("ScannedCount", 0),
        count=answer.get("Count", 0),
        capacity=capacity.get("CapacityUnits"),
    )
