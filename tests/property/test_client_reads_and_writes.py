"""Laws of the client: pages put together are the whole, and a batch is the writes one after the other."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_dynamodb import (
    Attr,
    ClientConfig,
    DynamoDbClient,
    Index,
    Mock,
    MockProvider,
    Outcome,
    Page,
    Request,
    Response,
    RetryPolicy,
    TableClient,
    sharded,
)
from pytest_dynamodb.client.operations.batch_writes import WRITES
from pytest_dynamodb.client.page import Binding, Cursors, Position

pytestmark = pytest.mark.usefixtures("models_read_once")

QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def table() -> TableClient:
    """Forty items under one partition key and under four shards; every third is odd."""
    client = DynamoDbClient(provider=MockProvider())
    table = client.create_table(
        "app",
        partition_key="pk",
        sort_key={"n": "N"},
        indexes=[Index(name="gsi1", partition_key="pk", sort_key={"group": "N"})],
    )
    events = sharded("E", 4)
    with table.batch_write() as batch:
        for n in range(40):
            for key in ("one", events.key(n)):
                batch.put({"pk": key, "n": n, "group": n // 5, "odd": n % 3})
    return table


def read_all(read: Callable[[str | None], Page[dict[str, Any]]]) -> list[int]:
    """The numbers of all pages."""
    found, cursor = list[int](), None
    for _ in range(200):
        page = read(cursor)
        found += [int(item["n"]) for item in page]
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("there is no end")


@QUICK
@given(
    index=st.sampled_from([None, "gsi1"]),
    key=st.sampled_from(["one", "shards"]),
    odd=st.none() | st.integers(0, 2),
    descending=st.booleans(),
    page_size=st.none() | st.integers(1, 50),
    limit=st.none() | st.integers(1, 50),
    project=st.booleans(),
)
def test_however_a_query_is_cut_into_pages_its_items_are_the_same(
    table: TableClient,
    index: str | None,
    key: str,
    odd: int | None,
    descending: bool,
    page_size: int | None,
    limit: int | None,
    project: bool,
) -> None:
    if key == "shards" and index is not None:
        return  # items of one group come from several shards: their order among themselves is not defined
    query = table.query(index).partition_key(sharded("E", 4) if key == "shards" else key)
    query = query.descending() if descending else query
    query = query if odd is None else query.filter(Attr("odd") == odd)
    whole = [int(item["n"]) for item in query]
    if index is None:
        expected = [n for n in range(40) if odd is None or n % 3 == odd]
        assert whole == (expected[::-1] if descending else expected)
    cut = query.page_size(page_size).limit(limit)
    cut = cut.project("n") if project else cut
    assert [int(item["n"]) for item in cut.execute()] == whole[:limit]
    assert [int(item["n"]) for page in cut.pages() for item in page] == whole[:limit]
    assert cut.count() == len(whole[:limit])
    assert read_all(cut.execute) == whole
    assert read_all(cut.page) == whole


@QUICK
@given(
    segments=st.integers(1, 6),
    page_size=st.none() | st.integers(1, 30),
    odd=st.none() | st.integers(0, 2),
    limit=st.none() | st.integers(1, 30),
)
def test_a_scan_in_segments_finds_each_item_once(
    table: TableClient, segments: int, page_size: int | None, odd: int | None, limit: int | None
) -> None:
    scan = table.scan().page_size(page_size).limit(limit)
    scan = scan if odd is None else scan.filter(Attr("odd") == odd)
    expected = sorted([n for n in range(40) if odd is None or n % 3 == odd] * 2)
    assert sorted(read_all(scan.parallel(segments).execute)) == expected
    assert sorted(read_all(scan.execute)) == expected
    assert len(list(scan.parallel(segments))) == len(expected[:limit])


class Forgetful(MockProvider):
    """A mock that leaves parts of batches unprocessed, by chance."""

    def __init__(self, mock: Mock, chance: Random) -> None:
        super().__init__(mock)
        self._chance = chance

    def before(self, request: Request) -> Outcome | None:
        if request.operation != "BatchWriteItem":
            return super().before(request)
        ((table, writes),) = request.params["RequestItems"].items()
        assert len(writes) <= WRITES
        taken = [write for write in writes if self._chance.random() < 0.5]
        left = [write for write in writes if write not in taken]
        if taken:
            answer = super().before(Request(request.operation, {"RequestItems": {table: taken}}, request.region))
            assert isinstance(answer, Response)
            assert answer.status == 200, answer.body
        return Response(200, {"UnprocessedItems": {table: left} if left else {}})


@pytest.fixture(scope="module")
def empty() -> Mock:
    mock = Mock()
    DynamoDbClient(provider=MockProvider(mock)).create_table("app", partition_key="id")
    return mock


Write = tuple[str, int, int]


@QUICK
@given(
    writes=st.lists(st.tuples(st.sampled_from(["put", "put", "delete", "flush"]), st.integers(0, 40), st.integers())),
    chance=st.integers().map(Random),
)
def test_a_batch_is_its_writes_one_after_the_other(empty: Mock, writes: list[Write], chance: Random) -> None:
    mock = empty.fork()
    expected: dict[str, int] = {}
    config = ClientConfig(retry=RetryPolicy(max_attempts=100, quota=None))
    client = DynamoDbClient(config, provider=Forgetful(mock, chance))
    with client.table("app", keys="id").batch_write() as batch:
        for action, number, value in writes:
            key = str(number)
            if action == "put":
                batch.put({"id": key, "value": value % 1000})
                expected[key] = value % 1000
            elif action == "delete":
                batch.delete({"id": key})
                expected.pop(key, None)
            else:
                batch.flush()
    assert batch.failed == []
    assert {item["id"]: int(item["value"]) for item in mock.tables["app"].items} == expected


keys = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.one_of(
        st.fixed_dictionaries({"S": st.text(max_size=20)}),
        st.fixed_dictionaries({"N": st.integers().map(str)}),
        st.fixed_dictionaries({"B": st.text("ABab01+/=", max_size=12)}),
    ),
    min_size=1,
    max_size=4,
)
positions: st.SearchStrategy[Position] = st.one_of(keys, st.just("start"), st.just("end"))


@QUICK
@given(
    listed=st.lists(positions, min_size=1, max_size=5), table=st.text(), index=st.none() | st.text(), query=st.text()
)
def test_a_cursor_reads_back_as_what_was_written(
    listed: list[Position], table: str, index: str | None, query: str
) -> None:
    binding = Binding(table, index, query, len(listed))
    for cursors in (Cursors(), Cursors("secret")):
        assert cursors.decode(cursors.encode(binding, listed), binding) == listed
