"""One law of typed keys: what a query by a bound finds is what Python's order says, or the bound is refused.

Models of every type that a template takes, in every place of a template, are written to a table and to a list. Each
bound is asked of both. Keys are one spelling of a value: what was read has the key of what was written.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from functools import cache
from itertools import count
from typing import Any, Literal, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, create_model

from pytest_dynamodb import DynamoDbClient, IndexKeys, InvalidKey, entity
from pytest_dynamodb.values import to_wire_item

pytestmark = pytest.mark.usefixtures("models_read_once")

LAW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


class Size(Enum):
    SMALL = "s"
    LARGE = "l"
    LARGEST = "l l"


class Level(IntEnum):
    LOW = 1
    HIGH = 20
    TOP = 300


@dataclass(frozen=True)
class Kind:
    """A type in a template: its values, its format, and whether DynamoDB's order is then Python's.

    ``sort`` is the type of a sort key attribute that is nothing but such a field, ``None`` for no such attribute.
    """

    annotation: Any
    values: st.SearchStrategy[Any]
    spec: str = ""
    ordered: bool = True
    sort: Literal["S", "N", "B"] | None = "S"
    exact: bool = True
    begins: bool = False


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="#"), min_size=1, max_size=4)
TEXTS = TEXT | st.sampled_from(["a", "ab", "a b", "a!", "a-", "aa", "b", "A", "é", "\U0010ffff", "\U0010ffffx"])
ZONES = st.sampled_from([timezone.utc, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=30))])
NEAR = st.integers(0, 4).map(lambda n: datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(days=n // 2, seconds=n))
AWARE = NEAR | st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zones are drawn
NAIVE = st.datetimes()
NUMBERS = st.integers(-20, 20) | st.integers(0, 2_000_000) | st.integers(-(10**30), 10**30)
DECIMALS = st.decimals(-(10**20), 10**20, places=2) | st.sampled_from([Decimal("1.10"), Decimal("1.1"), Decimal("-0")])

KINDS = [
    Kind(str, TEXTS, begins=True),
    Kind(int, NUMBERS, ordered=False, sort=None),
    Kind(int, st.integers(0, 30) | st.integers(0, 10**7), "06d", sort=None),
    Kind(int, NUMBERS, "012", sort=None, ordered=False),
    Kind(int, st.integers(0, 10**7), "08x", sort=None),
    Kind(Decimal, DECIMALS, ordered=False, sort=None),
    Kind(
        float,
        st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-100),
        "08.2f",
        ordered=False,
        sort=None,
        exact=False,
    ),
    Kind(bool, st.booleans(), "d", ordered=False, sort=None),
    Kind(datetime, AWARE),
    Kind(datetime, NAIVE),
    Kind(datetime, AWARE, "%Y-%m-%d", ordered=False, sort=None, exact=False),
    Kind(datetime, AWARE, "%Y%m%dT%H%M%S%f", sort=None),
    Kind(date, st.dates()),
    Kind(date, st.dates(), "%Y%m%d", sort=None),
    Kind(date, st.dates(), "%m/%Y", ordered=False, sort=None, exact=False),
    Kind(UUID, st.uuids()),
    Kind(Size, st.sampled_from(Size), begins=True),
    Kind(Level, st.sampled_from(Level), ordered=False, sort=None),
    Kind(Level, st.sampled_from(Level), "04d", sort=None),
    Kind(Literal["a", "ab", "a b"], st.sampled_from(["a", "ab", "a b"]), begins=True),
    Kind(str | None, TEXTS, begins=True),
]
NATIVE = [
    Kind(int, NUMBERS, sort="N"),
    Kind(Decimal, DECIMALS, sort="N"),
    Kind(Level, st.sampled_from(Level), sort="N"),
    Kind(bytes, st.binary(min_size=1, max_size=3), sort="B", begins=True),
    *(kind for kind in KINDS if kind.sort == "S"),
]
"""What may be a whole sort key by itself."""
FORMS = ["S#{{one{one}}}", "{{one{one}}}#END", "S#{{one{one}}}#{{two{two}}}", "S#v{{one{one}}}.x#{{two{two}}}#END"]

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "less_than": operator.lt,
    "at_most": operator.le,
    "greater_than": operator.gt,
    "at_least": operator.ge,
}


@cache
def model_of(one: int, two: int, form: str) -> type[BaseModel]:
    """A model with these kinds in this form of its sort key, of the table and of two indexes."""
    kinds = NATIVE[one] if form == "{{one}}" else KINDS[one], KINDS[two]
    sk = form.format(
        **{name: f":{kind.spec}" if kind.spec else "" for name, kind in zip(("one", "two"), kinds, strict=True)}
    )
    fields: dict[str, Any] = {"one": (kinds[0].annotation, ...), "two": (kinds[1].annotation, ...)}
    model = create_model("Thing", part=(str, ...), note=(str, ""), **fields)
    indexes = [
        IndexKeys("all", {"allpk": "ALL#{part}"}, {"allsk": sk}),
        IndexKeys("keys", {"keyspk": "KEYS#{part}"}, {"keyssk": sk}, discriminates=False),
    ]
    bare = sk == "{one}"
    return entity(pk="P#{part}", sk=sk, key_names=("pk", "one" if bare else "sk"), indexes=() if bare else indexes)(
        model
    )


Way = Literal["count", "descending", "paged", "projected", "limited", "instances"]
"""How what a bound finds is read, besides all at once. One an example: so all are tried, at a third of the cost."""
PARTS = map(str, count())
"""A partition for each example, so that none sees another's items."""


@dataclass
class Case:
    """What is in a partition, by the table and by a list."""

    table: Any
    part: str
    there: list[Any]

    def asked(self, bound: str, *values: Any, way: Way, index: str | None = None, **fields: Any) -> list[Any] | None:
        """The keys of what the table finds; ``None`` if it refuses. Read in another ``way``, it is the same."""
        try:
            query = self.table.query(part=self.part, index=index, **fields)
            query = getattr(query, f"sort_key_{bound}")(*values)
        except InvalidKey:
            return None
        found = list(query.raw())
        keys = list(map(self.key_of, found))
        match way:
            case "count":
                assert query.count() == len(found)
            case "descending":
                assert list(query.descending().raw()) == found[::-1]
            case "paged":
                assert list(query.page_size(2).raw()) == found
            case "projected":
                assert [item["pk"] for item in query.project("pk")] == [item["pk"] for item in found]
            case "limited":
                assert list(query.limit(1).raw()) == found[:1]
            case "instances":
                assert index == "keys" or [self.table.key(one) for one in query] == keys
        return in_one_order(keys)

    def key_of(self, item: dict[str, Any]) -> dict[str, Any]:
        return {name: item[name] for name in self.table.key(self.there[0])}

    def expected(self, test: Callable[[Any], bool]) -> list[Any]:
        return in_one_order([self.table.key(one) for one in self.there if test(one)])


def in_one_order(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of what is stored: ``1`` and ``Decimal(1)`` are one key, and look different."""
    return sorted(keys, key=stored)


def stored(key: dict[str, Any]) -> str:
    return repr(to_wire_item(key))


def written(client: DynamoDbClient, name: str, model: Any, pairs: Sequence[tuple[Any, Any]], sk: str) -> Case:
    """A partition with an instance for each pair; those that are refused are not there."""
    table, part = client.table(name, model=model), next(PARTS)
    there: dict[str, Any] = {}
    for one, two in pairs:
        instance = model(part=part, one=one, two=two)
        try:
            put = table.put(instance)
        except InvalidKey:
            assert table.query(part=part).count() == len(there)
            continue
        read = table.get(put)
        assert read == put == instance
        fields = {field: getattr(read, field) for field in ("one", "two") if field in sk}
        assert table.key(read) == table.key(put) == table.key(part=part, **fields)
        there[stored(table.key(read))] = read
    for read in there.values():
        table.put(read)
    assert table.query(part=part).count() == len(there)
    return Case(table, part, list(there.values()))


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, int, str, list[tuple[Any, Any]]]:
    bare = draw(st.integers(0, 4)) == 0
    one = draw(st.integers(0, len(NATIVE if bare else KINDS) - 1))
    two = draw(st.integers(0, len(KINDS) - 1))
    form = "{{one}}" if bare else draw(st.sampled_from(FORMS))
    values = (NATIVE[one] if bare else KINDS[one]).values
    pairs = draw(st.lists(st.tuples(values, KINDS[two].values), min_size=1, max_size=6))
    return one, two, form, pairs


@LAW
@given(case=cases(), way=st.sampled_from(get_args(Way)), data=st.data())
def test_what_a_bound_finds_is_what_pythons_order_says(
    typed_client: DynamoDbClient, case: tuple[int, int, str, list[tuple[Any, Any]]], way: Way, data: st.DataObject
) -> None:
    one, two, form, pairs = case
    bare = form == "{{one}}"
    kinds = {"one": NATIVE[one] if bare else KINDS[one], "two": KINDS[two]}
    it = written(typed_client, f"bare{kinds['one'].sort}" if bare else "app", model_of(one, two, form), pairs, form)
    if not it.there:
        return
    field, known = "one", dict[str, Any]()
    if "two" in form and data.draw(st.booleans()):
        field, known = "two", {"one": data.draw(st.sampled_from(it.there)).one}
    kind = kinds[field]
    index = None if bare else data.draw(st.sampled_from([None, "all", "keys"]))
    low, high = (
        data.draw(st.sampled_from([getattr(item, field) for item in it.there]) | kind.values) for _ in range(2)
    )

    def among(item: Any) -> bool:
        key = it.table.key
        return not known or key(item.model_copy(update=known)) == key(item)

    for bound, compare in OPERATORS.items():
        found = it.asked(bound, {field: low}, way=way, index=index, **known)
        expected = it.expected(lambda item: among(item) and compare(plain(getattr(item, field)), plain(low)))  # noqa: B023 - called at once
        assert found == expected or (found is None and (not kind.ordered or is_out_of_order(kind, low))), (bound, low)
    found = it.asked("between", {field: low}, {field: high}, way=way, index=index, **known)
    assert found in (
        None,
        it.expected(lambda item: among(item) and plain(low) <= plain(getattr(item, field)) <= plain(high)),
    )
    found = it.asked("begins_with", {field: low}, way=way, index=index, **known)
    if kind.begins:
        assert found == it.expected(lambda item: among(item) and plain(getattr(item, field)).startswith(plain(low)))
    elif kind.exact:
        assert found in (None, it.expected(lambda item: among(item) and getattr(item, field) == low))


def plain(value: Any) -> Any:
    """What an ``Enum`` is ordered by: the value that is stored."""
    return value.value if isinstance(value, Enum) else value


def is_out_of_order(kind: Kind, bound: Any) -> bool:
    """Whether a padded number is too long for its format."""
    return isinstance(bound, int) and len(format(bound, kind.spec)) > int(kind.spec.rstrip("dx") or 0)
