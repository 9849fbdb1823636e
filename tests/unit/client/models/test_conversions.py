"""What is stored of a model, and that it comes back."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Generic, Literal, Optional, TypeVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, SecretStr, ValidationError, computed_field

from pytest_dynamodb import ConfigurationError, InvalidItem, Mock
from pytest_dynamodb import DynamoDbClient as Client
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.declaration import declaration_of_fields
from pytest_dynamodb.values import from_wire_item, to_wire_item


class Status(Enum):
    NEW = "new"


class Level(IntEnum):
    HIGH = 3


class Address(BaseModel):
    model_config = ConfigDict(strict=True)

    city: str
    since: date
    floors: list[int]


@dataclasses.dataclass
class Point:
    x: int
    y: float


Content = TypeVar("Content")


class Box(BaseModel, Generic[Content]):
    model_config = ConfigDict(strict=True)

    content: Content


class Everything(BaseModel):
    model_config = ConfigDict(strict=True)

    id: str
    whole: int
    fraction: float
    exact: Decimal
    flag: bool
    raw: bytes
    moment: datetime
    day: date
    hour: time
    span: timedelta
    uuid: UUID
    status: Status
    level: Level
    path: Path
    mode: Literal["a", 2]
    maybe: int | None
    old_style: Optional[date]  # noqa: UP045 - another form of union
    either: int | str
    names: set[str]
    counts: frozenset[int]
    pair: tuple[int, str]
    row: tuple[float, ...]
    by_day: dict[date, int]
    by_number: dict[int, Decimal]
    address: Address
    others: list[Address]
    anything: Any
    point: Point


def everything(**changes: Any) -> Everything:
    address = Address(city="Bern", since=date(2020, 1, 1), floors=[1, 2])
    values: dict[str, Any] = {
        "id": "1",
        "whole": 7,
        "fraction": 0.1,
        "exact": Decimal("1.10"),
        "flag": True,
        "raw": b"\x00\xff",
        "moment": datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=timezone.utc),
        "day": date(2024, 1, 2),
        "hour": time(12, 30),
        "span": timedelta(hours=1.5),
        "uuid": UUID(int=5),
        "status": Status.NEW,
        "level": Level.HIGH,
        "path": Path("a/b"),
        "mode": 2,
        "maybe": None,
        "old_style": date(2024, 1, 2),
        "either": 3,
        "names": {"a", "b"},
        "counts": frozenset({1, 2}),
        "pair": (1, "x"),
        "row": (1.0, 2.5),
        "by_day": {date(2024, 1, 2): 1},
        "by_number": {4: Decimal(1)},
        "address": address,
        "others": [address],
        "anything": {"deep": [Decimal(1), None]},
        "point": Point(1, 0.5),
        **changes,
    }
    return Everything(**values)


def codec(model: type[Any], *keys: str) -> Codec[Any]:
    return Codec("t", model, declaration_of_fields(keys or ("id",)))


def there_and_back(instance: BaseModel) -> BaseModel:
    its = codec(type(instance))
    found: BaseModel = its.decoded(from_wire_item(to_wire_item(its.encoded(instance))))
    return found


def test_a_strict_model_comes_back_as_it_was() -> None:
    assert there_and_back(everything()) == everything()


@pytest.mark.parametrize(
    "changes",
    [
        {"names": set(), "counts": frozenset()},
        {"maybe": 3, "old_style": None, "either": "3", "mode": "a"},
        {"others": [], "by_day": {}, "row": ()},
    ],
)
def test_the_edges_come_back_too(changes: dict[str, Any]) -> None:
    assert there_and_back(everything(**changes)) == everything(**changes)


@given(
    whole=st.integers(-(10**37), 10**37),
    fraction=st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or 1e-120 < abs(x) < 1e120),
    moment=st.datetimes(timezones=st.sampled_from([timezone.utc, timezone(timedelta(hours=5, minutes=30))])),
)
def test_numbers_and_moments_come_back_exactly(whole: int, fraction: float, moment: datetime) -> None:
    instance = everything(whole=whole, fraction=fraction, moment=moment)
    found = there_and_back(instance)
    assert found == instance


def test_stored_forms_are_dynamodbs_own() -> None:
    item = to_wire_item(codec(Everything).encoded(everything()))
    assert item["whole"] == {"N": "7"}
    assert item["fraction"] == {"N": "0.1"}
    assert item["names"] == {"SS": ["a", "b"]}
    assert item["status"] == {"S": "new"}
    assert item["moment"] == {"S": "2024-01-02T03:04:05.000006+00:00"}
    assert item["maybe"] == {"NULL": True}
    assert item["by_day"] == {"M": {"2024-01-02": {"N": "1"}}}
    assert item["path"] == {"S": "a/b"}


class Aliased(BaseModel):
    id: str
    full_name: str = Field(alias="fullName")
    nick: str | None = None

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def shout(self) -> str:
        return self.full_name.upper()


def test_aliases_are_the_attributes_and_absent_defaults_and_computed_fields_are_not_stored() -> None:
    instance = Aliased(id="1", fullName="Ann")
    assert codec(Aliased).encoded(instance) == {"id": "1", "fullName": "Ann"}
    assert there_and_back(instance) == instance


class Scores(RootModel[dict[str, int]]):
    model_config = ConfigDict(strict=True)


class Odd(BaseModel):
    id: str
    password: SecretStr
    scores: Scores
    boxes: list[Box[int]] = []


def test_secrets_and_models_of_one_value_come_back() -> None:
    odd = Odd(id="1", password=SecretStr("secret"), scores=Scores({"a": 1}), boxes=[Box[int](content=3)])
    assert there_and_back(odd) == odd
    assert codec(Odd).encoded(odd)["password"] == "secret"


class Tree(BaseModel):
    id: str
    children: list[Tree] = []


def test_a_model_may_hold_itself() -> None:
    tree = Tree(id="1", children=[Tree(id="2", children=[Tree(id="3")])])
    assert there_and_back(tree) == tree


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    radius: int


class Square(BaseModel):
    kind: Literal["square"] = "square"
    side: float


class Drawing(BaseModel):
    id: str
    shape: Circle | Square


@pytest.mark.parametrize("shape", [Circle(radius=1), Square(side=1.0)])
def test_a_union_of_models_comes_back_as_the_one_it_was(shape: Circle | Square) -> None:
    assert there_and_back(Drawing(id="1", shape=shape)) == Drawing(id="1", shape=shape)


def test_an_item_that_does_not_fit_says_what_and_where() -> None:
    with pytest.raises(InvalidItem, match=r"t: an item is no Aliased: (?s:.*)fullName") as caught:
        codec(Aliased).decoded({"id": "1"})
    assert caught.value.item == {"id": "1"}
    assert isinstance(caught.value.__cause__, ValidationError)


class Plain(BaseModel):
    id: str
    count: int = 0


def test_fields_that_are_the_key_need_no_declaration(client: Client, mock: Mock) -> None:
    mock.load(
        {
            "plain": {
                "table": {
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "BillingMode": "PAY_PER_REQUEST",
                }
            }
        }
    )
    table = client.table("plain", model=Plain, keys="id")
    table.put(Plain(id="a", count=2))
    assert table.get(id="a") == Plain(id="a", count=2)
    assert mock.tables["plain"].items == [{"id": "a", "count": 2}]
    assert table.update(id="a").add("count", 3).execute().count == 5


def test_a_model_that_is_not_declared_says_what_to_do(client: Client) -> None:
    with pytest.raises(ConfigurationError, match="declare it with @entity"):
        client.table("plain", model=Plain)
    with pytest.raises(ConfigurationError, match="a model is a class"):
        client.table("plain", model=dict)  # type: ignore[type-var]  # that it is refused is the point
