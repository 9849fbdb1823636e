"""Partition keys that are spread by a field, and read as one."""

from __future__ import annotations

from collections import Counter

import pytest
from pydantic import BaseModel

from pytest_dynamodb import ConfigurationError, DynamoDbClient, IndexKeys, InvalidKey, Mock, TypedTable, entity


@entity(
    pk="EVENTS#{day}#{event_id:shard8}",
    sk="{at:06d}#{event_id}",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "KIND#{kind}#N{event_id:shard4}"}, {"gsi1sk": "{at:06d}"})],
)
class Event(BaseModel):
    day: str
    event_id: int
    at: int
    kind: str = "click"


@pytest.fixture
def events(client: DynamoDbClient) -> TypedTable[Event]:
    table = client.table("app", model=Event)
    with table.batch_write() as batch:
        for number in range(100):
            batch.put(Event(day="monday", event_id=number, at=(number * 37) % 100, kind="ab"[number % 2]))
        batch.put(Event(day="tuesday", event_id=1, at=1))
    return table


def test_items_are_spread_and_found_by_their_key(events: TypedTable[Event], mock: Mock) -> None:
    counts = Counter(str(item["pk"]) for item in mock.tables["app"].items if "monday" in str(item["pk"]))
    assert sorted(counts) == [f"EVENTS#monday#{number}" for number in range(8)]
    assert max(counts.values()) < 30
    assert {str(item["gsi1pk"])[:8] for item in mock.tables["app"].items if item["kind"] == "a"} == {"KIND#a#N"}
    assert events.get(day="monday", event_id=5, at=85) == Event(day="monday", event_id=5, at=85, kind="b")
    assert events.get(day="monday", event_id=6, at=85) is None


def test_a_query_reads_all_of_them_in_the_order_of_the_sort_key(events: TypedTable[Event]) -> None:
    monday = events.query(day="monday")
    assert [event.at for event in monday] == list(range(100))
    assert [event.at for event in monday.descending().limit(3)] == [99, 98, 97]
    page = monday.limit(30).execute()
    assert [event.at for event in monday.execute(after=page.cursor)] == list(range(30, 100))
    assert [event.at for event in monday.sort_key_between({"at": 10}, {"at": 12})] == [10, 11, 12]
    assert monday.count() == 100
    assert [event.at for event in events.query(index="gsi1", kind="a")] == list(range(0, 100, 2))
    one = events.query(day="monday", event_id=5)
    assert one.to_request()["ExpressionAttributeValues"][":v0"]["S"].startswith("EVENTS#monday#")
    assert Event(day="monday", event_id=5, at=85, kind="b") in list(one)


def test_writes_keep_the_place(events: TypedTable[Event]) -> None:
    event = events.get_or_raise(day="monday", event_id=5, at=85)
    assert events.update(event).set("kind", "c").execute().kind == "c"
    assert events.query(index="gsi1", kind="c").one().event_id == 5
    assert events.delete(event) is not None
    assert events.query(day="monday").count() == 99
    with pytest.raises(InvalidKey, match="day"):
        events.query(event_id=5).one()


@pytest.mark.parametrize(
    ("pk", "sk"),
    [("A#{a:shard4}#B", "S"), ("A#{a:shard4}x", "S"), ("A#{a}", "B#{a:shard4}")],
)
def test_only_the_end_of_a_partition_key_is_spread(client: DynamoDbClient, pk: str, sk: str) -> None:
    @entity(pk=pk, sk=sk)
    class Strange(BaseModel):
        a: str

    with pytest.raises(ConfigurationError, match="may only be the last part of a partition key"):
        client.table("app", model=Strange)


def test_a_key_that_was_not_spread_is_another_s(client: DynamoDbClient) -> None:
    @entity(pk="EVENTS#{day}#{name}", sk="{name}")
    class Named(BaseModel):
        day: str
        name: str

    with pytest.raises(ConfigurationError, match="could have the same key"):
        client.table("app", models=(Event, Named))
    assert not client.table("app", model=Event)._codec.keys[None].matches({"pk": "EVENTS#monday#ann", "sk": "1#1"})
