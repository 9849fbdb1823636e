"""One law of typed updates: the item is then what a plain model is after the same changes, or nothing has changed.

An item is never left that its model cannot read, nor half of an index's key, also where it is older than the index.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from pytest_dynamodb import (
    ConditionalCheckFailedException,
    DynamoDbClient,
    IndexKeys,
    InvalidItem,
    InvalidItemWritten,
    InvalidUpdate,
    InvalidValue,
    entity,
)
from pytest_dynamodb.values import from_wire_item, to_wire_item

pytestmark = pytest.mark.usefixtures("models_read_once")

LAW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


class Colour(Enum):
    RED = "r"
    GREEN = "g"


def even(value: int) -> int:
    if value % 2:
        raise ValueError("odd")
    return value


class Inner(BaseModel):
    n: int = Field(default=0, ge=0, alias="theN")
    lines: list[Annotated[int, Field(ge=0)]] = []
    tags: set[str] = set()


@entity(
    pk="JOB#{id}",
    sk="JOB",
    indexes=[IndexKeys("all", {"allpk": "OWNER#{owner}"}, {"allsk": "S#{state}#{rank:04d}"})],
)
class Job(BaseModel):
    id: str
    owner: str | None = None
    state: str = "new"
    rank: int = Field(default=0, ge=0)
    points: int = Field(default=0, ge=0, le=10)
    pairs: Annotated[int, AfterValidator(even)] = 0
    price: Decimal = Decimal(0)
    tags: set[str] = Field(default_factory=set, max_length=3)
    some: set[int] | None = None
    log: list[int] = Field(default_factory=list, max_length=4)
    inner: Inner = Inner()
    by: dict[Colour, int] = {}
    at: datetime | None = None
    least: int = 0
    most: int = 9

    @model_validator(mode="after")
    def in_order(self) -> Job:
        if self.least > self.most:
            raise ValueError("least is more than most")
        return self


short = st.sampled_from(["a", "b", "c", "d", "e"])
small = st.integers(-12, 12)
Change = tuple[str, str, Any, Callable[[dict[str, Any]], None]]


def setting(path: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Change]:
    def changed(value: Any) -> Change:
        def change(fields: dict[str, Any]) -> None:
            holder, last = where(fields, path)
            holder[last] = value

        return "set", path, value, change

    return values.map(changed)


def where(fields: dict[str, Any], path: str) -> tuple[Any, Any]:
    first, _, rest = path.partition(".")
    if not rest:
        return fields, first
    name, _, place = rest.partition("[")
    holder = fields[first]
    if first == "inner":
        name = "theN" if name == "n" else name
    if place:
        return holder[name], int(place[:-1])
    return holder, Colour(name) if first == "by" else name


def changing(
    method: str, path: str, values: st.SearchStrategy[Any], after: Callable[[Any, Any], Any]
) -> st.SearchStrategy[Change]:
    def changed(value: Any) -> Change:
        def change(fields: dict[str, Any]) -> None:
            holder, last = where(fields, path)
            holder[last] = after(holder[last], value)

        return method, path, value, change

    return values.map(changed)


members = st.sets(short, min_size=1, max_size=3)
CHANGES: list[st.SearchStrategy[Change]] = [
    setting("owner", st.none() | short),
    setting("state", short),
    setting("rank", small),
    setting("points", small) | changing("add", "points", small, lambda old, new: old + new),
    setting("pairs", small) | changing("add", "pairs", small, lambda old, new: old + new),
    changing("add", "price", small.map(Decimal), lambda old, new: old + new),
    setting("tags", st.sets(short))
    | changing("add", "tags", members, lambda old, new: old | new)
    | changing("delete", "tags", members, lambda old, new: old - new),
    setting("some", st.none() | st.sets(small, max_size=2)),
    setting("log", st.lists(small, max_size=5))
    | changing("append", "log", st.lists(small, min_size=1, max_size=3), lambda old, new: [*old, *new]),
    setting("inner.n", small)
    | changing("add", "inner.n", small, lambda old, new: old + new)
    | changing("append", "inner.lines", st.lists(small, min_size=1, max_size=2), lambda old, new: [*old, *new])
    | changing("add", "inner.tags", members, lambda old, new: old | new)
    | setting("inner.lines[0]", small),
    setting("by.r", small) | setting("by", st.dictionaries(st.sampled_from(Colour), small)),
    setting("at", st.none() | st.datetimes(datetime(1000, 1, 1), timezones=st.just(timezone.utc))),  # noqa: DTZ001
    setting("least", small),
    setting("most", small),
]
IDS = map(str, count())


@st.composite
def updates(draw: st.DrawFn) -> list[Change]:
    places = draw(st.lists(st.integers(0, len(CHANGES) - 1), min_size=1, max_size=4, unique=True))
    return [draw(CHANGES[place]) for place in places]


@LAW
@given(
    changes=updates(),
    points=st.integers(0, 10),
    tags=st.sets(short, max_size=3),
    log=st.lists(small, max_size=4),
    owner=st.none() | short,
    by_instance=st.booleans(),
    older=st.booleans(),
)
def test_an_update_is_what_a_plain_model_is_then_or_nothing(
    typed_client: DynamoDbClient,
    changes: list[Change],
    points: int,
    tags: set[str],
    log: list[int],
    owner: str | None,
    by_instance: bool,
    older: bool,
) -> None:
    table, plain = typed_client.table("app", model=Job), typed_client.table("app")
    before = Job(id=next(IDS), points=points, tags=tags, log=log, owner=owner, inner=Inner(theN=3, lines=[1]))
    table.put(before)
    key = table.key(before)
    if older:
        plain.update(key).remove("allpk", "allsk").execute()
    stored = plain.get(key)
    fields = before.model_dump(by_alias=True)
    for _, _, _, change in changes:
        change(fields)
    try:
        expected = Job.model_validate(fields)
    except ValidationError:
        expected = None
    refused: Exception | None = None
    try:
        update = table.update(before) if by_instance else table.update(id=before.id)
        for method, path, value, _ in changes:
            update = getattr(update, method)(path, value)
        found = update.execute()
    except (InvalidUpdate, InvalidValue, InvalidItem, ConditionalCheckFailedException) as problem:
        refused = problem
    if isinstance(refused, InvalidItem):
        # What several fields are together is known of an instance alone, and so is what only a function can tell.
        event("written, and said so")
        assert isinstance(refused, InvalidItemWritten)
        assert (expected, by_instance) == (None, False)
        assert refused.item == plain.get(key)
        return
    if refused is not None:
        event(f"refused: {'rightly' if expected is None else 'half a key'}")
        assert plain.get(key) == stored
        assert expected is None or is_half_a_key(changes, refused, by_instance=by_instance)
        return
    event("done")
    assert found == table.get(id=before.id) == expected
    after, whole = plain.get(key) or {}, from_wire_item(to_wire_item(table.item(found)))
    in_index = {name: after[name] for name in ("allpk", "allsk") if name in after}
    assert in_index in ({}, {name: whole.get(name) for name in ("allpk", "allsk")})
    if in_index or not older or {"owner", "state", "rank"} & {path for _, path, _, _ in changes}:
        assert after == whole
    else:
        assert after == {name: value for name, value in whole.items() if name not in ("allpk", "allsk")}


def is_half_a_key(changes: list[Change], refused: Exception, *, by_instance: bool) -> bool:
    """Whether that is why an update was refused: state and rank make one attribute together."""
    changed = {path for _, path, _, _ in changes}
    return not by_instance and "too" in str(refused) and len({"state", "rank"} & changed) == 1
