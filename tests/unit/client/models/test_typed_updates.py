"""Updates by field: checked, one version on, and never of half of a key."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from pydantic import BaseModel, Field, computed_field, field_validator, model_validator

from pytest_dynamodb import (
    Attr,
    ConditionalCheckFailedException,
    ConfigurationError,
    DynamoDbClient,
    IndexKeys,
    InvalidItemWritten,
    InvalidUpdate,
    InvalidValue,
    ItemNotFound,
    Mock,
    TypedTable,
    VersionConflict,
    VirtualClock,
    entity,
)


class Address(BaseModel):
    city: str = Field(alias="town", max_length=5)
    lines: list[str] = []


@entity(
    pk="TASK#{task_id}",
    sk="TASK",
    indexes=[
        IndexKeys("gsi1", {"gsi1pk": "OWNER#{owner}"}, {"gsi1sk": "STATE#{state}#{due}"}),
        IndexKeys("places", {"tenant": "{tenant}", "region": "{region}"}, {"day": "{day}"}),
    ],
    version="version",
    updated="updated_at",
)
class Task(BaseModel):
    task_id: str
    owner: str
    state: str
    due: datetime
    points: int = 0
    price: float = 0.0
    tags: set[str] = set()
    log: list[str] = []
    address: Address | None = None
    tenant: str | None = None
    region: str | None = None
    day: str | None = None
    version: int = 0
    updated_at: datetime | None = None

    @field_validator("state")
    @classmethod
    def no_shouting(cls, state: str) -> str:
        if state.isupper():
            raise ValueError("do not shout")
        return state


DUE = datetime(2024, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def tasks(client: DynamoDbClient, clock: VirtualClock) -> TypedTable[Task]:
    return client.table("app", model=Task, clock=clock)


@pytest.fixture
def task(tasks: TypedTable[Task]) -> Task:
    return tasks.put(Task(task_id="1", owner="ann", state="new", due=DUE))


def stored(mock: Mock) -> dict[str, object]:
    (item,) = mock.tables["app"].items
    return item


def test_fields_are_updated_and_the_item_comes_back(tasks: TypedTable[Task], task: Task, clock: VirtualClock) -> None:
    clock.advance(1)
    found = (
        tasks.update(task_id="1")
        .set("price", 0.5)
        .set_if_absent("address", Address(town="Bern"))
        .add("points", 3)
        .add("tags", {"a"})
        .append("log", ["x"])
        .execute()
    )
    assert (found.price, found.points, found.tags, found.log) == (0.5, 3, {"a"}, ["x"])
    assert found.address == Address(town="Bern")
    assert found.version == 2
    assert found.updated_at == datetime.fromtimestamp(clock.now(), timezone.utc)
    assert tasks.get(task) == found


def test_a_part_of_a_field_is_updated_by_its_path(tasks: TypedTable[Task], task: Task) -> None:
    tasks.update(task).set("address", Address(town="Bern", lines=["a", "b"])).execute()
    found = tasks.update(task_id="1").set("address.city", "Basel").set("address.lines[1]", "c").execute()
    assert found.address == Address(town="Basel", lines=["a", "c"])
    with pytest.raises(InvalidValue, match="at most 5"):
        tasks.update(task_id="1").set("address.city", "Zollikofen")
    with pytest.raises(ConfigurationError, match="a Address has no field 'zip'"):
        tasks.update(task_id="1").set("address.zip", "1")


def test_members_and_fields_are_taken_away(tasks: TypedTable[Task], task: Task) -> None:
    tasks.update(task).add("tags", {"a", "b"}).set("address", Address(town="Bern")).execute()
    found = tasks.update(task_id="1").delete("tags", {"a"}).remove("address").execute()
    assert (found.tags, found.address) == ({"b"}, None)
    assert tasks.update(task_id="1").set("tags", set()).execute().tags == set()
    with pytest.raises(InvalidUpdate, match="owner cannot be removed"):
        tasks.update(task_id="1").remove("owner")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [("points", "many", "valid integer"), ("state", "NEW", "do not shout"), ("due", "soon", "valid datetime")],
)
def test_a_value_is_validated_as_its_field(tasks: TypedTable[Task], path: str, value: object, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        tasks.update(task_id="1").set(path, value)


def test_a_field_that_is_not_there_is_refused(tasks: TypedTable[Task]) -> None:
    with pytest.raises(ConfigurationError, match="Task has no field 'stat'"):
        tasks.update(task_id="1").set("stat", "x")


@pytest.mark.parametrize("field", ["task_id", "version", "updated_at"])
def test_what_updates_set_themselves_or_never_is_refused(tasks: TypedTable[Task], field: str) -> None:
    with pytest.raises(InvalidUpdate):
        tasks.update(task_id="1").set(field, "2" if field == "task_id" else 2 if field == "version" else DUE)


def test_the_keys_of_indexes_follow(tasks: TypedTable[Task], task: Task, mock: Mock) -> None:
    later = datetime(2024, 2, 2, tzinfo=timezone.utc)
    tasks.update(task_id="1").set("owner", "bob").set("state", "done").set("due", later).execute()
    assert stored(mock)["gsi1pk"] == "OWNER#bob"
    assert stored(mock)["gsi1sk"] == "STATE#done#2024-02-02T00:00:00.000000+00:00"
    assert tasks.query(index="gsi1", owner="bob", state="done").count() == 1


def test_half_of_a_composite_key_is_refused_and_nothing_is_sent(
    tasks: TypedTable[Task], task: Task, mock: Mock
) -> None:
    before = stored(mock)
    with pytest.raises(InvalidUpdate, match="gsi1sk, of the key of gsi1, is made of state, due: set due too"):
        tasks.update(task_id="1").set("state", "done").execute()
    with pytest.raises(InvalidUpdate, match="whose value will be known in the table alone"):
        tasks.update(task_id="1").set("state", Attr("owner")).set("due", DUE).execute()
    assert stored(mock) == before


def test_an_instance_knows_the_other_half_and_makes_sure_of_it(
    client: DynamoDbClient, tasks: TypedTable[Task], task: Task, mock: Mock
) -> None:
    tasks.update(task).set("state", "done").execute()
    assert stored(mock)["gsi1sk"] == "STATE#done#2024-01-01T00:00:00.000000+00:00"
    request = tasks.update(task).set("state", "done").to_request()
    assert {"S": "2024-01-01T00:00:00+00:00"} in request["ExpressionAttributeValues"].values()
    read = tasks.get_or_raise(task_id="1")
    client.table("app").update({"pk": "TASK#1", "sk": "TASK"}).set("due", "2025-01-01T00:00:00+00:00").execute()
    with pytest.raises(ConditionalCheckFailedException):
        tasks.update(read).set("state", "new").execute()


def test_an_item_enters_and_leaves_an_index_of_several_attributes(
    tasks: TypedTable[Task], task: Task, mock: Mock
) -> None:
    assert tasks.query(index="places", tenant="t", region="eu").count() == 0
    tasks.update(task_id="1").set("tenant", "t").set("region", "eu").set("day", "1").execute()
    assert tasks.query(index="places", tenant="t", region="eu").count() == 1
    tasks.update(task_id="1").remove("day").execute()
    assert "day" not in stored(mock)
    assert tasks.query(index="places", tenant="t", region="eu").count() == 0


def test_an_update_is_of_what_is_there(tasks: TypedTable[Task]) -> None:
    with pytest.raises(ItemNotFound):
        tasks.update(task_id="9").add("points", 1).execute()


def test_an_instance_is_updated_in_the_version_that_was_read(tasks: TypedTable[Task], task: Task) -> None:
    tasks.update(task_id="1").add("points", 1).execute()
    with pytest.raises(VersionConflict, match="version 1 was to be written over, but version 2 is there"):
        tasks.update(task).add("points", 1).execute()


def test_a_condition_is_of_attributes(tasks: TypedTable[Task], task: Task) -> None:
    update = tasks.update(task_id="1").add("points", 1).condition(Attr("points") < 1)
    assert update.execute().points == 1
    with pytest.raises(ConditionalCheckFailedException) as caught:
        update.execute()
    assert caught.value.item is not None
    assert caught.value.item["points"] == Decimal(1)


@entity(
    pk="X#{x}",
    sk="X",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "INITIAL#{initial}"}, {"gsi1sk": "NICK#{nick}"})],
)
class Named(BaseModel):
    x: str
    name: str
    nick: str | None = None

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def initial(self) -> str:
        return self.name[0]


def test_computed_fields_may_be_in_keys_and_updates_of_those_are_refused(client: DynamoDbClient, mock: Mock) -> None:
    names = client.table("app", model=Named)
    names.put(Named(x="1", name="Ann", nick="a"))
    assert stored(mock)["gsi1pk"] == "INITIAL#A"
    assert names.query(index="gsi1", initial="A").one().name == "Ann"
    with pytest.raises(InvalidUpdate, match="initial, whose value will be known"):
        names.update(x="1").set("nick", "b").execute()


def test_a_key_of_a_computed_field_follows_an_instance_that_was_read(client: DynamoDbClient, mock: Mock) -> None:
    """And the update is for the instance as it was read alone: any field may be behind what is computed."""
    names = client.table("app", model=Named)
    names.put(Named(x="1", name="Ann", nick="a"))
    read, late = names.get(x="1"), names.get(x="1")
    assert read is not None
    assert late is not None
    updated = names.update(read).set("name", "Bob").execute()
    assert updated == Named(x="1", name="Bob", nick="a")
    assert stored(mock)["gsi1pk"] == "INITIAL#B"
    with pytest.raises(ConditionalCheckFailedException):
        names.update(late).set("name", "Cid").execute()
    assert stored(mock)["gsi1pk"] == "INITIAL#B"


@entity(pk="P#{p}", sk="P", indexes=[IndexKeys("gsi1", {"gsi1pk": "GROUP#{group}"}, {"gsi1sk": "P#{p}"})])
class Person(BaseModel):
    p: str
    group: str | None = None


def test_the_first_value_of_an_index_brings_the_whole_key_and_none_takes_it(client: DynamoDbClient, mock: Mock) -> None:
    people = client.table("app", model=Person)
    people.put(Person(p="1"))
    people.update(p="1").set("group", "g").execute()
    assert (stored(mock)["gsi1pk"], stored(mock)["gsi1sk"]) == ("GROUP#g", "P#1")
    assert people.query(index="gsi1", group="g").one() == Person(p="1", group="g")
    people.update(p="1").set("group", None).execute()
    assert not {"gsi1pk", "gsi1sk", "group"} & set(stored(mock))


@entity(pk="S#{s}", sk="S")
class Stock(BaseModel):
    s: str
    left: int = Field(default=0, ge=0)
    bins: set[str] = Field(default_factory=set, min_length=1)
    sizes: list[int] = Field(default_factory=list)


def test_what_is_added_is_of_the_type_and_not_bound_to_what_the_whole_is(client: DynamoDbClient) -> None:
    stock = client.table("app", model=Stock)
    stock.put(Stock(s="1", left=5, bins={"a", "b"}))
    found = stock.update(s="1").add("left", -3).delete("bins", {"a"}).append("sizes", [4]).execute()
    assert (found.left, found.bins, found.sizes) == (2, {"b"}, [4])
    with pytest.raises(InvalidValue, match="valid integer"):
        stock.update(s="1").add("left", "few")
    with pytest.raises(InvalidValue, match="valid integer"):
        stock.update(s="1").append("sizes", ["large"])


def test_an_item_older_than_its_index_is_brought_into_it_whole(
    client: DynamoDbClient, tasks: TypedTable[Task], task: Task, mock: Mock
) -> None:
    client.table("app").update({"pk": "TASK#1", "sk": "TASK"}).remove("gsi1pk", "gsi1sk").execute()
    tasks.update(task_id="1").set("owner", "bob").execute()
    assert (stored(mock)["gsi1pk"], stored(mock)["gsi1sk"]) == (
        "OWNER#bob",
        "STATE#new#2024-01-01T00:00:00.000000+00:00",
    )
    assert tasks.query(index="gsi1", owner="bob").count() == 1


def test_a_sum_is_guarded_by_what_the_field_demands(client: DynamoDbClient) -> None:
    stock = client.table("app", model=Stock)
    stock.put(Stock(s="1", left=2, bins={"a"}))
    with pytest.raises(InvalidUpdate, match=r"nothing has been written(?s:.*)greater than or equal to 0"):
        stock.update(s="1").add("left", -3).execute()
    assert stock.update(s="1").delete("bins", {"z"}).add("left", -2).execute() == Stock(s="1", left=0, bins={"a"})


@entity(pk="C#{c}", sk="C")
class Crew(BaseModel):
    c: str
    names: set[str] = Field(min_length=1, max_length=3)


def test_the_length_of_a_set_is_guarded_by_what_the_field_demands(client: DynamoDbClient) -> None:
    crews = client.table("app", model=Crew)
    crews.put(Crew(c="1", names={"a", "b"}))
    assert crews.update(c="1").add("names", {"a", "b", "c"}).execute().names == {"a", "b", "c"}
    with pytest.raises(InvalidUpdate, match=r"nothing has been written(?s:.*)at most 3 items"):
        crews.update(c="1").add("names", {"d"}).execute()
    assert crews.update(c="1").delete("names", {"b", "c", "z"}).execute().names == {"a"}
    with pytest.raises(InvalidUpdate, match=r"nothing has been written(?s:.*)at least 1 item"):
        crews.update(c="1").delete("names", {"a"}).execute()
    assert crews.get_or_raise(c="1").names == {"a"}


@entity(pk="R#{r}", sk="R")
class Span(BaseModel):
    r: str
    first: int = 0
    last: int = 9

    @model_validator(mode="after")
    def in_order(self) -> Span:
        if self.first > self.last:
            raise ValueError("the first is after the last")
        return self


def test_a_write_that_happened_says_so_and_has_the_item(client: DynamoDbClient, mock: Mock) -> None:
    spans = client.table("app", model=Span)
    span = spans.put(Span(r="1"))
    with pytest.raises(InvalidUpdate, match="nothing has been written"):
        spans.update(span).set("first", 10).execute()
    assert stored(mock)["first"] == 0
    with pytest.raises(InvalidItemWritten, match=r"The write has happened(?s:.*)the first is after the last") as caught:
        spans.update(r="1").set("first", 10).execute()
    assert caught.value.item == stored(mock)
    assert caught.value.item["first"] == 10
    with pytest.raises(InvalidItemWritten, match="The write has happened") as caught:
        spans.delete(r="1")
    assert caught.value.item["first"] == 10
    assert mock.tables["app"].items == []


class Fleet(BaseModel):
    cars: dict[str, list[Address]] = {}
    sizes: tuple[int, str] = (0, "")


@entity(pk="F#{f}", sk="F")
class Owner(BaseModel):
    f: str
    fleet: Fleet = Fleet()


def test_places_in_lists_maps_and_tuples_are_validated(client: DynamoDbClient) -> None:
    owners = client.table("app", model=Owner)
    owner = owners.put(Owner(f="1", fleet=Fleet(cars={"x": [Address(town="Bern")]})))
    found = owners.update(owner).set("fleet.cars.x[0].city", "Basel").set("fleet.sizes[0]", 3).execute()
    assert found.fleet == Fleet(cars={"x": [Address(town="Basel")]}, sizes=(3, ""))
    for path, value in [("fleet.cars.x[0].city", "Zollikofen"), ("fleet.sizes[0]", "many"), ("fleet.cars.x", [1])]:
        with pytest.raises(InvalidValue):
            owners.update(f="1").set(path, value)
    for path in ("fleet.cars.x.city", "fleet.sizes[2]", "fleet.none"):
        with pytest.raises(ConfigurationError, match="has no"):
            owners.update(f="1").set(path, 1)
    with pytest.raises(InvalidUpdate, match=r"fleet\.cars\.x\[0\]\.city cannot be removed: a Address must have it"):
        owners.update(f="1").remove("fleet.cars.x[0].city")
