"""The client behaves the same over a live endpoint, while that is recorded, when it is replayed, and over the mock.

And so does the asynchronous one.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from blocking_client import client as client_of
from pytest_dynamodb import (
    Attr,
    ClientConfig,
    ConditionalCheckFailedException,
    DynamoDbClient,
    ItemNotFound,
    LiveProvider,
    RecordingProvider,
    ReplayProvider,
    ResourceNotFoundException,
    TableClient,
    UnexpectedRequest,
    ValidationException,
    load_cassette,
    mock_dynamodb,
    use_cassette,
)

pytestmark = pytest.mark.live_endpoint

Case = Callable[[TableClient, DynamoDbClient], None]
KEY = {"pk": "USER#1", "sk": "PROFILE"}
ITEM = {**KEY, "name": "Ada", "visits": 3, "address": {"city": "London", "streets": ["1 Main St"]}}


def what_is_put_can_be_got(table: TableClient, client: DynamoDbClient) -> None:
    assert table.put(ITEM) is None
    assert table.get(KEY) == ITEM
    assert table.get(KEY, consistent=True) == ITEM


def values_come_back_as_they_were(table: TableClient, client: DynamoDbClient) -> None:
    item = {
        **KEY,
        "binary": b"\x00\xff not text",
        "number": Decimal("-0.000000000000000000000000000000000000012345"),
        "whole": 10**37,
        "yes": True,
        "nothing": None,
        "texts": {"b", "a"},
        "numbers": {Decimal("1.5"), 2},
        "binaries": {b"\xff", b"\x00"},
        "nested": [{"deep": [b"\x01", {"deeper": b"\x02"}]}, []],
        "empty": "",
        "reserved name": "x",
    }
    table.put(item)
    assert table.get(KEY) == item


def a_binary_value_in_an_update_and_a_condition_is_sent_once_encoded(
    table: TableClient, client: DynamoDbClient
) -> None:
    table.put({**KEY, "digest": b"\x01"})
    table.update(KEY).set("digest", b"\x02").condition(Attr("digest") == b"\x01").execute()
    assert table.get_or_raise(KEY)["digest"] == b"\x02"


def an_absent_item_is_none_or_an_error_of_its_own(table: TableClient, client: DynamoDbClient) -> None:
    assert table.get(KEY) is None
    assert not table.exists(KEY)
    with pytest.raises(ItemNotFound, match="USER#1") as caught:
        table.get_or_raise(KEY)
    assert (caught.value.table, caught.value.key) == (table.name, KEY)


def an_item_that_is_there_exists(table: TableClient, client: DynamoDbClient) -> None:
    table.put(ITEM)
    assert table.exists(KEY)
    assert table.exists(KEY, consistent=True)


def a_projection_reads_part_of_an_item(table: TableClient, client: DynamoDbClient) -> None:
    table.put(ITEM)
    assert table.get(KEY, projection=["name", "address.streets[0]"]) == {
        "name": "Ada",
        "address": {"streets": ["1 Main St"]},
    }
    assert table.get_or_raise(KEY, projection="visits") == {"visits": 3}


def the_old_item_is_returned_where_asked_for(table: TableClient, client: DynamoDbClient) -> None:
    assert table.put(ITEM, return_old=True) is None
    assert table.put({**KEY, "name": "Grace"}, return_old=True) == ITEM
    assert table.delete(KEY, return_old=True) == {**KEY, "name": "Grace"}
    assert table.delete(KEY, return_old=True) is None
    assert table.delete(KEY) is None


def a_false_condition_is_an_error_that_shows_the_item(table: TableClient, client: DynamoDbClient) -> None:
    table.put(ITEM, condition=Attr("pk").not_exists())
    attempts: list[Callable[[], object]] = [
        lambda: table.put({**KEY}, condition=Attr("pk").not_exists()),
        lambda: table.delete(KEY, condition="attribute_not_exists(pk)"),
        lambda: table.update(KEY).add("visits", 1).condition(Attr("visits") > 3).execute(),
    ]
    for attempt, operation in zip(attempts, ["PutItem", "DeleteItem", "UpdateItem"], strict=True):
        with pytest.raises(ConditionalCheckFailedException) as caught:
            attempt()
        error = caught.value
        assert error.item == ITEM
        assert (error.code, error.operation, error.table) == (
            "ConditionalCheckFailedException",
            operation,
            table.name,
        )
        assert error.request_id
        assert str(error).startswith(f"{operation} on {table.name}: ConditionalCheckFailedException: ")
    assert table.get(KEY) == ITEM


def a_false_condition_without_an_item_shows_none(table: TableClient, client: DynamoDbClient) -> None:
    with pytest.raises(ConditionalCheckFailedException) as caught:
        table.put(ITEM, condition=Attr("pk").exists())
    assert caught.value.item is None


def an_update_takes_every_step(table: TableClient, client: DynamoDbClient) -> None:
    table.put({**ITEM, "draft": True, "old": 1, "tags": {"a"}})
    new = (
        table.update(KEY)
        .set("address.city", "Paris")
        .set("copy", Attr("name"))
        .set("doubled", Attr("visits") + 3)
        .add("visits", 1)
        .add("tags", {"b"})
        .set_if_absent("name", "nobody")
        .set_if_absent("created", "today")
        .append("log", ["first"])
        .remove("draft", "old")
        .condition(Attr("visits") == 3)
        .condition(Attr("draft") == True)  # noqa: E712  # builds a condition
        .returning("all_new")
        .execute()
    )
    assert new == {
        **ITEM,
        "address": {"city": "Paris", "streets": ["1 Main St"]},
        "copy": "Ada",
        "doubled": 6,
        "visits": 4,
        "tags": {"a", "b"},
        "created": "today",
        "log": ["first"],
    }
    assert table.get(KEY) == new


def an_update_returns_what_is_asked_for(table: TableClient, client: DynamoDbClient) -> None:
    table.put(ITEM)
    update = table.update(KEY).add("visits", 1)
    assert update.execute() is None
    assert update.returning("updated_new").execute() == {"visits": 5}
    assert update.returning("updated_old").execute() == {"visits": 5}
    assert update.returning("all_old").execute() == {**ITEM, "visits": 6}
    assert table.update({"pk": "new", "sk": "new"}).set("a", 1).returning("all_old").execute() is None


def all_conditions_of_an_update_must_hold(table: TableClient, client: DynamoDbClient) -> None:
    table.put(ITEM)
    update = table.update(KEY).set("seen", 1).condition((Attr("visits") == 3) | (Attr("visits") == 4))
    with pytest.raises(ConditionalCheckFailedException):
        update.condition(Attr("name") == "Grace").execute()
    update.condition(Attr("name") == "Ada").execute()


def errors_are_of_their_own_class(table: TableClient, client: DynamoDbClient) -> None:
    with pytest.raises(ResourceNotFoundException) as caught:
        client.table("no-such-table").get(KEY)
    assert (caught.value.operation, caught.value.table) == ("GetItem", "no-such-table")
    with pytest.raises(ValidationException):
        table.get({"pk": "USER#1"})


CASES: list[Case] = [
    what_is_put_can_be_got,
    values_come_back_as_they_were,
    a_binary_value_in_an_update_and_a_condition_is_sent_once_encoded,
    an_absent_item_is_none_or_an_error_of_its_own,
    an_item_that_is_there_exists,
    a_projection_reads_part_of_an_item,
    the_old_item_is_returned_where_asked_for,
    a_false_condition_is_an_error_that_shows_the_item,
    a_false_condition_without_an_item_shows_none,
    an_update_takes_every_step,
    an_update_returns_what_is_asked_for,
    all_conditions_of_an_update_must_hold,
    errors_are_of_their_own_class,
]


def create_table(boto: Any, name: str) -> None:
    attributes = {"pk": "HASH", "sk": "RANGE"}
    boto.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes],
        KeySchema=[{"AttributeName": attribute, "KeyType": kind} for attribute, kind in attributes.items()],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def name(live_endpoint: str, credentials: dict[str, str]) -> str:
    """The name of a new table, which has no items."""
    name = f"client-{uuid4()}"
    create_table(boto3.client("dynamodb", endpoint_url=live_endpoint), name)
    return name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "client.ddb.msgpack"


Run = Callable[[Case], None]


def live(case: Case, name: str, endpoint: str, *, kind: str = "sync") -> None:
    """Run a case over the endpoint itself."""
    with client_of(kind, ClientConfig(endpoint_url=endpoint)) as client:
        case(client.table(name), client)


def recorded(case: Case, name: str, endpoint: str, path: Path, *, kind: str = "sync") -> None:
    """Run a case over the endpoint, into a cassette."""
    with client_of(kind, provider=RecordingProvider(path, upstream=endpoint)) as client:
        case(client.table(name), client)


def replayed(case: Case, name: str, path: Path, *, kind: str = "sync") -> None:
    """Run a case over a cassette and nothing else: the settings lead nowhere."""
    config = ClientConfig(endpoint_url="http://127.0.0.1:9")
    with client_of(kind, config, provider=ReplayProvider(path)) as client:
        case(client.table(name), client)


def mocked(case: Case, *, kind: str = "sync") -> None:
    """Run a case over memory."""
    with mock_dynamodb(), client_of(kind, ClientConfig(region="us-east-1"), provider="mock") as client:
        create_table(boto3.Session().client("dynamodb", "us-east-1"), "app")
        case(client.table("app"), client)


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def kind(request: pytest.FixtureRequest) -> str:
    """Which of the two clients."""
    kind: str = request.param
    return kind


@pytest.fixture(params=["live", "recorded", "replayed", "mocked"])
def over(
    request: pytest.FixtureRequest,
    live_endpoint: str,
    name: str,
    path: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Runs a case over one of the providers."""

    def without_credentials() -> None:
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
            monkeypatch.delenv(variable)

    def run(case: Case) -> None:
        if request.param == "live":
            return live(case, name, live_endpoint, kind=kind)
        if request.param == "mocked":
            without_credentials()
            return mocked(case, kind=kind)
        recorded(case, name, live_endpoint, path, kind=kind)
        if request.param == "replayed":
            without_credentials()
            replayed(case, name, path, kind=kind)
        return None

    return run


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_client(case: Case, over: Run) -> None:
    over(case)


def test_a_recording_is_written_when_the_client_closes(live_endpoint: str, name: str, path: Path) -> None:
    client = DynamoDbClient(provider=RecordingProvider(path, upstream=live_endpoint))
    client.table(name).put(ITEM)
    assert not path.exists()
    client.close()
    client.close()
    assert [exchange.operation for exchange in load_cassette(path).exchanges] == ["PutItem"]


def test_a_recording_is_set_aside_when_the_block_raises(live_endpoint: str, name: str, path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        DynamoDbClient(provider=RecordingProvider(path, upstream=live_endpoint)) as client,
    ):
        client.table(name).put(ITEM)
        raise ZeroDivisionError
    assert not path.exists()
    assert list(path.parent.glob("*.failed"))


def test_a_clients_provider_is_over_that_client_alone(live_endpoint: str, name: str, path: Path) -> None:
    other = boto3.client("dynamodb", endpoint_url=live_endpoint)
    provider = RecordingProvider(path, upstream=live_endpoint)
    with DynamoDbClient(provider=provider) as client, DynamoDbClient(ClientConfig(endpoint_url=live_endpoint)) as plain:
        other.put_item(TableName=name, Item={"pk": {"S": "other"}, "sk": {"S": "other"}})
        plain.table(name).put(ITEM)
        assert client.table(name).exists(KEY)
    assert [exchange.operation for exchange in load_cassette(path).exchanges] == ["GetItem"]


def test_a_live_client_is_seen_by_a_cassette_put_over_all_clients(live_endpoint: str, name: str, path: Path) -> None:
    with DynamoDbClient() as client:
        with use_cassette(path, mode="rewrite", upstream=live_endpoint):
            client.table(name).put(ITEM)
        with use_cassette(path) as cassette:
            client.table(name).put(ITEM)
    assert len(cassette.played) == 1


def test_a_cassette_may_be_put_over_a_given_client(live_endpoint: str, name: str, path: Path) -> None:
    config = ClientConfig(endpoint_url=live_endpoint)
    with DynamoDbClient(config) as client, DynamoDbClient(config) as other:
        with use_cassette(path, mode="rewrite", clients=[client]) as cassette:
            client.table(name).put(ITEM)
            other.table(name).delete(KEY)
        cassette.assert_operations("PutItem")


@pytest.mark.parametrize("provider", ["replay", "record"])
def test_a_client_that_asks_for_a_cassette_uses_the_one_in_charge(
    provider: str, live_endpoint: str, name: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_PROVIDER", provider)
    with DynamoDbClient() as client:
        with use_cassette(path, mode="rewrite", upstream=live_endpoint):
            client.table(name).put(ITEM)
        with use_cassette(path) as cassette:
            client.table(name).put(ITEM)
    assert len(cassette.played) == 1


def test_a_live_provider_goes_past_a_cassette_put_there_before(live_endpoint: str, name: str, path: Path) -> None:
    with (
        use_cassette(path, mode="once", upstream=live_endpoint) as cassette,
        DynamoDbClient(provider=LiveProvider(live_endpoint)) as client,
    ):
        client.table(name).put(ITEM)
    assert not cassette.traffic


def test_a_miss_is_raised_again_when_the_client_closes(live_endpoint: str, name: str, path: Path) -> None:
    recorded(an_item_that_is_there_exists, name, live_endpoint, path)
    client = DynamoDbClient(provider=ReplayProvider(path))
    with pytest.raises(UnexpectedRequest):
        client.table(name).get({"pk": "USER#2", "sk": "PROFILE"})
    with pytest.raises(UnexpectedRequest, match="USER#2"):
        client.close()


def test_a_miss_does_not_hide_what_the_block_raised(live_endpoint: str, name: str, path: Path) -> None:
    recorded(an_item_that_is_there_exists, name, live_endpoint, path)
    with pytest.raises(ZeroDivisionError), DynamoDbClient(provider=ReplayProvider(path)) as client:
        with pytest.raises(UnexpectedRequest):
            client.table(name).get({"pk": "USER#2", "sk": "PROFILE"})
        raise ZeroDivisionError
