"""Moments of different time zones in items and in conditions: they are stored in one, and compared as moments."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import BaseModel

from pytest_dynamodb import Attr, ConditionalCheckFailedException, DynamoDbClient, Mock, TypedTable, entity

EASTERN = timezone(timedelta(hours=-5))
NOON = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)


class Visit(BaseModel):
    at: datetime
    others: list[datetime] = []


@entity(pk="E#{number}", sk="E", ttl="until")
class Event(BaseModel):
    number: int
    at: datetime
    visit: Visit | None = None
    until: datetime | None = None


@pytest.fixture
def events(client: DynamoDbClient) -> TypedTable[Event]:
    table = client.table("app", model=Event)
    for number in range(3):
        at = (NOON + timedelta(hours=number)).astimezone(EASTERN if number % 2 else timezone.utc)
        until = at + timedelta(microseconds=1)
        table.put(Event(number=number, at=at, visit=Visit(at=at, others=[at]), until=until))
    return table


def test_moments_are_stored_in_utc_and_are_the_same_moments(events: TypedTable[Event], mock: Mock) -> None:
    stored = [item["at"] for item in mock.tables["app"].items]
    assert sorted(stored) == [f"2024-01-01T{hour}:00:00+00:00" for hour in (12, 13, 14)]
    assert events.get_or_raise(number=1).at == NOON + timedelta(hours=1)
    raw = events.get(number=1, raw=True)
    assert raw is not None
    assert raw["visit"] == {"at": "2024-01-01T13:00:00+00:00", "others": ["2024-01-01T13:00:00+00:00"]}


@pytest.mark.parametrize("zone", [timezone.utc, EASTERN, timezone(timedelta(hours=9))])
def test_filters_compare_moments(events: TypedTable[Event], zone: timezone) -> None:
    one = (NOON + timedelta(hours=1)).astimezone(zone)
    for condition, numbers in [
        (Attr("at") > one, [2]),
        (Attr("at").lte(one), [0, 1]),
        (Attr("at") == one, [1]),
        (Attr("at").between(one, one + timedelta(hours=5)), [1, 2]),
        (Attr("at").is_in([one]), [1]),
        (~(Attr("at") == one) & (Attr("number") >= 0), [0, 2]),
        (Attr("visit.at") >= one, [1, 2]),
        (Attr("visit.others[0]") < one, [0]),
        (Attr("visit.others").contains(one), [1]),
        (Attr("until") > one, [2]),
        (Attr("until") >= one, [1, 2]),
        (Attr("until") < one + timedelta(microseconds=1), [0, 1]),
    ]:
        assert sorted(event.number for event in events.scan().filter(condition)) == numbers, condition


def test_conditions_compare_moments(events: TypedTable[Event]) -> None:
    one = events.get_or_raise(number=1)
    events.put(one, condition=Attr("at") == one.at.astimezone(EASTERN))
    events.update(number=1).set("visit", None).condition(Attr("at") == one.at.astimezone(EASTERN)).execute()
    with pytest.raises(ConditionalCheckFailedException):
        events.delete(number=1, condition=Attr("at") < one.at.astimezone(EASTERN))
    assert events.delete(number=1, condition=Attr("at") == one.at.astimezone(EASTERN)) is not None


def test_moments_stored_in_another_zone_before_keep_their_meaning(client: DynamoDbClient) -> None:
    old = {"pk": "E#7", "sk": "E", "entity": "Event", "number": 7, "at": "2024-01-01T07:00:00-05:00"}
    client.table("app").put(old)
    events = client.table("app", model=Event)
    assert events.get_or_raise(number=7).at == NOON
    events.put(events.get_or_raise(number=7))
    assert events.scan().filter(Attr("at") == NOON).count() == 1
