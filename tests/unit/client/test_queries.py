"""Queries and scans without a network: what is sent, what is asked for first, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import (
    Attr,
    ClientConfig,
    ConfigurationError,
    DynamoDbClient,
    InvalidCursor,
    MockProvider,
    Outcome,
    Request,
    Response,
    sharded,
)
from pytest_dynamodb.expressions import ExpressionMisuse


class Listening(MockProvider):
    """A mock that keeps what it is asked, and forbids what it is told to."""

    def __init__(self, *forbidden: str) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self._forbidden = forbidden

    def before(self, request: Request) -> Outcome | None:
        self.requests.append(request)
        if request.operation in self._forbidden:
            code = "com.amazon.coral.service#AccessDeniedException"
            return Response(400, {"__type": code, "Message": f"not authorized to perform {request.operation}"})
        return super().before(request)

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]


@pytest.fixture
def provider() -> Listening:
    return Listening()


@pytest.fixture
def client(provider: Listening) -> DynamoDbClient:
    return DynamoDbClient(provider=provider)


KEYS: dict[str, Any] = {"keys": ("pk", "sk"), "indexes": {"gsi1": (("a", "b"), ("c", "d"))}}


def test_to_request_is_what_would_be_sent_and_sends_nothing(client: DynamoDbClient, provider: Listening) -> None:
    query = client.table("app", **KEYS).query().partition_key("USER#1").sort_key_begins_with("ORDER#")
    query = query.filter(Attr("amount") > 100).filter(Attr("name").exists()).descending().consistent()
    request = query.limit(50).page_size(25).project("id", "amount").to_request()
    assert request == {
        "TableName": "app",
        "KeyConditionExpression": "pk = :v0 AND begins_with(sk, :v1)",
        "FilterExpression": "amount > :v2 AND attribute_exists(#n0)",
        "ProjectionExpression": "id, amount, pk, sk",  # the keys for a cursor in the middle of a page
        "ExpressionAttributeNames": {"#n0": "name"},
        "ExpressionAttributeValues": {":v0": {"S": "USER#1"}, ":v1": {"S": "ORDER#"}, ":v2": {"N": "100"}},
        "ScanIndexForward": False,
        "ConsistentRead": True,
        "Limit": 25,
        "ReturnConsumedCapacity": "TOTAL",
    }
    assert provider.requests == []


def test_a_key_of_several_attributes_is_given_in_its_order(client: DynamoDbClient) -> None:
    query = client.table("app", **KEYS).query("gsi1").partition_key(1, b"\x01")
    request = query.sort_key_equals("x").sort_key_between(2, 3).to_request()
    assert request["IndexName"] == "gsi1"
    assert request["KeyConditionExpression"] == "a = :v0 AND b = :v1 AND c = :v2 AND d BETWEEN :v3 AND :v4"
    assert request["ExpressionAttributeValues"][":v1"] == {"B": "AQ=="}


def test_attribute_names_may_be_any_text(client: DynamoDbClient) -> None:
    request = client.table("odd", keys=("a.b", "size")).query().partition_key("x").sort_key_equals(1).to_request()
    assert sorted(request["ExpressionAttributeNames"].values()) == ["a.b", "size"]


def test_a_limit_without_a_filter_reads_no_more_than_it_needs(client: DynamoDbClient) -> None:
    query = client.table("app", **KEYS).query().partition_key("x")
    assert query.limit(5).to_request()["Limit"] == 5
    assert query.limit(5).page_size(3).to_request()["Limit"] == 3
    assert query.filter(Attr("n") == 1).limit(5).to_request()["Limit"] == 100  # nobody knows how many of them pass
    assert "Limit" not in query.limit(5).limit(None).to_request()


@pytest.mark.parametrize(
    ("place", "limits"),
    [(99, [100]), (100, [100, 400]), (2500, [100, 400, 1600, 6400]), (None, [100, 400, 1600, 6400])],
)
def test_what_passes_a_filter_is_looked_for_in_ever_larger_requests(
    client: DynamoDbClient, provider: Listening, place: int | None, limits: list[int]
) -> None:
    table = client.create_table("app", partition_key="pk", sort_key={"sk": "N"})
    with table.batch_write() as batch:
        for number in range(3000):
            batch.put({"pk": "a", "sk": number, "marked": number == place})
    provider.requests.clear()
    marked = table.query().partition_key("a").filter(Attr("marked") == True).first()  # noqa: E712 - builds a condition
    assert (None if marked is None else marked["sk"]) == place
    assert [request.params["Limit"] for request in provider.requests] == limits
    provider.requests.clear()
    assert table.query().partition_key("a").filter(Attr("marked").exists()).limit(1).count() == 1
    assert [request.params["Limit"] for request in provider.requests] == [100]


def test_builders_are_immutable(client: DynamoDbClient) -> None:
    query = client.table("app", **KEYS).query().partition_key("x")
    before = query.to_request()
    query.descending().filter(Attr("n") == 1).limit(1).page_size(1).project("n").consistent().sort_key_equals("y")
    assert query.to_request() == before


def test_key_names_are_learned_once(client: DynamoDbClient, provider: Listening) -> None:
    DynamoDbClient(provider=MockProvider(provider.engine)).create_table("app", partition_key="pk", sort_key="sk")
    table = client.table("app")
    for _ in range(2):
        table.query().partition_key("x").execute()
    client.table("app").query().partition_key("y").first()
    assert provider.operations == ["DescribeTable", "Query", "Query", "Query"]


def test_key_names_of_a_table_that_the_client_has_made_are_known(client: DynamoDbClient, provider: Listening) -> None:
    table = client.create_table("app", partition_key="pk", sort_key="sk")
    table.query().partition_key("x").execute()
    client.delete_table(table)
    client.create_table("app", partition_key="other").query().partition_key("x").execute()
    assert provider.operations == ["CreateTable", "Query", "DeleteTable", "CreateTable", "Query"]


def test_where_describing_is_not_allowed_the_names_can_be_given() -> None:
    provider = Listening("DescribeTable")
    client = DynamoDbClient(provider=provider)
    DynamoDbClient(provider=MockProvider(provider.engine)).create_table("app", partition_key="pk")
    with pytest.raises(ConfigurationError, match=r"client\.table\('app', keys="):
        client.table("app").query().partition_key("x").execute()
    assert len(client.table("app", keys="pk").query().partition_key("x").execute()) == 0


def test_an_index_that_is_not_there_is_named_with_those_that_are(client: DynamoDbClient) -> None:
    client.create_table("app", partition_key="pk")
    with pytest.raises(ConfigurationError, match="app has no index 'gsi9'; there is: none"):
        client.table("app").query("gsi9").partition_key("x").execute()


@pytest.mark.parametrize("keys", [(), ("a", "b", "c"), ("",), (("a", 5),), 5])
def test_keys_that_are_no_names_are_refused(client: DynamoDbClient, keys: Any) -> None:
    with pytest.raises(ConfigurationError, match="keys are names"):
        client.table("app", keys=keys)


@pytest.mark.parametrize("number", [0, -1, True])
def test_limits_that_make_no_sense_are_refused(client: DynamoDbClient, number: int) -> None:
    query = client.table("app", **KEYS).query()
    with pytest.raises(ConfigurationError, match="limit is a number of items"):
        query.limit(number)
    with pytest.raises(ConfigurationError, match="page_size is a number of items"):
        query.page_size(number)
    with pytest.raises(ConfigurationError, match="limit"):
        client.execute_statement("SELECT * FROM app", limit=0)


def test_segments_that_make_no_sense_are_refused(client: DynamoDbClient) -> None:
    scan = client.table("app").scan()
    with pytest.raises(ConfigurationError, match="1 to 1,000,000 segments"):
        scan.parallel(0)
    with pytest.raises(ConfigurationError, match="numbered 0 to 3, not 4"):
        scan.segment(4, 4)


def test_a_scan_asks_for_no_names_unless_it_needs_them(client: DynamoDbClient, provider: Listening) -> None:
    DynamoDbClient(provider=MockProvider(provider.engine)).create_table("app", partition_key="pk")
    client.table("app").scan().filter(Attr("n") == 1).project("n").parallel(2).execute()
    assert set(provider.operations) == {"Scan"}


def test_a_query_of_shards_asks_each_of_them(client: DynamoDbClient, provider: Listening) -> None:
    table = client.create_table("app", partition_key="pk", sort_key="sk")
    table.query().partition_key(sharded("E", 3)).limit(2).execute()
    asked = [r.params["ExpressionAttributeValues"][":v0"]["S"] for r in provider.requests if r.operation == "Query"]
    assert asked == ["E#0", "E#1", "E#2"]
    with pytest.raises(ExpressionMisuse, match="takes 1 value"):
        table.query().partition_key(sharded("E", 3), "more").execute()


def test_cursors_are_signed_with_the_clients_secret() -> None:
    provider = MockProvider()
    client = DynamoDbClient(ClientConfig(cursor_secret="s"), provider=provider)
    table = client.create_table("app", partition_key="pk", sort_key="sk")
    for number in range(3):
        table.put({"pk": "x", "sk": str(number)})
    cursor = table.query().partition_key("x").limit(1).execute().cursor
    other = DynamoDbClient(ClientConfig(cursor_secret="t"), provider=MockProvider(provider.engine))
    with pytest.raises(InvalidCursor, match="signed with another secret"):
        other.table("app").query().partition_key("x").execute(after=cursor)


def test_options_of_a_table_hold_for_its_queries(client: DynamoDbClient, provider: Listening) -> None:
    table = client.create_table("app", partition_key="pk", sort_key="sk").with_options(retry=None)
    assert len(table.query().partition_key("x").execute()) == 0
    assert "DescribeTable" not in provider.operations
