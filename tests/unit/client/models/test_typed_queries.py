"""Queries by field: which keys they choose."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from pydantic import BaseModel

from pytest_dynamodb import (
    Attr,
    ConfigurationError,
    DynamoDbClient,
    IndexKeys,
    InvalidKey,
    InvalidValue,
    TypedTable,
    entity,
)


def day(number: int) -> datetime:
    return datetime(2024, 1, number, tzinfo=timezone.utc)


@entity(
    pk="SENSOR#{sensor}",
    sk="READING#{kind}#{taken}#{number:04d}",
    indexes=[IndexKeys("places", {"tenant": "{tenant}", "region": "{region}"}, {"day": "{day}"})],
)
class Reading(BaseModel):
    sensor: str
    kind: str
    taken: datetime
    number: int
    tenant: str = "t"
    region: str = "eu"
    day: str = "2024-01-01"


@pytest.fixture
def readings(client: DynamoDbClient) -> TypedTable[Reading]:
    table = client.table("app", model=Reading)
    for number in range(1, 6):
        for kind in ("heat", "light"):
            table.put(Reading(sensor="1", kind=kind, taken=day(number), number=number, day=f"2024-01-0{number}"))
    return table


def condition(request: dict[str, object]) -> list[object]:
    values = request["ExpressionAttributeValues"]
    assert isinstance(values, dict)
    return [value["S"] for value in values.values()]


def test_fields_settle_the_key_as_far_as_they_are_given(readings: TypedTable[Reading]) -> None:
    assert condition(readings.query(sensor="1").to_request())[:2] == ["SENSOR#1", "READING#"]
    assert condition(readings.query(sensor="1", kind="heat").to_request())[:2] == ["SENSOR#1", "READING#heat#"]
    whole = readings.query(sensor="1", kind="heat", taken=day(1), number=1)
    assert "sk = :" in whole.to_request()["KeyConditionExpression"]
    assert [reading.number for reading in whole] == [1]
    assert readings.query(sensor="1").count() == 10


def test_a_consistent_read_can_be_taken_back(readings: TypedTable[Reading]) -> None:
    query = readings.query(sensor="s").consistent()
    assert query.to_request()["ConsistentRead"] is True
    assert "ConsistentRead" not in query.consistent(False).to_request()


def test_bounds_are_of_the_next_field(readings: TypedTable[Reading]) -> None:
    of_heat = readings.query(sensor="1", kind="heat")
    for query, numbers in [
        (of_heat.sort_key_at_least(taken=day(4)), [4, 5]),
        (of_heat.sort_key_greater_than(taken=day(4)), [5]),
        (of_heat.sort_key_at_most(taken=day(2)), [1, 2]),
        (of_heat.sort_key_less_than(taken=day(2)), [1]),
        (of_heat.sort_key_between({"taken": day(2)}, {"taken": day(4)}), [2, 3, 4]),
        (of_heat.sort_key_begins_with(taken="2024-01-03"), [3]),
        (of_heat.descending().limit(2), [5, 4]),
        (of_heat.filter(Attr("number") > 3), [4, 5]),
        (readings.query(sensor="1").sort_key_begins_with(kind="li"), [1, 2, 3, 4, 5]),
    ]:
        assert [reading.number for reading in query] == numbers


def test_bounds_of_the_last_field_leave_out_what_equals_them(readings: TypedTable[Reading]) -> None:
    for number in (10, 11, 12):
        readings.put(Reading(sensor="2", kind="heat", taken=day(1), number=number))
    of_day = readings.query(sensor="2", kind="heat", taken=day(1))
    assert [reading.number for reading in of_day.sort_key_greater_than(number=10)] == [11, 12]
    assert [reading.number for reading in of_day.sort_key_less_than(number=12)] == [10, 11]
    assert [reading.number for reading in of_day.sort_key_between({"number": 11}, {"number": 11})] == [11]


def test_no_bound_leaves_the_models_own_keys(readings: TypedTable[Reading]) -> None:
    request = readings.query(sensor="1").sort_key_at_least(kind="h").to_request()
    assert condition(request)[1:3] == ["READING#h", "READING$"]


def test_an_index_of_several_attributes(readings: TypedTable[Reading]) -> None:
    query = readings.query(index="places", tenant="t", region="eu")
    assert [reading.day for reading in query.sort_key_between({"day": "2024-01-02"}, {"day": "2024-01-03"})] == [
        "2024-01-02",
        "2024-01-02",
        "2024-01-03",
        "2024-01-03",
    ]
    assert readings.query(index="places", tenant="t", region="eu", day="2024-01-05").count() == 2
    assert query.sort_key_begins_with(day="2024-01-04").count() == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "needs sensor"),
        ({"sensor": "1", "number": 1}, "kind comes before number"),
        ({"sensor": "1", "region": "eu"}, "not made of region: filter by that"),
        ({"sensor": "1", "kind": "a#b"}, "delimits the parts"),
    ],
)
def test_fields_that_choose_no_key_are_refused(
    readings: TypedTable[Reading], fields: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidKey, match=message):
        readings.query(fields)


def test_values_of_another_type_are_refused(readings: TypedTable[Reading]) -> None:
    with pytest.raises(InvalidValue):
        readings.query(sensor="1", kind="heat", taken="yesterday")


def test_a_bound_of_another_field_is_refused(readings: TypedTable[Reading]) -> None:
    with pytest.raises(InvalidKey, match="the next field of the key of the table is taken, not number"):
        readings.query(sensor="1", kind="heat").sort_key_at_least(number=1)
    with pytest.raises(InvalidKey, match="leaves no field to bound"):
        readings.query(sensor="1", kind="heat", taken=day(1), number=1).sort_key_at_least(number=1)


def test_an_index_that_is_not_declared_is_refused(readings: TypedTable[Reading]) -> None:
    with pytest.raises(ConfigurationError, match="declares no index 'gsi9'; it declares: places"):
        readings.query(index="gsi9", sensor="1")


def test_pages_go_on_where_they_ended(readings: TypedTable[Reading]) -> None:
    query = readings.query(sensor="1").page_size(4)
    first = query.page()
    assert [len(page) for page in query.pages()][:2] == [4, 4]
    second = query.page(after=first.cursor)
    assert len({reading.model_dump_json() for reading in (*first, *second)}) == 8
    assert isinstance(first[0], Reading)
    assert first.scanned_count == 4


@entity(pk="SENSOR#{sensor}", sk="SETTING#{name}")
class Setting(BaseModel):
    sensor: str
    name: str


def test_reads_of_one_model_cost_what_those_of_stored_items_do(
    client: DynamoDbClient, readings: TypedTable[Reading]
) -> None:
    """The filter for the model's items reads no more than is asked for: a partition is not read for one item."""
    settings = client.table("app", model=Setting)
    with settings.batch_write() as batch:
        for number in range(300):
            batch.put(Setting(sensor="2", name=f"{number:03d}"))
    typed = settings.query(sensor="2")
    stored = client.table("app").query().partition_key("SENSOR#2")
    for size in (1, 20, 50):
        theirs, mine, cursor, others = 0.0, 0.0, None, None
        for _ in range(6):
            page, other = typed.limit(size).execute(cursor), stored.limit(size).execute(others)
            assert [setting.name for setting in page] == [item["name"] for item in other]
            mine, theirs = mine + (page.capacity or 0), theirs + (other.capacity or 0)
            cursor, others = page.cursor, other.cursor
        assert mine <= theirs * 1.1
    assert typed.limit(7).to_request()["Limit"] == 7
    assert typed.first() == Setting(sensor="2", name="000")
    assert typed.limit(1).execute().scanned_count == 1


def test_items_of_others_are_passed_in_ever_larger_steps(client: DynamoDbClient) -> None:
    settings, readings = client.table("app", model=Setting), client.table("app", model=Reading)
    for number in range(40):
        readings.put(Reading(sensor="3", kind="heat", taken=day(1), number=number))
    settings.put(Setting(sensor="3", name="last"))
    page = client.table("app", models=(Reading, Setting)).of(Setting).scan().limit(1).execute()
    assert list(page) == [Setting(sensor="3", name="last")]
