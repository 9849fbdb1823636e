"""The steps of a query and of a scan, which send nothing: written once for the blocking and the awaited builders.

What executes a builder is in ``query`` and ``scan``, and in their twins in ``aio``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import KeyChoice, RangeOperator, ReadPlan
from pytest_dynamodb.client.operations.reading import Decode
from pytest_dynamodb.expressions.builders import ConditionLike, PathLike

if TYPE_CHECKING:
    from typing_extensions import Self

DriverT = TypeVar("DriverT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, eq=False)
class ReadSteps(Generic[DriverT, ResultT]):
    """What a query and a scan have in common. Each step returns a new builder and leaves this one as it is."""

    _driver: DriverT = field(repr=False)
    _book: TableBook = field(repr=False)
    _plan: ReadPlan
    _decode: Decode[ResultT] | None = field(default=None, repr=False)
    """What is made of each item; ``None`` leaves it as it is stored."""

    def filter(self, condition: ConditionLike) -> Self:
        """Only items for which this is true; given again, only those for which all of them are.

        DynamoDB reads, and charges for, the others too.
        """
        return self._planned(self._plan.filter(condition))

    def limit(self, items: int | None) -> Self:
        """At most this many items come back, after filtering; ``None`` for all. How many are read is ``page_size``."""
        return self._planned(self._plan.at_most(items))

    def page_size(self, items: int | None) -> Self:
        """DynamoDB's ``Limit``: how many items one request reads, before filtering; ``None`` for up to 1 MB."""
        return self._planned(self._plan.in_pages_of(items))

    def consistent(self, consistent: bool = True) -> Self:
        """A strongly consistent read: it sees every write that succeeded before. Global indexes do not offer it."""
        return self._planned(replace(self._plan, consistent=consistent))

    def hydrate(self) -> Self:
        """The whole items, where an index has only some of their attributes: they are read from the table in batches.

        An item that was deleted in between is left out. Costs a read of each item besides that of the index.
        """
        return self._planned(replace(self._plan, hydrated=True))

    def _planned(self, plan: ReadPlan) -> Self:
        return type(self)(self._driver, self._book, plan, self._decode)


class OrderedSteps(ReadSteps[DriverT, ResultT]):
    """Of a query, whose items come in the order of the sort key."""

    __slots__ = ()

    def ascending(self) -> Self:
        """In the order of the sort key: the default."""
        return self._planned(replace(self._plan, descending=False))

    def descending(self) -> Self:
        """In the opposite order."""
        return self._planned(replace(self._plan, descending=True))


class StoredSteps(ReadSteps[DriverT, Item]):
    """Of a read that returns items as they are stored."""

    __slots__ = ()

    def project(self, *paths: PathLike | Iterable[PathLike]) -> Self:
        """Only these paths of each item; given again, these as well."""
        return self._planned(self._plan.project(*paths))


class QuerySteps(StoredSteps[DriverT], OrderedSteps[DriverT, Item]):
    """Of a query by the values of key attributes."""

    __slots__ = ()

    def partition_key(self, *values: object) -> Self:
        """The partition key: one value, or one for each attribute of a key of several. Or ``sharded(...)``."""
        return self._with_key(replace(self._plan.choice, partition=values))

    def sort_key_equals(self, *values: object) -> Self:
        """The sort key, or the first attributes of one of several; a range of the next one may follow."""
        return self._with_key(self._plan.choice.with_equal(values))

    def sort_key_begins_with(self, prefix: object) -> Self:
        """Sort keys that begin with this text, or these bytes."""
        return self._with_range("begins_with", prefix)

    def sort_key_between(self, low: object, high: object) -> Self:
        """Sort keys from ``low`` to ``high``, both included."""
        return self._with_range("between", low, high)

    def sort_key_less_than(self, value: object) -> Self:
        """Sort keys less than this."""
        return self._with_range("<", value)

    def sort_key_at_most(self, value: object) -> Self:
        """Sort keys less than or equal to this."""
        return self._with_range("<=", value)

    def sort_key_greater_than(self, value: object) -> Self:
        """Sort keys greater than this."""
        return self._with_range(">", value)

    def sort_key_at_least(self, value: object) -> Self:
        """Sort keys greater than or equal to this."""
        return self._with_range(">=", value)

    def _with_key(self, key: KeyChoice) -> Self:
        return self._planned(replace(self._plan, key=key))

    def _with_range(self, operator: RangeOperator, *values: object) -> Self:
        return self._with_key(self._plan.choice.with_range(operator, *values))


class ScanSteps(StoredSteps[DriverT]):
    """Of a scan."""

    __slots__ = ()

    def segment(self, number: int, of: int) -> Self:
        """Only segment ``number``, from 0, of ``of``: for several machines that share a scan."""
        return self._planned(self._plan.of_segment(number, of))
