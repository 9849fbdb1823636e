"""``TypedQuery``: a query or a scan of typed items, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.models.choosing import Bound, Choice, named
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.reads import Read, as_it_is, reader
from pytest_dynamodb.client.operations import reading
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan
from pytest_dynamodb.client.page import Page
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.expressions.buildable import PathLike
from pytest_dynamodb.expressions.conditions import ConditionLike

PartT = TypeVar("PartT", bound=BaseModel)
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, eq=False)
class TypedQuery(Generic[ResultT]):
    """A query or a scan of typed items. Immutable: each step returns a new one."""

    _driver: SyncDriver = field(repr=False)
    _book: TableBook = field(repr=False)
    _plan: ReadPlan
    _read: Read = field(repr=False)
    _codec: Codec[Any] | None = field(default=None, repr=False)
    _choice: Choice | None = field(default=None, repr=False)

    def sort_key_begins_with(
        self, prefix: Mapping[str, object] | None = None, /, **field: object
    ) -> TypedQuery[ResultT]:
        """Items whose next field of the sort key begins with this text: ``.sort_key_begins_with(order_id="2024")``."""
        return self._bounded("begins_with", {**named(prefix), **field})

    def sort_key_between(self, low: Mapping[str, object], high: Mapping[str, object]) -> TypedQuery[ResultT]:
        """From ``low`` to ``high``, both included: ``.sort_key_between({"placed": monday}, {"placed": friday})``."""
        return self._bounded("between", low, high)

    def sort_key_less_than(self, value: Mapping[str, object] | None = None, /, **field: object) -> TypedQuery[ResultT]:
        """Items whose next field of the sort key is less than this: ``.sort_key_less_than(placed=monday)``."""
        return self._bounded("less_than", {**named(value), **field})

    def sort_key_at_most(self, value: Mapping[str, object] | None = None, /, **field: object) -> TypedQuery[ResultT]:
        """Items whose next field of the sort key is less than or equal to this."""
        return self._bounded("at_most", {**named(value), **field})

    def sort_key_greater_than(
        self, value: Mapping[str, object] | None = None, /, **field: object
    ) -> TypedQuery[ResultT]:
        """Items whose next field of the sort key is greater than this."""
        return self._bounded("greater_than", {**named(value), **field})

    def sort_key_at_least(self, value: Mapping[str, object] | None = None, /, **field: object) -> TypedQuery[ResultT]:
        """Items whose next field of the sort key is greater than or equal to this."""
        return self._bounded("at_least", {**named(value), **field})

    def filter(self, condition: ConditionLike) -> TypedQuery[ResultT]:
        """Only items of which this is true of their attributes; given again, only if all of them are."""
        return replace(self, _plan=self._plan.filter(condition))

    def ascending(self) -> TypedQuery[ResultT]:
        """In the order of the sort key, which is how it is without this."""
        return replace(self, _plan=replace(self._plan, descending=False))

    def descending(self) -> TypedQuery[ResultT]:
        """In the opposite order."""
        return replace(self, _plan=replace(self._plan, descending=True))

    def limit(self, items: int | None) -> TypedQuery[ResultT]:
        """At most this many items come back, after filtering; ``None`` for all."""
        return replace(self, _plan=self._plan.at_most(items))

    def page_size(self, items: int | None) -> TypedQuery[ResultT]:
        """DynamoDB's ``Limit``: how many items one request reads, before filtering."""
        return replace(self, _plan=self._plan.in_pages_of(items))

    def consistent(self) -> TypedQuery[ResultT]:
        """Read what has been written before. Not of a global index."""
        return replace(self, _plan=replace(self._plan, consistent=True))

    def into(self, model: type[PartT]) -> TypedQuery[PartT]:
        """As instances of a model of some of the fields, which are all that comes back."""
        codec = self._of_one("into()")
        plan = self._plan.project(*codec.projection(model))
        return TypedQuery(self._driver, self._book, plan, reader(codec, into=model), codec, self._choice)

    def raw(self) -> TypedQuery[Item]:
        """As they are stored, without pydantic."""
        return TypedQuery(self._driver, self._book, self._plan, as_it_is, self._codec, self._choice)

    def project(self, *paths: PathLike | Iterable[PathLike]) -> TypedQuery[Item]:
        """Only these paths of each item, as they are stored."""
        plan = self._plan.project(*paths)
        return TypedQuery(self._driver, self._book, plan, as_it_is, self._codec, self._choice)

    def execute(self, after: str | None = None) -> Page[ResultT]:
        """All items, up to ``limit``, in as many requests as it takes. ``after`` is a cursor to go on from."""
        page = self._driver.run(reading.everything(self._book, self._plan, after))
        return page.map(self._read)

    def page(self, after: str | None = None) -> Page[ResultT]:
        """Exactly one page: what one request brings."""
        page = self._driver.run(reading.page(self._book, self._plan, after))
        return page.map(self._read)

    def pages(self, after: str | None = None) -> Iterator[Page[ResultT]]:
        """The items page by page, one request each, as they are asked for. A page may be empty."""
        for page in self._driver.stream(reading.pages(self._book, self._plan, after)):
            yield page.map(self._read)

    def __iter__(self) -> Iterator[ResultT]:
        for item in self._driver.stream(reading.items(self._book, self._plan)):
            yield self._read(item)

    def first(self) -> ResultT | None:
        """The first item, or ``None``."""
        item = self._driver.run(reading.first(self._book, self._plan))
        return None if item is None else self._read(item)

    def one(self) -> ResultT:
        """The only item. Raises ``ItemNotFound`` if there is none, ``MultipleItemsFound`` if there are more."""
        item = self._driver.run(reading.one(self._book, self._plan))
        found: ResultT = self._read(item)
        return found

    def count(self) -> int:
        """How many items there are, up to ``limit``."""
        return self._driver.run(reading.count(self._book, self._plan))

    def to_request(self) -> dict[str, Any]:
        """The parameters of the first request, which is not sent."""
        return self._driver.run(reading.request(self._book, self._plan))

    def _bounded(self, bound: Bound, *values: Mapping[str, object]) -> TypedQuery[ResultT]:
        if self._choice is None:
            raise ConfigurationError("bounds of the sort key are of fields: use query(...) of one model")
        return replace(self, _plan=self._choice.bounded(self._plan, bound, *values))

    def _of_one(self, what: str) -> Codec[Any]:
        if self._codec is None:
            raise ConfigurationError(f"{what} is of one model's fields: use query(...) of one model")
        return self._codec
