"""Fields of which no two items have the same value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from pytest_dynamodb import (
    Attr,
    ConditionalCheckFailedException,
    ConfigurationError,
    DynamoDbClient,
    InvalidUpdate,
    ItemNotFound,
    Mock,
    NotUnique,
    TypedTable,
    VersionConflict,
    entity,
    new_id,
)


@entity(pk="USER#{user_id}", sk="PROFILE", version="version", unique=("email", "phone"))
class User(BaseModel):
    user_id: str = Field(default_factory=new_id)
    email: str | None = None
    phone: int | None = None
    visits: int = 0
    version: int = 0


@entity(pk="PAGE#{path}", sk="PAGE", unique=("title",))
class Page(BaseModel):
    path: str
    title: str


@pytest.fixture
def users(client: DynamoDbClient) -> TypedTable[User]:
    return client.table("app", model=User)


def guards(mock: Mock) -> list[str]:
    keys = (str(item["pk"]) for item in mock.tables["app"].items)
    return sorted(key for key in keys if key.startswith("UNIQUE#"))


def test_a_value_is_taken_until_it_is_given_up(users: TypedTable[User], mock: Mock) -> None:
    ann = users.put(User(user_id="ann", email="a@x", phone=1))
    assert guards(mock) == ["UNIQUE#User#email#S:a@x", "UNIQUE#User#phone#N:1"]
    with pytest.raises(NotUnique, match=r"another User has 'a@x' as its email") as caught:
        users.put(User(user_id="bob", email="a@x"))
    assert caught.value.field == "email"
    assert not users.exists(user_id="bob")
    ann = users.put(ann.model_copy(update={"email": "b@x"}))
    assert guards(mock) == ["UNIQUE#User#email#S:b@x", "UNIQUE#User#phone#N:1"]
    bob = users.put(User(user_id="bob", email="a@x"))
    with pytest.raises(NotUnique):
        users.update(bob).set("email", "b@x").execute()
    assert users.delete(ann) == ann
    bob = users.update(bob).set("email", "b@x").execute()
    assert (bob.email, bob.version) == ("b@x", 2)
    assert guards(mock) == ["UNIQUE#User#email#S:b@x"]
    bob = users.update(user_id="bob").set("email", None).add("visits", 1).execute()
    assert (bob.email, bob.visits, guards(mock)) == (None, 1, [])


def test_guards_are_no_items_of_the_model(client: DynamoDbClient, users: TypedTable[User]) -> None:
    users.put(User(user_id="ann", email="a@x"))
    assert users.scan().count() == 1
    assert [type(item) for item in client.table("app", models=(User, Page)).scan()] == [User]


def test_versions_and_conditions_are_kept(users: TypedTable[User], mock: Mock) -> None:
    ann = users.put(User(user_id="ann", email="a@x"))
    users.update(ann).set("email", "b@x").execute()
    lates: list[Callable[[], Any]] = [
        lambda: users.put(ann),
        lambda: users.update(ann).set("email", "c@x").execute(),
        lambda: users.delete(ann),
        lambda: users.put(User(user_id="ann", email="d@x")),
    ]
    for late in lates:
        with pytest.raises(VersionConflict):
            late()
    assert guards(mock) == ["UNIQUE#User#email#S:b@x"]
    with pytest.raises(ConditionalCheckFailedException):
        users.update(user_id="ann").set("email", "c@x").condition(Attr("visits") == 5).execute()
    with pytest.raises(ItemNotFound):
        users.update(user_id="nobody").set("email", "c@x").execute()
    assert users.put(ann, check_version=False).version == 3
    assert guards(mock) == ["UNIQUE#User#email#S:a@x"]


def test_a_model_without_a_version_is_written_over(client: DynamoDbClient, mock: Mock) -> None:
    pages = client.table("app", model=Page)
    pages.put(Page(path="/", title="Home"))
    pages.put(Page(path="/", title="Start"))
    assert guards(mock) == ["UNIQUE#Page#title#S:Start"]
    assert pages.delete(path="/") == Page(path="/", title="Start")
    assert pages.delete(path="/") is None
    assert guards(mock) == []
    pages.put(Page(path="/", title="x" * 2000))
    assert guards(mock)[0].startswith("UNIQUE#Page#title#sha256:")


def test_what_keeps_no_guards_is_refused(client: DynamoDbClient, users: TypedTable[User]) -> None:
    pages = client.table("app", model=Page)
    with pytest.raises(ConfigurationError, match="a batch cannot keep title unique"):
        pages.batch_write()
    with pytest.raises(ConfigurationError, match="an upsert cannot keep"):
        pages.upsert(path="/")
    with pytest.raises(ConfigurationError, match="cannot keep title unique"), client.transaction() as tx:
        pages.within(tx).put(Page(path="/", title="x"))
    users.put(User(user_id="ann", phone=1))
    with pytest.raises(InvalidUpdate, match="phone is unique"):
        users.update(user_id="ann").add("phone", 1).execute()


def test_declarations_that_cannot_be_kept_are_refused(client: DynamoDbClient) -> None:
    @entity(pk="A#{a}", unique=("b",))
    class Strange(BaseModel):
        a: str

    @entity(pk="A#{a}", unique=("a",), discriminator=None)
    class Bare(BaseModel):
        a: str

    with pytest.raises(ConfigurationError, match="no field b to be unique"):
        client.table("app", model=Strange)
    with pytest.raises(ConfigurationError, match="give it a discriminator"):
        client.table("app", model=Bare)


ACTS = st.sampled_from(["put", "force", "update", "delete"])
STEPS = st.lists(st.tuples(ACTS, st.integers(0, 2), st.sampled_from("abc") | st.none()), max_size=25)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_guards_are_always_those_of_the_items(client: DynamoDbClient, mock: Mock, steps: list[Any]) -> None:
    users = client.table("app", model=User)
    for user in users.scan().execute():
        users.delete(user)
    for what, number, email in steps:
        user_id = str(number)
        try:
            if what == "put":
                users.put(User(user_id=user_id, email=email))
            elif what == "force":
                users.put(User(user_id=user_id, email=email), check_version=False)
            elif what == "update":
                users.update(user_id=user_id).set("email", email).execute()
            else:
                users.delete(user_id=user_id)
        except (NotUnique, VersionConflict, ItemNotFound):
            pass
        emails = sorted(f"UNIQUE#User#email#S:{user.email}" for user in users.scan() if user.email)
        assert guards(mock) == emails
        assert len({*emails}) == len(emails)


def test_ids_are_unique_and_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(1_700_000_000_000_000_000, 1_700_000_001_000_000_000, 1_000_000))
    monkeypatch.setattr("time.time_ns", lambda: next(times))
    ids = [new_id() for _ in range(500)]
    assert ids == sorted({*ids})
    assert {(one[14], one[19] in "89ab") for one in ids} == {("7", True)}
    assert int(ids[0].replace("-", "")[:12], 16) == 1_700_000_000_000


@pytest.mark.aiobotocore
def test_awaited(mock: Mock, awaited: Callable[[Any, Mock], None]) -> None:
    async def scenario(client: Any) -> None:
        users = client.table("app", model=User)
        ann = await users.put(User(user_id="ann", email="a@x"))
        with pytest.raises(NotUnique):
            await users.put(User(user_id="bob", email="a@x"))
        assert (await users.update(ann).set("email", "b@x").execute()).version == 2
        await users.delete(user_id="ann")
        assert guards(mock) == []

    awaited(scenario, mock)
