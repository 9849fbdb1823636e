"""Queries and scans behave the same over memory, over a recording and over a live endpoint; both clients' do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from client_cases import Case, Cases
from pytest_dynamodb import (
    Attr,
    DynamoDbClient,
    InvalidCursor,
    ItemNotFound,
    MultipleItemsFound,
    TableClient,
    sharded,
)
from pytest_dynamodb.expressions import ExpressionMisuse

CASES = Cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_reading(case: Case, run_case: Callable[[Case], None]) -> None:
    run_case(case)


def orders(table: TableClient, number: int = 10) -> list[dict[str, Any]]:
    """Orders of one user, which are in the table."""
    items: list[dict[str, Any]] = [
        {
            "pk": "USER#1",
            "sk": f"ORDER#{n:03}",
            "n": n,
            "state": "open" if n % 2 else "paid",
            "gsi1pk": f"STATE#{n % 2}",
            "gsi1sk": f"{n:03}",
        }
        for n in range(number)
    ]
    with table.batch_write() as batch:
        batch.put({"pk": "USER#1", "sk": "PROFILE", "n": -1})
        for item in items:
            batch.put(item)
    return items


def numbers(items: Any) -> list[int]:
    return [int(item["n"]) for item in items]


@CASES.add
def a_query_finds_the_items_of_a_partition_in_the_order_of_the_sort_key(
    table: TableClient, client: DynamoDbClient
) -> None:
    items = orders(table)
    query = table.query().partition_key("USER#1")
    assert numbers(query.execute()) == [*range(10), -1]
    assert list(query.sort_key_begins_with("ORDER#").execute()) == items
    assert list(query.sort_key_begins_with("ORDER#")) == items
    assert list(query.sort_key_begins_with("ORDER#").descending()) == items[::-1]
    assert list(query.sort_key_begins_with("ORDER#").descending().ascending()) == items
    assert list(table.query().partition_key("USER#2").execute()) == []


@CASES.add
def every_range_of_the_sort_key_finds_what_is_in_it(table: TableClient, client: DynamoDbClient) -> None:
    orders(table, 6)
    query = table.query().partition_key("USER#1")
    assert numbers(query.sort_key_equals("ORDER#003")) == [3]
    assert numbers(query.sort_key_between("ORDER#001", "ORDER#003")) == [1, 2, 3]
    assert numbers(query.sort_key_less_than("ORDER#002")) == [0, 1]
    assert numbers(query.sort_key_at_most("ORDER#002")) == [0, 1, 2]
    assert numbers(query.sort_key_greater_than("ORDER#003")) == [4, 5, -1]
    assert numbers(query.sort_key_at_least("ORDER#003")) == [3, 4, 5, -1]


@CASES.add
def an_index_is_queried_by_its_own_key(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query("gsi1").partition_key("STATE#1")
    assert numbers(query) == [1, 3, 5, 7, 9]
    assert numbers(query.sort_key_between("002", "006").descending()) == [5, 3]
    assert numbers(table.query(index="gsi1").partition_key("STATE#0").limit(2).execute()) == [0, 2]


@CASES.add
def the_limit_counts_items_after_the_filter(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1").filter(Attr("state") == "open")
    assert numbers(query.limit(3).execute()) == [1, 3, 5]
    assert numbers(query.limit(3).page_size(1).execute()) == [1, 3, 5]
    assert numbers(query.limit(3).page_size(4)) == [1, 3, 5]
    assert numbers(query.filter(Attr("n") > 4).limit(100).execute()) == [5, 7, 9]


@CASES.add
def a_page_size_is_what_one_request_reads(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1").page_size(4)
    pages = list(query.pages())
    assert [numbers(page) for page in pages] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, -1]]
    assert [page.scanned_count for page in pages] == [4, 4, 3]
    assert pages[-1].cursor is None
    filtered = query.filter(Attr("n") == 9)
    assert [numbers(page) for page in filtered.pages()] == [[], [], [9]]


@CASES.add
def what_was_read_is_told(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    found = table.query().partition_key("USER#1").filter(Attr("state") == "open").page_size(3).execute()
    assert found.scanned_count == 11
    assert len(found) == 5
    assert found.cursor is None
    assert found[0]["n"] == 1
    assert numbers(found[1:3]) == [3, 5]


@CASES.add_but_not("moto", "moto counts a whole unit for each page")
def the_capacity_of_all_pages_is_summed(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1").page_size(3)
    assert query.execute().capacity == 2.0
    assert [page.capacity for page in query.pages()] == [0.5] * 4


@CASES.add
def a_cursor_goes_on_where_a_page_ended(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1").page_size(4)
    first = query.page()
    assert first.cursor is not None
    assert numbers(first) == [0, 1, 2, 3]
    assert numbers(query.page(after=first.cursor)) == [4, 5, 6, 7]
    assert numbers(query.execute(after=first.cursor)) == [4, 5, 6, 7, 8, 9, -1]
    assert [numbers(page) for page in query.pages(after=first.cursor)] == [[4, 5, 6, 7], [8, 9, -1]]


@CASES.add
def a_cursor_in_the_middle_of_a_page_is_that_of_the_last_item(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    for query in (table.query().partition_key("USER#1"), table.query("gsi1").partition_key("STATE#1")):
        some = query.filter(Attr("state") == "open").limit(2).project("n")
        found, cursor = [], None
        while True:
            page = some.execute(after=cursor)
            assert all(list(item) == ["n"] for item in page)
            found += numbers(page)
            cursor = page.cursor
            if cursor is None:
                break
        assert found == [1, 3, 5, 7, 9]


@CASES.add
def a_cursor_fits_no_other_query(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1").page_size(2)
    cursor = query.page().cursor
    assert cursor is not None
    others: list[tuple[Any, str]] = [
        (table.query().partition_key("USER#2"), "another query"),
        (query.descending(), "another query"),
        (query.filter(Attr("n") > 0), "another query"),
        (table.query("gsi1").partition_key("USER#1"), "another index"),
        (table.scan(), "another query"),
    ]
    for other, what in others:
        with pytest.raises(InvalidCursor, match=what):
            other.page(after=cursor)
    assert numbers(query.page_size(3).limit(3).project("n").consistent().page(after=cursor)) == [2, 3, 4]


@CASES.add
def first_is_the_first_item_or_none(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1")
    assert numbers([query.first()]) == [0]
    assert numbers([query.filter(Attr("n") > 5).first()]) == [6]
    assert numbers([query.sort_key_begins_with("ORDER#").descending().first()]) == [9]
    assert query.filter(Attr("n") > 50).first() is None


@CASES.add
def one_is_the_only_item(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1")
    assert numbers([query.sort_key_equals("ORDER#003").one()]) == [3]
    with pytest.raises(ItemNotFound, match="ORDER#100"):
        query.sort_key_equals("ORDER#100").one()
    with pytest.raises(MultipleItemsFound, match="USER#1"):
        query.one()


@CASES.add
def count_counts_without_fetching(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    query = table.query().partition_key("USER#1")
    assert query.count() == 11
    assert query.page_size(2).count() == 11
    assert query.filter(Attr("state") == "open").count() == 5
    assert query.limit(4).count() == 4
    assert query.filter(Attr("state") == "open").limit(3).page_size(4).project("n").count() == 3


@CASES.add
def a_projection_holds_nothing_but_its_paths(table: TableClient, client: DynamoDbClient) -> None:
    orders(table, 2)
    query = table.query().partition_key("USER#1").sort_key_begins_with("ORDER#")
    assert list(query.project("n", "state").execute()) == [{"n": 0, "state": "paid"}, {"n": 1, "state": "open"}]
    assert list(query.project("n").project(["pk"])) == [{"pk": "USER#1", "n": 0}, {"pk": "USER#1", "n": 1}]


@CASES.add
def keys_that_do_not_fit_are_refused(table: TableClient, client: DynamoDbClient) -> None:
    with pytest.raises(ExpressionMisuse, match=r"partition key of .* is pk: partition_key\(\) takes 1"):
        table.query().execute()
    with pytest.raises(ExpressionMisuse, match="takes 1 value"):
        table.query().partition_key("a", "b").execute()
    with pytest.raises(ExpressionMisuse, match="fewer values"):
        table.query().partition_key("a").sort_key_equals("b", "c").execute()
    with pytest.raises(ExpressionMisuse, match="one range"):
        table.query().partition_key("a").sort_key_at_least("b").sort_key_at_most("c")


@CASES.add
def a_scan_finds_everything(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    scan = table.scan()
    assert sorted(numbers(scan.execute())) == list(range(-1, 10))
    assert sorted(numbers(scan)) == list(range(-1, 10))
    assert sorted(numbers(scan.filter(Attr("n") > 5).page_size(3).execute())) == [6, 7, 8, 9]
    assert len(scan.limit(4).execute()) == 4
    assert scan.count() == 11
    assert sorted(numbers(table.scan("gsi1").project("n"))) == list(range(10))
    assert list(scan.filter(Attr("n") == 3).project("n").limit(1).execute()) == [{"n": 3}]


@CASES.add
def a_scan_goes_on_from_its_cursor(table: TableClient, client: DynamoDbClient) -> None:
    orders(table)
    scan = table.scan().page_size(4)
    first = scan.page()
    assert len(first) == 4
    rest = scan.execute(after=first.cursor)
    assert sorted(numbers(first) + numbers(rest)) == list(range(-1, 10))


@CASES.add
def a_parallel_scan_finds_everything_once(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write() as batch:
        for n in range(60):
            batch.put({"pk": f"p{n}", "sk": "s", "n": n})
    scan = table.scan().page_size(7)
    assert sorted(numbers(scan.parallel(4).execute())) == list(range(60))
    assert sorted(numbers(scan.parallel(4))) == list(range(60))
    assert sorted(numbers(scan.filter(Attr("n") > 49).parallel(3))) == list(range(50, 60))
    assert scan.parallel(4).count() == 60
    segments = [scan.segment(number, 3).execute() for number in range(3)]
    assert sorted(n for segment in segments for n in numbers(segment)) == list(range(60))


@CASES.add_but_not("replay", "which segments are asked before there are enough depends on who is first")
def a_limit_ends_a_parallel_scan(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write() as batch:
        for n in range(60):
            batch.put({"pk": f"p{n}", "sk": "s", "n": n})
    scan = table.scan().filter(Attr("n") > 5).page_size(7).limit(10).parallel(4)
    first = scan.execute()
    assert len(first) == 10
    found = numbers(first)
    while first.cursor is not None:
        first = scan.execute(after=first.cursor)
        found += numbers(first)
    assert sorted(found) == list(range(6, 60))


@CASES.add_but_not("replay", "where a scan is taken up again depends on which segment was first")
def a_parallel_scan_tells_how_far_it_is_and_can_be_taken_up_again(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write() as batch:
        for n in range(60):
            batch.put({"pk": f"p{n}", "sk": "s", "n": n})
    scan = table.scan().page_size(7).parallel(4)
    pages = list(scan.pages())
    assert sorted(n for page in pages for n in numbers(page)) == list(range(60))
    assert {page.segment for page in pages} == {0, 1, 2, 3}
    assert pages[-1].cursor is None
    last = pages[-1].progress
    assert (last.segments, last.finished, last.items, last.scanned_count) == (4, 4, 60, 60)
    assert [page.progress.items for page in pages] == sorted(page.progress.items for page in pages)
    middle = pages[3]
    before = [n for page in pages[:4] for n in numbers(page)]
    assert sorted(before + numbers(scan.execute(after=middle.cursor))) == list(range(60))
    if middle.segment_cursor is not None:
        rest = table.scan().page_size(7).segment(middle.segment, 4).execute(after=middle.segment_cursor)
        later = [n for page in pages[4:] if page.segment == middle.segment for n in numbers(page)]
        assert numbers(rest) == later
    with pytest.raises(InvalidCursor, match="of 4 parts"):
        table.scan().parallel(5).execute(after=middle.cursor)


@CASES.add
def a_sharded_key_is_read_as_one(table: TableClient, client: DynamoDbClient) -> None:
    events = sharded("EVENTS", 4)
    with table.batch_write() as batch:
        for n in range(40):
            batch.put({"pk": events.key(n), "sk": f"{n:03}", "n": n})
    query = table.query().partition_key(events)
    assert numbers(query.execute()) == list(range(40))
    assert numbers(query.descending().limit(5)) == [39, 38, 37, 36, 35]
    assert numbers(query.sort_key_between("010", "012")) == [10, 11, 12]
    assert numbers(query.filter(Attr("n") > 36).page_size(3)) == [37, 38, 39]
    assert query.count() == 40
    assert query.limit(7).count() == 7
    assert numbers([query.first()]) == [0]
    assert table.get({"pk": events.key(17), "sk": "017"}) is not None


@CASES.add
def a_sharded_query_goes_on_from_its_cursor(table: TableClient, client: DynamoDbClient) -> None:
    events = sharded("EVENTS", 3)
    with table.batch_write() as batch:
        for n in range(20):
            batch.put({"pk": events.key(n), "sk": f"{n:03}", "n": n})
    query = table.query().partition_key(events).page_size(6).project("n")
    found, cursor = [], None
    while True:
        page = query.page(after=cursor)
        assert all(list(item) == ["n"] for item in page)
        found.append(numbers(page))
        cursor = page.cursor
        if cursor is None:
            break
    assert [n for page in found for n in page] == list(range(20))
    assert [len(page) for page in found[:3]] == [6, 6, 6]


@CASES.add_but_not("live", "neither moto nor DynamoDB Local knows indexes with keys of several attributes")
def a_key_of_several_attributes_takes_several_values(table: TableClient, client: DynamoDbClient) -> None:
    from pytest_dynamodb import Index

    by = Index(name="by-tenant", partition_key={"tenant": "S", "region": "S"}, sort_key={"day": "S", "n": "N"})
    other = client.create_table(f"{table.name}-other", partition_key="pk", indexes=[by], wait=30)
    for n in range(6):
        other.put({"pk": str(n), "tenant": "t", "region": "eu", "day": f"d{n // 3}", "n": n, "odd": n % 2})
    query = other.query("by-tenant").partition_key("t", "eu")
    assert numbers(query) == [0, 1, 2, 3, 4, 5]
    assert numbers(query.sort_key_equals("d1")) == [3, 4, 5]
    assert numbers(query.sort_key_equals("d1").sort_key_at_least(4)) == [4, 5]
    assert numbers(query.sort_key_equals("d1", 3)) == [3]
    assert numbers(query.filter(Attr("odd") == 1).limit(2).execute()) == [1, 3]
    with pytest.raises(ExpressionMisuse, match="takes 2 value"):
        other.query("by-tenant").partition_key("t").execute()
