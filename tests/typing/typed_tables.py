"""What type checkers see of typed tables: read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from boto3.dynamodb import conditions as conditions_of_boto3
from pydantic import BaseModel
from typing_extensions import assert_type

from pytest_dynamodb import (
    Action,
    AsyncDynamoDbClient,
    Attr,
    BatchPage,
    DynamoDbClient,
    EntityTable,
    Lease,
    Page,
    ParallelScan,
    TableClient,
    TypedQuery,
    TypedTable,
    TypedUpdate,
    TypedUpdateAction,
    condition,
    entity,
)


@entity(pk="USER#{user_id}", sk="PROFILE")
class User(BaseModel):
    user_id: str
    name: str = ""


@entity(pk="USER#{user_id}", sk="ORDER#{number}")
class Order(BaseModel):
    user_id: str
    number: int


class Name(BaseModel):
    name: str


def a_declared_model_stays_what_it_is() -> None:
    assert_type(User, type[User])
    assert_type(User(user_id="1").name, str)


def one_model(client: DynamoDbClient) -> None:
    assert_type(client.table("app"), TableClient)
    users = client.table("app", model=User)
    assert_type(users, TypedTable[User])
    assert_type(users.get(user_id="1"), User | None)
    assert_type(users.get({"user_id": "1"}, consistent=True), User | None)
    assert_type(users.get(user_id="1", into=Name), Name | None)
    assert_type(users.get(user_id="1", raw=True), dict[str, Any] | None)
    assert_type(users.get_or_raise(user_id="1"), User)
    assert_type(users.put(User(user_id="1")), User)
    assert_type(users.delete(user_id="1"), User | None)
    assert_type(users.update(user_id="1"), TypedUpdate[User])
    assert_type(users.update(user_id="1").set("name", "x").execute(), User)
    assert_type(users.batch_get([{"user_id": "1"}]), BatchPage[User])


def queries(client: DynamoDbClient) -> None:
    query = client.table("app", model=User).query(user_id="1")
    assert_type(query, TypedQuery[User])
    assert_type(query.limit(1).descending(), TypedQuery[User])
    assert_type(query.execute(), Page[User])
    assert_type(query.execute().items, Sequence[User])
    assert_type(query.first(), User | None)
    assert_type(query.one(), User)
    assert_type(iter(query), Iterator[User])
    assert_type(query.pages(), Iterator[Page[User]])
    assert_type(query.into(Name).one(), Name)
    assert_type(query.raw().one(), dict[str, Any])
    assert_type(query.project("name").one(), dict[str, Any])
    for user in query:
        assert_type(user, User)


def several_models(client: DynamoDbClient) -> None:
    app = client.table("app", models=(User, Order))
    assert_type(app, EntityTable[User | Order])
    assert_type(app.of(Order), TypedTable[Order])
    assert_type(app.get(User, user_id="1"), User | None)
    assert_type(app.put(Order(user_id="1", number=1)), Order)
    assert_type(app.collection(User, user_id="1").first(), User | Order | None)


def actions(client: DynamoDbClient) -> None:
    users, app = client.table("app", model=User), client.table("app", models=(User, Order))
    with client.transaction() as tx:
        within = users.within(tx)
        assert_type(within.put(User(user_id="1")).stored, User)
        assert_type(within.update(user_id="1").set("name", "x"), TypedUpdateAction[User])
        assert_type(within.delete(user_id="1"), Action)
        assert_type(within.check(user_id="1", condition=Attr("name") == "x"), Action)
    assert_type(users.upsert(user_id="1").set("name", "x").execute(), User)
    assert_type(users.update(User(user_id="1")).to(User(user_id="1")).execute(), User)
    assert_type(users.decode({"pk": {"S": "USER#1"}}), User)
    assert_type(app.decode({"pk": {"S": "USER#1"}}), User | Order)
    assert_type(users.scan().parallel(8), ParallelScan[User])
    assert_type(users.scan().parallel(8).execute(), Page[User])
    assert_type(users.scan().segment(0, of=4).into(Name).first(), Name | None)
    assert_type(client.table("app").scan().parallel(8).execute(), Page[dict[str, Any]])
    assert_type(users.query(user_id="1").hydrate().delete_all(), int)
    assert_type(client.call("DescribeTable", TableName="app"), dict[str, Any])
    with client.lease("locks", "nightly") as lease:
        assert_type(lease, Lease)
        assert_type(lease.token, int)


class Third(User):
    pass


class Fourth(Order):
    pass


def up_to_eight_models(client: DynamoDbClient) -> None:
    eight = client.table("app", models=(User, Order, Name, Third, Fourth, User, Order, Name))
    assert_type(eight.scan().first(), User | Order | Name | Third | Fourth | None)
    five = client.table("app", models=(User, Order, Name, Third, Fourth), alien="raw", hide_expired=True)
    assert_type(five, EntityTable[User | Order | Name | Third | Fourth])
    listed: list[type[User | Order]] = [User, Order]
    assert_type(client.table("app", models=listed), EntityTable[User | Order])


def conditions(client: DynamoDbClient) -> None:
    """Ours, boto3's as its stubs have them, text, and text with values."""
    users, table = client.table("app", model=User), client.table("app")
    of_boto3 = conditions_of_boto3.Attr("name").eq("x")
    users.query(user_id="1").filter(of_boto3).filter(of_boto3 & conditions_of_boto3.Attr("n").gt(1)).one()
    users.put(User(user_id="1"), condition=~of_boto3 | conditions_of_boto3.Attr("tags").size().lt(3))
    users.update(user_id="1").set("name", "x").condition(conditions_of_boto3.Attr("name").not_exists()).execute()
    users.delete(user_id="1", condition=Attr("name").eq("x") & of_boto3)
    table.put({"pk": "1"}, condition=conditions_of_boto3.Key("pk").begins_with("x"))
    table.scan().filter("attribute_exists(a)").filter(condition("total > :least", {":least": 5})).execute()


async def awaited(client: AsyncDynamoDbClient) -> None:
    users = client.table("app", model=User)
    assert_type(await users.get(user_id="1"), User | None)
    assert_type(await users.get(user_id="1", into=Name), Name | None)
    assert_type(await users.put(User(user_id="1")), User)
    assert_type(await users.update(user_id="1").set("name", "x").execute(), User)
    query = users.query(user_id="1")
    assert_type(await query.execute(), Page[User])
    assert_type(query.pages(), AsyncIterator[Page[User]])
    async for user in query:
        assert_type(user, User)
    app = client.table("app", models=(User, Order))
    assert_type(await app.collection(User, user_id="1").first(), User | Order | None)
