"""Items of one model: written, read, deleted; versions, stamps, time to live."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import BaseModel, Field

from pytest_dynamodb import (
    Attr,
    ConditionalCheckFailedException,
    ConfigurationError,
    DynamoDbClient,
    IndexKeys,
    InvalidItem,
    InvalidKey,
    InvalidValue,
    ItemNotFound,
    Mock,
    TypedTable,
    VersionConflict,
    VirtualClock,
    entity,
)

NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)


@entity(
    pk="USER#{user_id}",
    sk="PROFILE",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "EMAIL#{email}"}, {"gsi1sk": "USER#{user_id}"})],
    version="version",
    created="created_at",
    updated="updated_at",
    ttl="expires_at",
)
class User(BaseModel):
    user_id: str
    name: str = Field(max_length=10)
    email: str | None = None
    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None


class Name(BaseModel):
    name: str


@pytest.fixture
def users(client: DynamoDbClient, clock: VirtualClock) -> TypedTable[User]:
    return client.table("app", model=User, clock=clock)


def test_an_instance_is_put_and_got(users: TypedTable[User], mock: Mock) -> None:
    stored = users.put(User(user_id="1", name="Ann", email="a@example.com"))
    assert users.get(user_id="1") == stored
    assert users.get({"user_id": "1"}) == stored
    assert users.get(stored) == stored
    assert users.get(user_id="2") is None
    assert mock.tables["app"].items == [
        {
            "pk": "USER#1",
            "sk": "PROFILE",
            "gsi1pk": "EMAIL#a@example.com",
            "gsi1sk": "USER#1",
            "entity": "User",
            "user_id": "1",
            "name": "Ann",
            "email": "a@example.com",
            "version": 1,
            "created_at": "2023-11-14T22:13:20+00:00",
            "updated_at": "2023-11-14T22:13:20+00:00",
        }
    ]


def test_an_instance_without_a_value_for_an_index_is_not_in_it(users: TypedTable[User], mock: Mock) -> None:
    users.put(User(user_id="1", name="Ann"))
    assert not {"gsi1pk", "gsi1sk", "email"} & set(mock.tables["app"].items[0])


def test_what_is_missing_is_missing(users: TypedTable[User]) -> None:
    assert not users.exists(user_id="1")
    with pytest.raises(ItemNotFound, match="USER#1"):
        users.get_or_raise(user_id="1")
    assert users.delete(user_id="1") is None


def test_many_are_got_in_the_order_of_their_keys(users: TypedTable[User]) -> None:
    for number in range(120):
        users.put(User(user_id=str(number), name="n"))
    found = users.batch_get([{"user_id": str(number)} for number in (119, 5, 500)])
    assert [user.user_id for user in found] == ["119", "5"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [({}, "user_id is missing"), ({"user_id": "1", "name": "x"}, "not of name"), ({"user_id": "1#2"}, "delimits")],
)
def test_a_key_is_made_of_its_fields(users: TypedTable[User], fields: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidKey, match=message):
        users.get(fields)


def test_nothing_invalid_is_sent(users: TypedTable[User], mock: Mock) -> None:
    user = User(user_id="1", name="Ann")
    user.name = "much too long a name"  # which pydantic lets pass by default
    with pytest.raises(InvalidValue, match="at most 10 characters"):
        users.put(user)
    with pytest.raises(InvalidValue, match="valid string"):
        users.get(user_id=1)
    with pytest.raises(InvalidValue, match="with a time zone"):
        users.put(User(user_id="1", name="Ann", expires_at=datetime(2024, 1, 1)))  # noqa: DTZ001 - that is the point
    assert mock.tables["app"].items == []


def test_stamps_are_the_clocks(users: TypedTable[User], clock: VirtualClock) -> None:
    first = users.put(User(user_id="1", name="Ann"))
    assert (first.created_at, first.updated_at) == (NOW, NOW)
    clock.advance(60)
    second = users.put(first)
    assert (second.created_at, second.updated_at) == (NOW, NOW + timedelta(seconds=60))


def test_a_version_is_written_over_once(users: TypedTable[User]) -> None:
    read = users.put(User(user_id="1", name="Ann"))
    mine = users.put(read.model_copy(update={"name": "Mine"}))
    assert (read.version, mine.version) == (1, 2)
    with pytest.raises(VersionConflict, match="version 1 was to be written over, but version 2 is there") as caught:
        users.put(read.model_copy(update={"name": "Theirs"}))
    assert (caught.value.expected, caught.value.found) == (1, 2)
    assert caught.value.item is not None
    assert caught.value.item["name"] == "Mine"
    assert users.get(user_id="1") == mine


def test_a_new_instance_overwrites_nothing(users: TypedTable[User]) -> None:
    users.put(User(user_id="1", name="Ann"))
    with pytest.raises(VersionConflict, match="it was to be new, but version 1 is there"):
        users.put(User(user_id="1", name="Bob"))


def test_a_new_instance_overwrites_no_item_without_a_version(
    client: DynamoDbClient, users: TypedTable[User], mock: Mock
) -> None:
    """Such an item's version counts as 0, which is a new instance's too: that it is there is the conflict."""
    foreign = {"pk": "USER#1", "sk": "PROFILE", "name": "Ann"}
    client.table("app").put(foreign)
    with pytest.raises(VersionConflict, match="it was to be new, but version 0 is there") as caught:
        users.put(User(user_id="1", name="Bob"))
    assert (caught.value.expected, caught.value.found) == (0, 0)
    assert caught.value.item == foreign
    assert mock.tables["app"].items == [foreign]


def test_only_the_version_that_was_read_is_deleted(users: TypedTable[User]) -> None:
    old = users.put(User(user_id="1", name="Ann"))
    new = users.put(old)
    with pytest.raises(VersionConflict):
        users.delete(old)
    assert users.delete(new) == new
    with pytest.raises(VersionConflict, match="but there is none"):
        users.delete(new)


def test_a_key_deletes_whatever_version_there_is(users: TypedTable[User]) -> None:
    stored = users.put(User(user_id="1", name="Ann"))
    assert users.delete(user_id="1") == stored


def test_a_false_condition_is_no_conflict_of_versions(users: TypedTable[User]) -> None:
    stored = users.put(User(user_id="1", name="Ann"))
    with pytest.raises(ConditionalCheckFailedException) as caught:
        users.put(stored, condition=Attr("name") == "Bob")
    assert not isinstance(caught.value, VersionConflict)


def test_a_time_to_live_is_a_datetime_here_and_seconds_there(users: TypedTable[User], mock: Mock) -> None:
    until = NOW + timedelta(days=1, microseconds=5)
    users.put(User(user_id="1", name="Ann", expires_at=until))
    assert mock.tables["app"].items[0]["expires_at"] == Decimal(1_700_086_400)
    assert users.get_or_raise(user_id="1").expires_at == NOW + timedelta(days=1)


def test_what_is_expired_is_hidden_where_that_is_asked_for(
    client: DynamoDbClient, users: TypedTable[User], clock: VirtualClock
) -> None:
    shown = client.table("app", model=User, hide_expired=True, clock=clock)
    users.put(User(user_id="1", name="Ann", email="e", expires_at=NOW + timedelta(seconds=60)))
    users.put(User(user_id="2", name="Bob", email="e"))
    assert shown.exists(user_id="1")
    clock.advance(60)
    assert users.exists(user_id="1")
    assert shown.get(user_id="1") is None
    assert shown.get(user_id="1", into=Name) is None
    assert shown.batch_get([{"user_id": "1"}, {"user_id": "2"}])[0].user_id == "2"
    assert [user.user_id for user in shown.query(index="gsi1", email="e")] == ["2"]
    assert [user.user_id for user in users.query(index="gsi1", email="e")] == ["1", "2"]
    assert [user.user_id for user in shown.scan()] == ["2"]


def test_a_part_is_read_into_another_model_or_raw(users: TypedTable[User]) -> None:
    users.put(User(user_id="1", name="Ann", email="e"))
    assert users.get(user_id="1", into=Name) == Name(name="Ann")
    raw = users.get(user_id="1", raw=True)
    assert raw is not None
    assert raw["pk"] == "USER#1"
    by_email = users.query(index="gsi1", email="e")
    assert by_email.into(Name).execute().items == [Name(name="Ann")]
    assert by_email.project("name").one() == {"name": "Ann"}
    assert by_email.raw().one()["gsi1sk"] == "USER#1"


def test_a_part_of_what_is_not_there_is_refused(users: TypedTable[User]) -> None:
    class Shoe(BaseModel):
        size: int

    with pytest.raises(ConfigurationError, match="Shoe has size, which a User has not"):
        users.get(user_id="1", into=Shoe)


def test_an_item_of_another_kind_is_none_of_the_model(client: DynamoDbClient, users: TypedTable[User]) -> None:
    client.table("app").put({"pk": "USER#1", "sk": "PROFILE", "entity": "Robot"})
    with pytest.raises(InvalidItem, match="it is a Robot"):
        users.get(user_id="1")


def test_a_transaction_and_a_batch_take_what_is_stored(client: DynamoDbClient, users: TypedTable[User]) -> None:
    ann, bob = User(user_id="1", name="Ann"), User(user_id="2", name="Bob")
    with client.transaction() as tx:
        tx.put(users, users.item(ann), condition=users.guard(ann))
    with client.batch_write() as batch:
        batch.put(users, users.item(bob))
    assert [users.get_or_raise(user_id=number).version for number in ("1", "2")] == [1, 1]
    with client.transaction() as tx:
        tx.delete(users, users.key(ann))
    assert not users.exists(ann)


def test_a_declaration_that_does_not_fit_is_refused(client: DynamoDbClient) -> None:
    @entity(pk="A#{nothing}")
    class Unknown(BaseModel):
        a: str

    @entity(pk="A#{kind}", discriminator="kind")
    class Taken(BaseModel):
        kind: str

    @entity(pk="A#{a}", version="count")
    class Versioned(BaseModel):
        a: str

    @entity(pk="A#{a}", version="version")
    class Begun(BaseModel):
        a: str
        version: int = 1

    cases: list[tuple[type[BaseModel], str]] = [
        (Unknown, "names nothing, of which the model has no field"),
        (Taken, "name another one with discriminator="),
        (Versioned, "no field 'count' to be its version"),
        (Begun, "version begins with 0 or None"),
    ]
    for model, message in cases:
        with pytest.raises(ConfigurationError, match=message):
            client.table("app", model=model)


def test_a_cursor_of_what_is_not_expired_is_good_a_little_later(
    client: DynamoDbClient, users: TypedTable[User], clock: VirtualClock
) -> None:
    for number in range(4):
        users.put(User(user_id=str(number), name="n", email="e", expires_at=NOW + timedelta(seconds=60 * number)))
    shown = client.table("app", model=User, hide_expired=True, clock=clock)
    first = shown.query(index="gsi1", email="e").limit(1).execute()
    assert [user.user_id for user in first] == ["1"]
    clock.advance(5)
    second = shown.query(index="gsi1", email="e").execute(after=first.cursor)
    assert [user.user_id for user in second] == ["2", "3"]


def test_an_index_that_holds_keys_alone_shows_what_is_of_the_model(client: DynamoDbClient, mock: Mock) -> None:
    from pytest_dynamodb import Index

    class Key(BaseModel):
        pk: str

    index = Index(name="keys", partition_key="k", sort_key=None, attributes=())
    client.create_table("narrow", partition_key="pk", sort_key="sk", indexes=[index])

    @entity(pk="A#{a}", sk="A", indexes=[IndexKeys("keys", {"k": "{k}"}, discriminates=False)])
    class Narrow(BaseModel):
        a: str
        k: str

    table = client.table("narrow", model=Narrow)
    table.put(Narrow(a="1", k="x"))
    assert table.query(index="keys", k="x").into(Key).one() == Key(pk="A#1")
    with pytest.raises(InvalidItem, match="Read it with raw=True, or into a model of the fields it has"):
        table.query(index="keys", k="x").one()
    client.table("narrow").put({"pk": "B#1", "sk": "B", "k": "y"})
    assert table.query(index="keys", k="y").count() == 0
    with pytest.raises(InvalidItem, match="neither a discriminator nor its key"):
        client.table("narrow", model=Narrow, alien="raise").query(index="keys", k="y").count()
