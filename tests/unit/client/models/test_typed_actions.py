"""Typed items in transactions, made where there are none, written over any version, deleted and decoded."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic import BaseModel

from pytest_dynamodb import (
    Attr,
    ConfigurationError,
    DynamoDbClient,
    Index,
    IndexKeys,
    InvalidItem,
    InvalidUpdate,
    Mock,
    TransactionCancelled,
    TypedTable,
    VersionConflict,
    VirtualClock,
    entity,
)
from pytest_dynamodb.values import to_wire_item

NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)


@entity(
    pk="USER#{user_id}",
    sk="PROFILE",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "TEAM#{team}"}, {"gsi1sk": "RANK#{rank}"})],
    version="version",
    created="created_at",
    updated="updated_at",
)
class User(BaseModel):
    user_id: str
    name: str
    team: str | None = None
    rank: str = "new"
    visits: int = 0
    tags: set[str] = set()
    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


@entity(
    pk="USER#{user_id}",
    sk="ORDER#{number:03d}",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "STATE#{state}"}, {"gsi1sk": "{number:03d}"})],
)
class Order(BaseModel):
    user_id: str
    number: int
    state: str = "new"


@pytest.fixture
def users(client: DynamoDbClient, clock: VirtualClock) -> TypedTable[User]:
    return client.table("app", model=User, clock=clock)


@pytest.fixture
def orders(client: DynamoDbClient) -> TypedTable[Order]:
    return client.table("app", model=Order)


# --- transactions ---


def test_a_transaction_keeps_versions_stamps_and_index_keys(
    client: DynamoDbClient, users: TypedTable[User], orders: TypedTable[Order], clock: VirtualClock
) -> None:
    ann, bob, eve = (users.put(User(user_id=name, name=name, team="a")) for name in ("ann", "bob", "eve"))
    clock.advance(5)
    with client.transaction() as tx:
        put = users.within(tx).put(ann.model_copy(update={"team": "b"}))
        users.within(tx).update(bob).set("team", "b").add("visits", 2).condition(Attr("visits") == 0)
        users.within(tx).delete(eve)
        orders.within(tx).put(Order(user_id="bob", number=1))
    assert users.get(user_id="ann") == put.stored
    assert (put.stored.version, put.stored.created_at) == (2, NOW)
    assert put.stored.updated_at is not None
    assert put.stored.updated_at > NOW
    assert sorted(user.user_id for user in users.query(index="gsi1", team="b")) == ["ann", "bob"]
    assert users.get_or_raise(user_id="bob").version == 2
    assert users.get_or_raise(user_id="bob").updated_at == put.stored.updated_at
    assert not users.exists(user_id="eve")
    assert orders.exists(user_id="bob", number=1)


@pytest.mark.parametrize("kind", ["put", "update", "delete", "check"])
def test_an_instance_that_somebody_else_has_written_cancels_it(
    client: DynamoDbClient, users: TypedTable[User], kind: str
) -> None:
    old = users.put(User(user_id="ann", name="ann"))
    newer = users.update(old).set("name", "Ann").execute()
    acts: dict[str, Callable[[Any], Any]] = {
        "put": lambda within: within.put(old),
        "update": lambda within: within.update(old).set("name", "x"),
        "delete": lambda within: within.delete(old),
        "check": lambda within: within.check(old),
    }
    with pytest.raises(TransactionCancelled) as caught:  # noqa: SIM117 - the block raises at its end
        with client.transaction() as tx:
            users.within(tx).put(User(user_id="bob", name="bob"))
            action = acts[kind](users.within(tx))
    failure = caught.value.failure_of(action)
    assert failure is not None
    assert failure.code == "ConditionalCheckFailed"
    assert failure.old_item is not None
    assert users.decode(failure.old_item) == newer
    arrived = pickle.loads(pickle.dumps(caught.value))
    assert [failure.old_item for failure in arrived.failures] == [failure.old_item]
    assert not users.exists(user_id="bob")


def test_a_new_instance_overwrites_nothing_and_an_update_or_check_is_of_what_is_there(
    client: DynamoDbClient, users: TypedTable[User]
) -> None:
    users.put(User(user_id="ann", name="ann"))
    acts: list[Callable[[Any], Any]] = [
        lambda within: within.put(User(user_id="ann", name="another")),
        lambda within: within.update(user_id="nobody").set("name", "x"),
        lambda within: within.check(user_id="nobody"),
        lambda within: within.check(user_id="ann", condition=Attr("name") == "x"),
        lambda within: within.delete(user_id="ann", condition=Attr("name") == "x"),
    ]
    for act in acts:
        with pytest.raises(TransactionCancelled, match="ConditionalCheckFailed"), client.transaction() as tx:
            act(users.within(tx))
    with client.transaction() as tx:
        users.within(tx).check(user_id="ann")
        users.within(tx).delete(user_id="nobody")


def test_a_part_of_an_index_key_is_written_where_the_rest_is_there(
    client: DynamoDbClient, users: TypedTable[User], mock: Mock
) -> None:
    users.put(User(user_id="ann", name="ann", team="a"))
    with client.transaction() as tx:
        users.within(tx).update(user_id="ann").set("team", "b")
    assert users.query(index="gsi1", team="b").one().user_id == "ann"
    users.put(User(user_id="bob", name="bob"))
    with pytest.raises(TransactionCancelled, match="ConditionalCheckFailed"), client.transaction() as tx:
        users.within(tx).update(user_id="bob").set("team", "b")
    assert users.get_or_raise(user_id="bob").team is None
    assert users.update(user_id="bob").set("team", "b").execute().team == "b"
    assert users.query(index="gsi1", team="b").count() == 2


# --- upserts ---


def test_an_upsert_makes_a_whole_item_where_there_is_none(users: TypedTable[User], mock: Mock) -> None:
    made = users.upsert(user_id="ann").set("name", "Ann").add("visits", 1).execute()
    assert made == User(user_id="ann", name="Ann", visits=1, version=1, created_at=NOW, updated_at=NOW)
    (item,) = mock.tables["app"].items
    assert (item["entity"], item["user_id"], item["rank"]) == ("User", "ann", "new")
    again = users.upsert(user_id="ann").set("name", "Anna").add("visits", 1).add("tags", {"x"}).execute()
    assert again == made.model_copy(update={"name": "Anna", "visits": 2, "version": 2, "tags": {"x"}})
    assert users.get(user_id="ann") == again


def test_an_upsert_puts_an_item_into_its_indexes(
    users: TypedTable[User], orders: TypedTable[Order], mock: Mock
) -> None:
    users.upsert(user_id="ann").set("name", "Ann").set("team", "a").set("rank", "old").execute()
    assert users.query(index="gsi1", team="a").one().rank == "old"
    made = orders.upsert(user_id="ann", number=1).execute()
    assert orders.query(index="gsi1", state="new").one() == made
    orders.update(user_id="ann", number=1).set("state", "paid").execute()
    assert orders.upsert(user_id="ann", number=1).execute().state == "paid"  # and its place in the index is as it was
    assert orders.query(index="gsi1", state="paid").count() == 1
    users.upsert(user_id="ann").set("team", None).set("name", "Ann").execute()
    assert users.query(index="gsi1", team="a").count() == 0


def test_an_upsert_that_would_make_half_an_item_is_refused(users: TypedTable[User], mock: Mock) -> None:
    with pytest.raises(InvalidUpdate, match="name would be missing"):
        users.upsert(user_id="ann").add("visits", 1).execute()
    with pytest.raises(InvalidUpdate, match="set rank to a value too"):
        users.upsert(user_id="ann").set("name", "Ann").set("team", "a").execute()
    assert mock.tables["app"].items == []


# --- versions that are not looked at ---


def test_a_write_may_leave_the_version_unchecked_and_is_the_next_one_all_the_same(users: TypedTable[User]) -> None:
    old = users.put(User(user_id="ann", name="ann"))
    newest = users.update(users.update(old).add("visits", 1).execute()).add("visits", 1).execute()
    forced = users.put(old.model_copy(update={"name": "A"}), check_version=False)
    assert (forced.version, forced.visits) == (newest.version + 1, 0)
    assert users.update(old, check_version=False).add("visits", 1).execute().version == forced.version + 1
    with pytest.raises(VersionConflict):
        users.put(forced)
    assert users.delete(old, check_version=False) is not None
    assert users.put(old, check_version=False).version == 1  # it is new


def test_an_item_without_a_version_is_not_asked_for_one_for_ever(
    client: DynamoDbClient, users: TypedTable[User]
) -> None:
    client.table("app").put({"pk": "USER#ann", "sk": "PROFILE", "entity": "User", "user_id": "ann", "name": "ann"})
    with pytest.raises(VersionConflict):
        users.put(User(user_id="ann", name="Ann"), check_version=False)


# --- changes ---


def test_only_what_has_changed_is_updated(users: TypedTable[User]) -> None:
    old = users.put(User(user_id="ann", name="ann", team="a", rank="old"))
    new = old.model_copy(update={"name": "Ann", "team": None, "tags": {"x"}})
    assert users.changed(old, new) == ("name", "team", "tags")
    request = users.update(old).to(new).to_request()
    assert "rank" not in str(request)
    stored = users.update(old).to(new).execute()
    assert stored == new.model_copy(update={"version": 2, "updated_at": stored.updated_at})
    with pytest.raises(InvalidUpdate, match="user_id is part of the key"):
        users.update(old).to(old.model_copy(update={"user_id": "bob"}))
    with pytest.raises(InvalidUpdate, match="differs from the instance"):
        users.update(user_id="ann").to(new)


def test_the_size_of_an_item_is_what_dynamodb_counts(client: DynamoDbClient, users: TypedTable[User]) -> None:
    table = client.table("app")
    assert table.size({"pk": "a", "n": 1, "raw": b"12"}) == 2 + 1 + 1 + 2 + 3 + 2
    ann = users.put(User(user_id="ann", name="ann"))
    assert users.size(ann) == table.size(table.get(users.key(ann)) or {})


# --- items from elsewhere ---


def test_an_item_of_a_stream_or_a_transaction_is_decoded(client: DynamoDbClient, users: TypedTable[User]) -> None:
    ann = users.put(User(user_id="ann", name="ann", tags={"x"}))
    stored = client.table("app").get(users.key(ann))
    assert stored is not None
    app = client.table("app", models=(User, Order))
    for item in (stored, to_wire_item(stored)):
        assert users.decode(item) == ann
        assert app.decode(item) == ann
    with pytest.raises(InvalidItem):
        users.decode({"pk": {"S": "ORDER#1"}, "sk": {"S": "x"}})


# --- scans, deletes, indexes of keys alone ---


@pytest.fixture
def crowd(users: TypedTable[User], orders: TypedTable[Order]) -> list[Order]:
    users.put(User(user_id="u", name="u"))
    with orders.batch_write() as batch:
        return [batch.put(Order(user_id=f"u{number % 7}", number=number)) for number in range(60)]


def by_number(found: Any) -> list[Order]:
    return sorted(found, key=lambda order: int(order.number))


def test_a_typed_scan_is_read_in_segments(orders: TypedTable[Order], crowd: list[Order]) -> None:
    assert by_number(orders.scan().parallel(4).execute()) == crowd
    assert by_number(orders.scan().parallel(4)) == crowd
    assert by_number(order for page in orders.scan().page_size(10).parallel(3).pages() for order in page) == crowd
    assert orders.scan().parallel(4).count() == 60
    parts = [list(orders.scan().segment(number, of=3)) for number in range(3)]
    assert by_number(order for part in parts for order in part) == crowd
    first = orders.scan().limit(20).parallel(2).execute()
    rest = orders.scan().parallel(2).execute(after=first.cursor)
    assert by_number([*first, *rest]) == crowd
    with pytest.raises(ConfigurationError, match="segments are of a scan"):
        orders.query(user_id="u1").parallel(2)


def test_what_a_query_finds_is_deleted(
    client: DynamoDbClient, users: TypedTable[User], orders: TypedTable[Order], crowd: list[Order]
) -> None:
    assert orders.query(user_id="u1").delete_all() == 9
    assert orders.scan().count() == 51
    assert orders.query(index="gsi1", state="new").limit(3).delete_all() == 3
    assert client.table("app", models=(User, Order)).collection(User, user_id="u2").delete_all() >= 8
    assert client.table("app").scan().filter(Attr("entity") == "Order").delete_all() > 0
    assert orders.scan().count() == 0
    assert users.exists(user_id="u")


@entity(pk="N#{name}", indexes=[IndexKeys("keys", {"kind": "{kind}"}, {"name_key": "{name}"}, discriminates=False)])
class Note(BaseModel):
    name: str
    kind: str
    text: str = "x"


class Text(BaseModel):
    text: str


def notes_in(client: DynamoDbClient) -> TypedTable[Note]:
    index = Index(name="keys", partition_key="kind", sort_key="name_key", attributes=())
    client.create_table("notes", partition_key="pk", indexes=[index])
    return client.table("notes", model=Note)


def test_items_of_an_index_of_keys_are_read_whole_from_the_table(client: DynamoDbClient) -> None:
    notes = notes_in(client)
    for number in range(30):
        notes.put(Note(name=f"{number:02d}", kind="a", text=f"text {number}"))
    found = notes.query(index="keys", kind="a").hydrate()
    assert [note.text for note in found] == [f"text {number}" for number in range(30)]
    page = found.limit(4).descending().execute()
    assert [note.name for note in page] == ["29", "28", "27", "26"]
    assert [note.name for note in found.limit(2).descending().execute(after=page.cursor)] == ["25", "24"]
    assert (page.capacity or 0) > 0.5
    assert found.into(Text).first() == Text(text="text 0")
    assert len(list(notes.scan("keys").hydrate().parallel(2))) == 30
    stored = client.table("notes").query("keys").partition_key("a").hydrate()
    assert stored.project("text").limit(2).execute().items == [{"text": "text 0"}, {"text": "text 1"}]


@pytest.mark.aiobotocore
def test_awaited(mock: Mock, clock: VirtualClock, awaited: Callable[[Any, Mock], None]) -> None:
    async def scenario(client: Any) -> None:
        users, orders = client.table("app", model=User, clock=clock), client.table("app", model=Order)
        ann = await users.put(User(user_id="ann", name="ann"))
        async with client.transaction() as tx:
            put = users.within(tx).put(ann)
            orders.within(tx).put(Order(user_id="ann", number=1))
        assert await users.get(user_id="ann") == put.stored
        made = await users.upsert(user_id="bob").set("name", "Bob").execute()
        assert await users.get(user_id="bob") == made
        assert (await users.put(ann, check_version=False)).version == 3
        assert (await users.update(made).to(made.model_copy(update={"visits": 3})).execute()).visits == 3
        assert [order.number async for order in orders.scan().parallel(2)] == [1]
        assert await orders.query(user_id="ann").delete_all() == 1
        notes = client.table("app", models=(User, Order))
        assert notes.decode(users.item(ann)).user_id == "ann"

    awaited(scenario, mock)
