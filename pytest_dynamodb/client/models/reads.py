"""Reads of typed items: as instances of their model, of a model with some of the fields, or as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from pytest_dynamodb.client import calls
from pytest_dynamodb.client.calls import ApiCall, Item
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.entities import Entities
from pytest_dynamodb.client.operations.plan import ReadPlan
from pytest_dynamodb.client.operations.reading import Decode
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.expressions.attributes import Attr
from pytest_dynamodb.expressions.nodes import Name, Path


@dataclass(frozen=True, slots=True)
class Expiry:
    """Whether items whose time to live is over are shown: DynamoDB takes up to days to delete them."""

    clock: Clock
    hidden: bool = False

    def hides(self, codec: Codec[Any], item: Item) -> bool:
        return self.hidden and codec.is_expired(item, self.clock.now())

    def applied(self, entities: Entities, plan: ReadPlan) -> ReadPlan:
        """The plan without items that have expired, if these are hidden."""
        attributes = {codec.ttl for codec in entities.codecs.values() if codec.ttl is not None}
        for attribute in sorted(attributes) if self.hidden else ():
            of = Attr.of(attribute)
            alive = of.not_exists() | of.gt(int(self.clock.now()))
            whole = alive if plan.passing_filter is None else plan.passing_filter & alive
            plan = replace(plan, passing_filter=whole)
        return plan


def get_call(
    codec: Codec[Any], key: Item, expiry: Expiry, *, consistent: bool, into: type[BaseModel] | None, raw: bool
) -> ApiCall[Any]:
    """``GetItem``; read as an instance or as stored, or as ``None`` where there is no item."""
    names = None if into is None else codec.projection(into)
    extra = [codec.ttl] if names is not None and expiry.hidden and codec.ttl not in (None, *names) else []
    paths = None if names is None else [Path((Name(name),)) for name in (*names, *extra) if name is not None]
    call = calls.get_item(codec.table, key, consistent=consistent, projection=paths)
    decode = decoder(codec, into=into, raw=raw)

    def answered(answer: Mapping[str, Any]) -> Any:
        item = call.read(answer)
        if item is None or expiry.hides(codec, item):
            return None
        for name in extra:
            item.pop(name or "", None)
        return item if decode is None else decode(item)

    return replace(call, read=answered)


def decoder(codec: Codec[Any], *, into: type[BaseModel] | None = None, raw: bool = False) -> Decode[Any] | None:
    """What is made of an item: an instance of the model, or of ``into``; ``None`` leaves it as it is stored."""
    if into is not None:
        return lambda item: codec.decoded_part(into, item)
    return None if raw else codec.decoded
