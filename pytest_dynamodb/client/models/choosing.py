"""Which keys a typed query is about: the fields that were given, as values of key attributes."""

from __future__ import annotations

import datetime
import decimal
import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models import spellings
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.declaration import InvalidKey
from pytest_dynamodb.client.models.keys import KeyTemplates
from pytest_dynamodb.client.models.ranges import Bound, KeyPlace, KeyStretch
from pytest_dynamodb.client.models.templates import Segment, Template
from pytest_dynamodb.client.operations.plan import ItemTest, KeyChoice, RangeOperator, ReadPlan
from pytest_dynamodb.errors import ConfigurationError, quoted
from pytest_dynamodb.expressions.builders import ExpressionMisuse

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Choice:
    """The keys that the given fields determine: the whole partition key, and as much of the sort key as they give."""

    codec: Codec[Any]
    keys: KeyTemplates
    given: Mapping[str, object]

    @classmethod
    def of(cls, codec: Codec[Any], index: str | None, fields: Mapping[str, object]) -> Choice:
        """The choice. Raises ``ConfigurationError`` for an index that is not declared, ``InvalidKey``."""
        keys = codec.keys.get(arguments.optional_text("an index", index))
        if keys is None:
            there = ", ".join(name for name in codec.keys if name) or "none"
            raise ConfigurationError(f"{codec.name} declares no index {index!r}; it declares: {there}")
        strange = [name for name in fields if name not in keys.fields]
        if strange:
            raise InvalidKey(f"{keys.whose} is not made of {', '.join(strange)}: filter by that")
        return cls(codec, keys, codec.validated(fields))

    def key(self) -> KeyChoice:
        """The key condition: equal, or beginning with what is known."""
        equal, place = self._sort()
        choice = KeyChoice(partition=self._partition(), equal=tuple(equal))
        return choice.with_range("begins_with", place.beginning) if place is not None and place.beginning else choice

    def bounded(self, plan: ReadPlan, bound: Bound, *values: Mapping[str, object]) -> ReadPlan:
        """The plan with a bound on the next field of the sort key.

        Raises ``InvalidKey`` for another field, and where keys do not sort as the field's values do; the message names
        a format by which they would. Raises ``ExpressionMisuse`` for a second bound.
        """
        if plan.key != self.key():
            raise ExpressionMisuse("a query takes one bound of its sort key: use between, or filter() by any other")
        equal, place = self._sort()
        if place is None:
            raise InvalidKey(f"{self.keys.whose} leaves no field to bound: all are given, or it has no sort key")
        for value in values:
            if list(value) != [place.field]:
                names = ", ".join(map(str, value)) or "nothing"
                raise InvalidKey(f"the next field of {self.keys.whose} is {place.field}, not {names}")
        bounds = [value[place.field] for value in values]
        choice = KeyChoice(partition=self._partition(), equal=tuple(equal))
        if place.template.bare:
            return self._bare(replace(plan, key=choice), place, bound, bounds)
        stretch = self._stretch(place, bound, bounds)
        test = stretch.test()
        plan = replace(plan, key=stretch.key(choice))
        return plan if test is None else plan.tested(test)

    def _partition(self) -> tuple[object, ...]:
        (_, first), *others = self.keys.partition
        shards = None if others else first.sharded(self.given)
        if shards is not None:
            return (shards,)
        return tuple(template.made_of(self.given) for _, template in self.keys.partition)

    def _sort(self) -> tuple[list[object], KeyPlace | None]:
        """Whole values of the first sort attributes, and the place of the first field that is not given."""
        equal: list[object] = []
        left = {*self.given} - {field for _, template in self.keys.partition for field in template.fields}
        for name, template in self.keys.sort:
            if all(field in self.given for field in template.fields):
                equal.append(template.made_of(self.given))
                left.difference_update(template.fields)
                continue
            beginning, segment = template.beginning(self.given)
            self._settled(template, segment, left)
            return equal, None if segment is None else KeyPlace(name, template, segment, beginning)
        return equal, None

    def _settled(self, template: Template, segment: Segment | None, left: set[str]) -> None:
        known = [part.field for part in template.segments[: template.segments.index(segment or template.segments[0])]]
        left = left.difference(known)
        if left:
            missing = "" if segment is None else segment.field
            raise InvalidKey(f"in {self.keys.whose}, {missing} comes before {', '.join(sorted(left))}: give it too")

    def _bare(self, plan: ReadPlan, place: KeyPlace, bound: Bound, values: list[object]) -> ReadPlan:
        """By the attribute itself, which DynamoDB compares in its own type."""
        if bound == "begins_with":
            prefix = self._prefix(place, values[0])
            return replace(plan, key=plan.choice.with_range(bound, prefix)) if prefix else plan
        what = f"{place.field}, the key {place.template.text!r},"
        stored: list[Any] = [spellings.native(self._valid(place.field, value), what) for value in values]
        if bound != "between":
            return replace(plan, key=plan.choice.with_range(_OPERATORS[bound], stored[0]))
        if stored[0] > stored[1]:
            # DynamoDB refuses such bounds; between them is nothing.
            nothing = ItemTest("nothing", (), lambda _: False)
            return replace(plan, key=plan.choice.with_range("between", stored[0], stored[0])).tested(nothing)
        return replace(plan, key=plan.choice.with_range("between", *stored))

    def _stretch(self, place: KeyPlace, bound: Bound, values: list[object]) -> KeyStretch:
        if bound == "begins_with":
            return KeyStretch(place, bound, (str(self._prefix(place, values[0])),))
        self.codec.check_kind(place.field)
        valid = [self._valid(place.field, value) for value in values]
        orders = [spellings.order_of(value, place.segment.spec, place.field, place.template.text) for value in valid]
        # A text that stands for several values is none that these could go up to, or could begin after.
        beyond = {"at_most": orders[0], "greater_than": orders[0], "between": orders[-1]}
        if beyond.get(bound) == "start":
            raise InvalidKey(
                f"{place.field} in the key {place.template.text!r} is written without all that tells its values apart: "
                f"ask for those that are at_least() or less_than() this, or write {{{place.field}}}"
            )
        return KeyStretch(place, bound, tuple(map(place.text, valid)), steady="free" not in orders)

    def _valid(self, field: str, value: object) -> Any:
        valid = self.codec.validated_field(field, value)
        if valid is None:
            raise InvalidKey(f"{field} is None, which no key is made of")
        return valid

    def _prefix(self, place: KeyPlace, value: object) -> str | bytes:
        """The text with which keys are to begin: text as it is, anything else as it is written in keys."""
        if isinstance(value, (str, bytes)) and not isinstance(value, enum.Enum):
            prefix: Any = value
        elif type(value) is datetime.date and not place.segment.spec:
            prefix = value.isoformat()
        else:
            prefix = spellings.plain(self._valid(place.field, value))
            if isinstance(prefix, (bool, int, float, decimal.Decimal)):
                raise InvalidKey(f"{place.field} is a number, which begins with nothing: ask for what is between two")
            if not isinstance(prefix, (str, bytes)):
                prefix = spellings.text(prefix, place.segment.spec, place.field)
        if isinstance(prefix, bytes) and not place.template.bare:
            raise InvalidKey(f"{place.field} is text in the key {place.template.text!r}, and does not begin with bytes")
        if not place.template.bare and place.template.delimiter in prefix:
            raise InvalidKey(
                f"{place.field} begins with nothing that holds {place.template.delimiter!r}, which delimits the parts "
                f"of the key {place.template.text!r}"
            )
        found: str | bytes = prefix
        return found


_OPERATORS: Mapping[Bound, RangeOperator] = {
    "less_than": "<",
    "at_most": "<=",
    "greater_than": ">",
    "at_least": ">=",
}


def named(key: object) -> Mapping[str, object]:
    """The fields of a mapping; none of ``None``. Raises ``ConfigurationError`` for anything else."""
    if key is None:
        return {}
    if not isinstance(key, Mapping) or not all(isinstance(name, str) for name in key):
        raise ConfigurationError(
            f"an item is meant by an instance of the model, or by the fields of its key, not by {quoted(key)}"
        )
    return key


def stored_key(codec: Codec[ModelT], key: ModelT | Mapping[str, object] | None, fields: Mapping[str, object]) -> Item:
    """The key of an item as it is stored: of an instance, or of the fields that the key is made of."""
    if isinstance(key, codec.model):
        return codec.key_of(key)
    return codec.key({**named(key), **fields})
