"""One law of typed values: what is written is what is read, by puts and by updates, of every type that is supported."""

from __future__ import annotations

import ipaddress
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from functools import cache
from itertools import count
from pathlib import PurePosixPath
from typing import Any, Generic, Literal, NamedTuple, NewType, Optional, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import (
    Base64Bytes,
    Base64Str,
    BaseModel,
    ByteSize,
    ConfigDict,
    Field,
    Json,
    RootModel,
    SecretBytes,
    SecretStr,
    create_model,
)
from typing_extensions import TypeAliasType, TypedDict

from pytest_dynamodb import DynamoDbClient, TypedTable, entity
from pytest_dynamodb.values import from_wire_item, to_wire_item

pytestmark = pytest.mark.usefixtures("models_read_once")


class Colour(Enum):
    RED = "r"
    GREEN = "g"


class Level(IntEnum):
    LOW = 1
    HIGH = 20


class Share(Enum):
    HALF = 0.5
    TENTH = 0.1


class Inner(BaseModel):
    model_config = ConfigDict(strict=True)

    n: int
    when: datetime | None = None
    tags: set[str] = set()
    by_name: dict[str, set[int]] = {}


class Circle(BaseModel):
    radius: int


class Square(BaseModel):
    side: int
    name: str = "square"


@dataclass
class Point:
    x: int
    y: float


class Pair(NamedTuple):
    a: int
    b: str


class Shape(TypedDict):
    n: int
    when: date


Content = TypeVar("Content")


class Box(BaseModel, Generic[Content]):
    content: Content


class Roots(RootModel[dict[str, int]]):
    pass


UserId = NewType("UserId", str)
Lines = TypeAliasType("Lines", list[int])

text = st.text(st.characters(codec="utf-8"), max_size=5)
ints = st.integers(-(10**30), 10**30)
decimals = st.decimals(-(10**9), 10**9, places=3)
floats = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or 1e-120 < abs(x) < 1e120)
zones = st.sampled_from([timezone.utc, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=30))])
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones)  # noqa: DTZ001 - zones are drawn
naive = st.datetimes()
raw = st.binary(max_size=4)
name = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
inner = st.builds(
    Inner,
    n=ints,
    when=st.none() | moments,
    tags=st.sets(text, max_size=2),
    by_name=st.dictionaries(name, st.sets(ints, max_size=2), max_size=2),
)


def lists(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(of, max_size=3)


def sets(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.sets(of, max_size=3)


def maps(key: st.SearchStrategy[Any], of: st.SearchStrategy[Any] = ints) -> st.SearchStrategy[Any]:
    return st.dictionaries(key, of, max_size=3)


VALUES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (str, text),
    (UserId, text),
    (int, ints),
    (float, floats),
    (Decimal, decimals),
    (bool, st.booleans()),
    (bytes, raw),
    (datetime, moments),
    (datetime, naive),
    (date, st.dates()),
    (time, st.times()),
    (timedelta, st.timedeltas(timedelta(days=-999), timedelta(days=999))),
    (UUID, st.uuids()),
    (PurePosixPath, st.sampled_from(["a", "a/b", "/"]).map(PurePosixPath)),
    (ipaddress.IPv4Address, st.ip_addresses(v=4)),
    (Colour, st.sampled_from(Colour)),
    (Level, st.sampled_from(Level)),
    (Share, st.sampled_from(Share)),
    (Literal["a", 1, True, Colour.RED], st.sampled_from(["a", 1, Colour.RED])),
    (SecretStr, text.map(SecretStr)),
    (SecretBytes, raw.map(SecretBytes)),
    (ByteSize, st.integers(0, 10**12).map(ByteSize)),
    (
        Any,
        st.recursive(st.none() | text | ints.map(Decimal) | raw, lambda of: lists(of) | maps(name, of), max_leaves=4),
    ),
    # unions
    (int | None, st.none() | ints),
    (Optional[date], st.none() | st.dates()),  # noqa: UP045 - another form of union
    (int | str, ints | text),
    (bool | int, st.booleans() | ints),
    (datetime | int, moments | ints),
    (Colour | int, st.sampled_from(Colour) | ints),
    (date | None | int, st.none() | st.dates() | ints),
    (bytes | str, raw | text),
    (Circle | Square, st.builds(Circle, radius=ints) | st.builds(Square, side=ints)),
    (list[int] | int, lists(ints) | ints),
    (set[str] | None, st.none() | sets(text)),
    (Inner | None, st.none() | inner),
    # containers
    (list[str], lists(text)),
    (list[date], lists(st.dates())),
    (list[set[int]], lists(sets(ints))),
    (Lines, lists(ints)),
    (Sequence[int], lists(ints)),
    (deque[int], lists(ints).map(deque)),
    (tuple[int, str], st.tuples(ints, text)),
    (tuple[datetime, ...], lists(moments).map(tuple)),
    (Pair, st.builds(Pair, a=ints, b=text)),
    (set[str], sets(text)),
    (set[int], sets(ints)),
    (set[bytes], sets(raw)),
    (set[Decimal], sets(decimals)),
    (set[float], sets(floats)),
    (set[date], sets(st.dates())),
    (set[bool], sets(st.booleans())),
    (set[Colour], sets(st.sampled_from(Colour))),
    (set[tuple[int, str]], sets(st.tuples(ints, text))),
    (set[int | str], sets(ints | text)),
    (frozenset[UUID], sets(st.uuids()).map(frozenset)),
    (set[frozenset[int]], sets(sets(ints).map(frozenset))),
    # maps
    (dict[str, set[str]], maps(name, sets(text))),
    (Mapping[str, datetime], maps(name, moments)),
    (dict[int, str], maps(ints, text)),
    (dict[bool, int], maps(st.booleans())),
    (dict[float, int], maps(floats)),
    (dict[Decimal, int], maps(decimals)),
    (dict[bytes, int], maps(st.binary(min_size=1, max_size=4))),
    (dict[date, int], maps(st.dates())),
    (dict[datetime, int], maps(moments)),
    (dict[UUID, int], maps(st.uuids())),
    (dict[Colour, int], maps(st.sampled_from(Colour))),
    (dict[Level, int], maps(st.sampled_from(Level))),
    (dict[Literal[1, 2], int], maps(st.sampled_from([1, 2]))),
    (dict[tuple[int, str], int], maps(st.tuples(ints, text))),
    (dict[tuple[date, Colour], int], maps(st.tuples(st.dates(), st.sampled_from(Colour)))),
    (dict[tuple[int, ...], int], maps(lists(ints).map(tuple))),
    (dict[frozenset[str], int], maps(sets(text).map(frozenset))),
    # models and their like
    (Inner, inner),
    (list[Inner], lists(inner)),
    (dict[str, Inner], maps(name, inner)),
    (Box[date], st.dates().map(lambda value: Box[date](content=value))),
    (Roots, maps(name).map(Roots)),
    (Point, st.builds(Point, x=ints, y=floats)),
    (Shape, st.fixed_dictionaries({"n": ints, "when": st.dates()})),
]
TEXTS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (Json[list[int]], lists(st.integers(-9, 9)).map(str)),
    (Json[Any], st.sampled_from(['{"a": [1, null]}', '"x"', "3"])),  # type: ignore[misc]  # an annotation, as such
    (Base64Bytes, st.sampled_from([b"aGk=", b"", b"AP8="])),
    (Base64Str, st.sampled_from(["aGk=", ""])),
]
"""Types of which a value is made of text that is another one."""
ALL = [*VALUES, *TEXTS]

# A few examples of each type: one that is drawn would leave out half of them.
EACH = settings(
    max_examples=max(2, settings().max_examples // len(ALL)),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@cache
def model_of(number: int, form: str) -> Any:
    annotation, _ = ALL[number]
    fields: dict[str, Any] = {
        "required": {"value": (annotation, ...)},
        "alias": {"value": (annotation, Field(alias="theValue"))},
        "none": {"value": (annotation | None if number < len(VALUES) else Optional[annotation], None)},  # noqa: UP045
    }[form]
    return entity(pk="V#{id}", sk="V")(create_model("Holder", id=(str, ...), **fields))


IDS = map(str, count())


@pytest.mark.parametrize("number", range(len(ALL)), ids=[str(annotation) for annotation, _ in ALL])
@EACH
@given(form=st.sampled_from(["required", "alias"]), data=st.data())
def test_what_is_written_is_what_is_read(
    typed_client: DynamoDbClient, number: int, form: str, data: st.DataObject
) -> None:
    model, values = model_of(number, form), ALL[number][1]
    name = "theValue" if form == "alias" else "value"
    first, second = (model(id="x", **{name: data.draw(values)}) for _ in range(2))
    table: TypedTable[Any] = typed_client.table("app", model=model)
    id_ = next(IDS)
    first, second = (one.model_copy(update={"id": id_}) for one in (first, second))
    assert table.put(first) == first
    read = table.get(id=id_)
    assert_same(read, first)
    stored = table.get(id=id_, raw=True)
    table.put(read)
    assert table.get(id=id_, raw=True) == stored
    given = second.value if number < len(VALUES) else second.model_dump(round_trip=True)["value"]
    for update in (table.update(id=id_), table.update(table.get(id=id_))):
        updated = update.set("value", given).execute()
        assert_same(updated, second)
        assert_same(table.get(id=id_), second)
    table.put(second)
    assert table.get(id=id_, raw=True) == client_item(table, second)
    assert_same(table.delete(second), second)


def client_item(table: TypedTable[Any], instance: Any) -> dict[str, Any]:
    return from_wire_item(to_wire_item(table.item(instance)))


def assert_same(found: Any, expected: Any) -> None:
    assert found == expected
    one, other = found.value, expected.value
    assert type(one) is type(other)
    if isinstance(one, (list, tuple, deque)):
        assert list(map(type, one)) == list(map(type, other))
    if isinstance(one, dict):
        assert set(map(type, one)) == set(map(type, other))
