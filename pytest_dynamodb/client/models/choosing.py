"""Which keys a typed query is about: the fields that were given, as values of key attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.conversion import storable
from pytest_dynamodb.client.models.declaration import InvalidKey
from pytest_dynamodb.client.models.keys import LAST, KeyTemplates, Segment, Template
from pytest_dynamodb.client.operations.plan import KeyChoice, ReadPlan
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.expressions.builders import Attr

ModelT = TypeVar("ModelT", bound=BaseModel)

Bound = Literal["between", "begins_with", "less_than", "at_most", "greater_than", "at_least"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The keys that the given fields determine: the whole partition key, and as much of the sort key as they give."""

    codec: Codec[Any]
    keys: KeyTemplates
    given: Mapping[str, object]

    @classmethod
    def of(cls, codec: Codec[Any], index: str | None, fields: Mapping[str, object]) -> Choice:
        """The choice. Raises ``ConfigurationError`` for an index that is not declared, ``InvalidKey``."""
        keys = codec.keys.get(index)
        if keys is None:
            there = ", ".join(name for name in codec.keys if name) or "none"
            raise ConfigurationError(f"{codec.name} declares no index {index!r}; it declares: {there}")
        strange = [name for name in fields if name not in keys.fields]
        if strange:
            raise InvalidKey(f"{keys.whose} is not made of {', '.join(strange)}: filter by that")
        return cls(codec, keys, codec.validated(fields))

    def key(self) -> KeyChoice:
        """The key condition: equal, or beginning with what is known."""
        equal, beginning, _ = self._sort()
        choice = KeyChoice(partition=self._partition(), equal=tuple(equal))
        return choice.with_range("begins_with", beginning) if beginning else choice

    def bounded(self, plan: ReadPlan, bound: Bound, *values: Mapping[str, object]) -> ReadPlan:
        """The plan with a bound on the next field of the sort key. Raises ``InvalidKey`` for another field."""
        equal, beginning, place = self._sort()
        if place is None:
            raise InvalidKey(f"{self.keys.whose} leaves no field to bound: all are given, or it has no sort key")
        template, segment = place
        for value in values:
            if list(value) != [segment.field]:
                raise InvalidKey(f"the next field of {self.keys.whose} is {segment.field}, not {', '.join(value)}")
        bounds = [value[segment.field or ""] for value in values]
        choice = KeyChoice(partition=self._partition(), equal=tuple(equal))
        if template.bare:
            return replace(plan, key=self._bare(choice, bound, bounds))
        if bound == "begins_with":
            return replace(plan, key=choice.with_range(bound, beginning + str(bounds[0])))
        return self._between(replace(plan, key=choice), bound, beginning, place, bounds)

    def _partition(self) -> tuple[object, ...]:
        return tuple(storable(template.made_of(self.given)) for _, template in self.keys.partition)

    def _sort(self) -> tuple[list[object], str, tuple[Template, Segment] | None]:
        """Whole values of the first sort attributes, the beginning of the next one, and where that ends."""
        equal: list[object] = []
        left = {*self.given} - {field for _, template in self.keys.partition for field in template.fields}
        for _, template in self.keys.sort:
            if all(field in self.given for field in template.fields):
                equal.append(storable(template.made_of(self.given)))
                left.difference_update(template.fields)
                continue
            beginning, segment = template.beginning(self.given)
            self._settled(template, segment, left)
            return equal, beginning, None if segment is None else (template, segment)
        return equal, "", None

    def _settled(self, template: Template, segment: Segment | None, left: set[str]) -> None:
        known = [part.field for part in template.segments[: template.segments.index(segment or template.segments[0])]]
        left = left.difference(known)
        if left:
            missing = "" if segment is None else segment.field
            raise InvalidKey(f"in {self.keys.whose}, {missing} comes before {', '.join(sorted(left))}: give it too")

    def _bare(self, choice: KeyChoice, bound: Bound, values: list[object]) -> KeyChoice:
        if bound == "begins_with":
            return choice.with_range(bound, values[0])
        stored = [storable(template_value) for template_value in values]
        if bound == "between":
            return choice.with_range("between", *stored)
        operators: Mapping[str, Any] = {"less_than": "<", "at_most": "<=", "greater_than": ">", "at_least": ">="}
        return choice.with_range(operators[bound], stored[0])

    def _between(
        self, plan: ReadPlan, bound: Bound, beginning: str, place: tuple[Template, Segment], values: list[object]
    ) -> ReadPlan:
        """One stretch of text: what comes after the bounded field sorts within the values of that."""
        template, segment = place
        rest = "" if template.is_last(segment) else LAST
        valid = [self.codec.validated_field(segment.field or "", value) for value in values]
        texts = [beginning + template.text_of(segment, value) for value in valid]
        low, high = {
            "between": lambda: (texts[0], texts[1] + rest),
            "at_least": lambda: (texts[0], beginning + LAST),
            "greater_than": lambda: (texts[0] + (rest or "\x00"), beginning + LAST),
            "at_most": lambda: (beginning, texts[0] + rest),
            "less_than": lambda: (beginning, texts[0]),
        }[bound]()
        plan = replace(plan, key=plan.choice.with_range("between", low, high))
        if bound == "less_than" and segment.field in self.codec.attributes:
            # BETWEEN has its upper bound in it, and a key takes one condition. A key may be no filter; the field may.
            stored = self.codec.encoded_field(segment.field, valid[0])
            plan = plan.filter(Attr.of(self.codec.attributes[segment.field]).ne(stored))
        return plan


def named(key: object) -> Mapping[str, object]:
    """The fields of a mapping; none of ``None``. Raises ``ConfigurationError`` for anything else."""
    if key is None:
        return {}
    if not isinstance(key, Mapping):
        raise ConfigurationError(
            f"an item is meant by an instance of the model, or by the fields of its key, not by {key!r:.80}"
        )
    return key


def stored_key(codec: Codec[ModelT], key: ModelT | Mapping[str, object] | None, fields: Mapping[str, object]) -> Item:
    """The key of an item as it is stored: of an instance, or of the fields that the key is made of."""
    if isinstance(key, codec.model):
        return codec.key_of(key)
    return codec.key({**named(key), **fields})
