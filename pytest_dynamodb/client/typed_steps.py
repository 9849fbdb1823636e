"""What typed tables, queries, updates and batches do before anything is sent: written once for both colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.builders import DriverT, OrderedSteps, ResultT
from pytest_dynamodb.client.calls import ApiCall, Item
from pytest_dynamodb.client.models.choosing import Choice, named, stored_key
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.entities import Entities, Expiry, expected_version, get_call, stamped, version_of
from pytest_dynamodb.client.models.instants import spelled_filter
from pytest_dynamodb.client.models.ranges import Bound
from pytest_dynamodb.client.models.uniqueness import refuse_unique
from pytest_dynamodb.client.models.updating import UpdatePlan
from pytest_dynamodb.client.operations.batch_writes import WriteQueue
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan
from pytest_dynamodb.client.operations.transactions import TransactionSteps
from pytest_dynamodb.client.typed_actions import FieldSteps, TypedActions, changed, updating, version_in
from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.expressions.builders import ConditionLike
from pytest_dynamodb.values import MAX_DEPTH, UnsupportedValue, from_wire_item, item_size, to_wire_item

if TYPE_CHECKING:
    from typing_extensions import Self

ModelT = TypeVar("ModelT", bound=BaseModel)


def as_stored(item: Any) -> Item:
    """An item as Python values, also if it is one of attribute values, as streams and errors have it."""
    if not isinstance(item, Mapping) or _is_deeper(item, 2 * MAX_DEPTH + 1):
        raise UnsupportedValue(
            f"an item is a mapping of names to values, nested at most {MAX_DEPTH} levels deep, not {quoted(item)}"
        )
    wire = bool(item) and all(isinstance(value, Mapping) and len(value) == 1 for value in item.values())
    return from_wire_item(item) if wire and set().union(*item.values()) <= TAGS else dict(item)


def _is_deeper(value: object, levels: int) -> bool:
    """Whether lists and maps are nested more levels deep; each attribute value in wire form is two of them."""
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return bool(members) and (not levels or any(_is_deeper(member, levels - 1) for member in members))


TAGS = frozenset({"B", "BOOL", "BS", "L", "M", "N", "NS", "NULL", "S", "SS"})
"""What an attribute value says of its type (API reference, AttributeValue). A key, which every item has, is no map."""


@dataclass(frozen=True, slots=True, eq=False)
class TypedQuerySteps(OrderedSteps[DriverT, ResultT]):
    """The steps of a query or a scan of typed items. Each returns a new one and leaves this one as it is."""

    _codec: Codec[Any] | None = field(default=None, repr=False)
    _choice: Choice | None = field(default=None, repr=False)
    _models: tuple[Codec[Any], ...] = field(default=(), repr=False)

    def filter(self, condition: ConditionLike) -> Self:
        """Only items for which this is true of their attributes; given again, only those for which all of them are.

        Moments are compared as moments, whatever their time zones. DynamoDB reads, and charges for, the others too.
        """
        return self._planned(self._plan.filter(spelled_filter(self._models, condition)))

    def sort_key_begins_with(self, prefix: Mapping[str, object] | None = None, /, **field: object) -> Self:
        """Items whose next field of the sort key begins with this text: ``.sort_key_begins_with(order_id="2024")``."""
        return self._bounded("begins_with", {**named(prefix), **field})

    def sort_key_between(self, low: Mapping[str, object], high: Mapping[str, object]) -> Self:
        """From ``low`` to ``high``, both included: ``.sort_key_between({"placed": monday}, {"placed": friday})``."""
        return self._bounded("between", named(low), named(high))

    def sort_key_less_than(self, value: Mapping[str, object] | None = None, /, **field: object) -> Self:
        """Items whose next field of the sort key is less than this: ``.sort_key_less_than(placed=monday)``."""
        return self._bounded("less_than", {**named(value), **field})

    def sort_key_at_most(self, value: Mapping[str, object] | None = None, /, **field: object) -> Self:
        """Items whose next field of the sort key is less than or equal to this."""
        return self._bounded("at_most", {**named(value), **field})

    def sort_key_greater_than(self, value: Mapping[str, object] | None = None, /, **field: object) -> Self:
        """Items whose next field of the sort key is greater than this."""
        return self._bounded("greater_than", {**named(value), **field})

    def sort_key_at_least(self, value: Mapping[str, object] | None = None, /, **field: object) -> Self:
        """Items whose next field of the sort key is greater than or equal to this."""
        return self._bounded("at_least", {**named(value), **field})

    def _planned(self, plan: ReadPlan) -> Self:
        return type(self)(self._driver, self._book, plan, self._decode, self._codec, self._choice, self._models)

    def _bounded(self, bound: Bound, *values: Mapping[str, object]) -> Self:
        if self._choice is None:
            raise ConfigurationError("bounds of the sort key are of fields: use query(...) of one model")
        return self._planned(self._choice.bounded(self._plan, bound, *values))

    def _scanning(self) -> ReadPlan:
        """The plan of a scan. Raises ``ConfigurationError`` for a query, which has no segments."""
        if self._plan.key is not None:
            raise ConfigurationError("segments are of a scan: a query reads one partition, in its order")
        return self._plan

    def _of_one(self, what: str) -> Codec[Any]:
        if self._codec is None:
            raise ConfigurationError(f"{what} is of one model's fields: use query(...) of one model")
        return self._codec


@dataclass(frozen=True, slots=True, eq=False)
class TypedUpdateSteps(FieldSteps[ModelT], Generic[DriverT, ModelT]):
    """An update of one typed item that has not been sent. Each step returns a new one and leaves this one as it is."""

    _driver: DriverT = field(repr=False)
    _expiry: Expiry = field(repr=False)
    _plan: UpdatePlan[ModelT]

    def to_request(self) -> dict[str, Any]:
        """The parameters of the request, which is not sent."""
        return self._plan.call(self._expiry.clock).params

    def _planned(self, plan: UpdatePlan[ModelT]) -> Self:
        return replace(self, _plan=plan)


class TypedItems(Generic[DriverT, ModelT]):
    """The items of one model: their keys, what is stored of them, and the plans of what is asked of them."""

    __slots__ = ("_book", "_codec", "_driver", "_entities", "_expiry")

    def __init__(
        self, driver: DriverT, book: TableBook, entities: Entities, codec: Codec[ModelT], expiry: Expiry
    ) -> None:
        self._driver, self._book, self._entities, self._codec, self._expiry = driver, book, entities, codec, expiry

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self._codec.name})"

    @property
    def name(self) -> str:
        """The table's name."""
        return self._codec.table

    def key(self, key: ModelT | Mapping[str, object] | None = None, /, **fields: object) -> Item:
        """The key of an item as it is stored, for a transaction or a batch."""
        return stored_key(self._codec, key, fields)

    def item(self, instance: ModelT) -> Item:
        """What is stored of an instance, with its next version and its stamps: for a transaction or a batch."""
        return self._codec.encoded(stamped(self._codec, instance, self._expiry.clock))

    def guard(self, instance: ModelT) -> ConditionLike | None:
        """The condition that nobody has written the item since it was read; ``None`` for a model without a version."""
        return expected_version(self._codec, version_of(self._codec, instance))

    def decode(self, item: Mapping[str, Any]) -> ModelT:
        """The instance of an item from elsewhere: of a stream, a transaction, an error. Sends nothing.

        ``item`` holds Python values, or attribute values as DynamoDB writes them. Raises ``InvalidItem``.
        """
        return self._codec.decoded(as_stored(item))

    def size(self, instance: ModelT) -> int:
        """How large the item of an instance is, in bytes, as DynamoDB counts: it takes up to 400 KB."""
        return item_size(to_wire_item(self._codec.encoded(self._codec.checked(instance))))

    def changed(self, before: ModelT, after: ModelT) -> tuple[str, ...]:
        """The fields that are stored differently of these two instances."""
        return changed(self._codec, before, after)

    def within(self, transaction: TransactionSteps[Any]) -> TypedActions[ModelT]:
        """What a transaction does with items of this model: ``users.within(tx).put(user)``."""
        refuse_unique(self._codec, "a transaction of yours")
        return TypedActions(transaction, self._codec, self._expiry)

    def _getting(
        self, key: Item, *, consistent: bool, into: type[BaseModel] | None = None, raw: bool = False
    ) -> ApiCall[Any]:
        return get_call(self._codec, key, self._expiry, consistent=consistent, into=into, raw=raw)

    def _write_queue(self, at_once: int) -> WriteQueue:
        if self._codec.version is not None:
            raise ConfigurationError(
                f"a batch cannot make sure of the version of a {self._codec.name}: put it, or use a transaction"
            )
        refuse_unique(self._codec, "a batch")
        return WriteQueue(self._book, at_once=at_once)

    def _version(self, key: object, *, check_version: bool) -> int | None:
        """That of an instance, where it has one and it matters; ``None`` for fields."""
        return version_in(self._codec, key) if check_version else None

    def _updating(
        self, key: ModelT | Mapping[str, object] | None, fields: Mapping[str, object], *, check_version: bool
    ) -> UpdatePlan[ModelT]:
        return updating(self._codec, key, fields, check_version=check_version)

    def _shown(self, plan: ReadPlan) -> ReadPlan:
        """The plan without items of other models, and without those that have expired."""
        entities = self._entities.only(self._codec)
        return self._expiry.applied(entities, entities.shown(plan))


class EntityItems(Generic[DriverT]):
    """The items of several models in one table."""

    __slots__ = ("_book", "_driver", "_entities", "_expiry")

    def __init__(self, driver: DriverT, book: TableBook, entities: Entities, expiry: Expiry) -> None:
        self._driver, self._book, self._entities, self._expiry = driver, book, entities, expiry

    def __repr__(self) -> str:
        models = ", ".join(codec.name for codec in self._entities.codecs.values())
        return f"{type(self).__name__}({self.name!r}, {models})"

    @property
    def name(self) -> str:
        """The table's name."""
        return self._entities.table

    def _shown(self, plan: ReadPlan) -> ReadPlan:
        return self._expiry.applied(self._entities, self._entities.shown(plan))
