"""``mock_dynamodb`` and ``MockProvider``: boto3, aiobotocore and our own client, answered from memory."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_dynamodb import (
    ConditionalCheckFailedException,
    ConfigurationError,
    DriftError,
    DynamoDbClient,
    Lifecycle,
    LiveProvider,
    LoadError,
    Mock,
    MockProvider,
    RecordingProvider,
    Request,
    ResourceNotFoundException,
    VirtualClock,
    load_cassette,
    mock_dynamodb,
    use_cassette,
)
from pytest_dynamodb.cassette.choices import Mode
from pytest_dynamodb.expressions import Attr
from pytest_dynamodb.hooks.active import current

SCHEMA: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
SHOP = {"shop": {"table": SCHEMA, "items": [{"pk": "seed", "n": 1}]}}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A default session that remembers nothing of an earlier test."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield
    assert current() is None, "a test left a provider in charge"


def put(key: str, client: Any = None) -> None:
    (client or boto3.client("dynamodb")).put_item(TableName="shop", Item={"pk": {"S": key}})


def found(key: str, client: Any = None) -> bool:
    return "Item" in (client or boto3.client("dynamodb")).get_item(TableName="shop", Key={"pk": {"S": key}})


# -- forms -----------------------------------------------------------------------------------------------------------


def test_a_block_needs_no_credentials_no_region_and_no_time() -> None:
    with mock_dynamodb() as mock:
        client = boto3.client("dynamodb")
        client.create_table(TableName="shop", **SCHEMA)
        client.get_waiter("table_exists").wait(TableName="shop")
        table = boto3.resource("dynamodb").Table("shop")
        table.put_item(Item={"pk": "a", "raw": b"\x00"})
        assert table.get_item(Key={"pk": "a"})["Item"]["raw"] == b"\x00"
        assert mock.tables["shop"].items == [{"pk": "a", "raw": b"\x00"}]
        with pytest.raises(client.exceptions.ConditionalCheckFailedException):
            table.put_item(Item={"pk": "a"}, ConditionExpression="attribute_not_exists(pk)")
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.scan(TableName="nope")
        table.delete()
        table.wait_until_not_exists()


def test_every_entry_and_every_call_of_a_function_begins_anew() -> None:
    block = mock_dynamodb(load=SHOP)

    @block
    def function(key: str) -> bool:
        """Said by the function."""
        put(key)
        return found("seed") and not found("other")

    @block
    async def coroutine(key: str) -> bool:
        return function.__wrapped__(key)  # type: ignore[attr-defined,no-any-return]

    async def asynchronous() -> bool:
        async with block as mock:
            return found("seed") and mock.tables["shop"].count == 1

    assert (function.__name__, function.__doc__) == ("function", "Said by the function.")
    assert function("a")
    assert function("other") is False
    assert function("b")
    assert asyncio.run(coroutine("a"))
    assert asyncio.run(asynchronous())
    with block:
        assert not found("a")


def test_the_innermost_answers_and_each_has_its_own() -> None:
    with mock_dynamodb(load=SHOP) as outer, mock_dynamodb(load=SHOP) as inner:
        put("inner")
        assert (outer.tables["shop"].count, inner.tables["shop"].count) == (1, 2)


def test_only_given_clients_also_those_made_before(credentials: dict[str, str]) -> None:
    mine, other = boto3.client("dynamodb"), boto3.client("dynamodb")
    with mock_dynamodb(load=SHOP) as outer, mock_dynamodb(load=SHOP, clients=[mine]) as inner:
        put("mine", mine)
        put("other", other)
        assert [item["pk"] for item in inner.tables["shop"].items] == ["mine", "seed"]
        assert [item["pk"] for item in outer.tables["shop"].items] == ["other", "seed"]


def test_blocks_of_two_threads_do_not_meet_and_workers_find_the_block() -> None:
    both = threading.Barrier(2)

    def work(name: str) -> list[str]:
        with mock_dynamodb(load=SHOP) as mock:
            both.wait(10)
            put(name)
            both.wait(10)
            return [item["pk"] for item in mock.tables["shop"].items]

    boto3.setup_default_session(region_name="eu-west-1")
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, ["a", "b"])) == [["a", "seed"], ["b", "seed"]]
    with mock_dynamodb(load=SHOP) as mock:
        client = boto3.client("dynamodb")
        assert (client.meta.region_name, mock.region) == ("eu-west-1", "eu-west-1")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: put(str(number), client), range(40)))
        assert mock.tables["shop"].count == 41


def test_what_it_may_be_given(tmp_path: Path) -> None:
    clock = VirtualClock(1_700_000_000)
    block = mock_dynamodb(
        clock=clock, lifecycle=Lifecycle(create_table=10), seed=7, region="eu-north-1", load=SHOP, dialect="2026-10-09"
    )
    with block as mock:
        client = boto3.client("dynamodb", region_name="eu-north-1")
        assert found("seed", client)
        assert client.create_table(TableName="slow", **SCHEMA)["TableDescription"]["TableStatus"] == "CREATING"
        assert client.describe_table(TableName="slow")["Table"]["TableStatus"] == "CREATING"
        mock.clock.advance(10)
        described = client.describe_table(TableName="slow")["Table"]
        assert (described["TableStatus"], described["CreationDateTime"].timestamp()) == ("ACTIVE", 1_700_000_000)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(LoadError, match=r"broken\.json"), mock_dynamodb(load=tmp_path / "broken.json"):
        pass
    with pytest.raises(ConfigurationError, match="clients takes"), mock_dynamodb(clients=["no client"]):
        pass


def test_the_same_seed_gives_the_same_answers() -> None:
    def table_id(seed: int) -> str:
        with mock_dynamodb(seed=seed, load=SHOP) as mock:
            return str(mock.tables["shop"].describe()["TableId"])

    assert table_id(1) == table_id(1) != table_id(2)


def test_other_services_are_left_alone(credentials: dict[str, str]) -> None:
    from botocore.exceptions import EndpointConnectionError

    client = boto3.client("sts", endpoint_url="http://127.0.0.1:9")
    with mock_dynamodb(), pytest.raises(EndpointConnectionError):
        client.get_caller_identity()


def test_the_name_alone_loads_neither_botocore_nor_an_engine() -> None:
    code = (
        "import sys; from pytest_dynamodb import mock_dynamodb; "
        "print([m for m in ('botocore', 'pytest_dynamodb.engine', 'pytest', 'click') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.aiobotocore
def test_aiobotocore_clients_and_their_waiters() -> None:
    from aiobotocore.session import get_session

    async def work() -> None:
        async with mock_dynamodb() as mock, get_session().create_client("dynamodb") as client:
            await client.create_table(TableName="shop", **SCHEMA)
            await client.get_waiter("table_exists").wait(TableName="shop")
            await asyncio.gather(*(client.put_item(TableName="shop", Item={"pk": {"S": str(n)}}) for n in range(50)))
            assert mock.tables["shop"].count == 50
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                await client.get_item(TableName="nope", Key={"pk": {"S": "a"}})

    asyncio.run(work())


# -- as an upstream --------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ddb.msgpack"


def make_and_find() -> bool:
    boto3.client("dynamodb").create_table(TableName="shop", **SCHEMA)
    put("a")
    return found("a") and not found("b")


def test_recording_from_the_mock_needs_nothing_and_replays(path: Path) -> None:
    modes: list[Mode] = ["rewrite", "none", "verify", "new_episodes", "once"]
    for mode in modes:
        with use_cassette(path, mode=mode, upstream="mock") as cassette:
            assert make_and_find()
            cassette.assert_operations("CreateTable", "PutItem", "GetItem", "GetItem")
    assert len(load_cassette(path).exchanges) == 4


def test_verifying_against_a_mock_of_ones_own_shows_drift(path: Path) -> None:
    mock = Mock()
    mock.load(SHOP)
    with use_cassette(path, mode="rewrite", upstream=MockProvider(mock)):
        assert found("seed")
    with use_cassette(path, mode="verify", upstream=MockProvider(mock)):
        assert found("seed")
    mock.load({"shop": [{"pk": "seed", "n": 2}]})
    with pytest.raises(DriftError, match='"2"'), use_cassette(path, mode="verify", upstream=MockProvider(mock)):
        found("seed")


def test_what_is_missed_is_recorded_from_the_mock(path: Path) -> None:
    mock = Mock()
    mock.load(SHOP)
    for keys in (["seed"], ["seed", "other"]):
        with use_cassette(path, mode="new_episodes", upstream=MockProvider(mock)):
            assert [found(key) for key in keys] == [key == "seed" for key in keys]
    assert len(load_cassette(path).exchanges) == 2


@pytest.mark.parametrize("settings", [{"provider": "mock"}, {"provider": "live", "upstream": "mock"}])
def test_the_provider_mock_and_live_from_the_mock_write_nothing(path: Path, settings: dict[str, Any]) -> None:
    with use_cassette(path, **settings) as cassette:
        assert make_and_find()
        cassette.assert_operations("CreateTable", "PutItem", "GetItem", "GetItem")
    assert not path.exists()


def test_a_table_that_may_not_be_recorded_is_not_asked_for(path: Path) -> None:
    from pytest_dynamodb import RecordingRefused

    mock = Mock()
    block = use_cassette(path, mode="rewrite", upstream=MockProvider(mock), allow=["other-*"])
    with pytest.raises(RecordingRefused), block:
        make_and_find()
    assert not mock.tables


# -- providers -------------------------------------------------------------------------------------------------------


def test_a_provider_takes_a_mock_an_engine_or_nothing() -> None:
    mock = Mock()
    request = Request("CreateTable", {"TableName": "shop", **SCHEMA}, "us-east-1")
    for provider in (MockProvider(mock), MockProvider(mock.engine), MockProvider(), LiveProvider("mock")):
        assert (provider.offline, provider.endpoint) == (True, None)
        outcome = provider.before(request)
        assert outcome is not None
        assert provider.calls == 1
    assert list(mock.tables) == ["shop"]


# -- our own client --------------------------------------------------------------------------------------------------


def visit(client: DynamoDbClient) -> None:
    users = client.table("shop")
    users.put({"pk": "ada"}, condition=Attr("pk").not_exists())
    assert users.get({"pk": "ada"}) == {"pk": "ada"}
    with pytest.raises(ConditionalCheckFailedException):
        users.put({"pk": "ada"}, condition=Attr("pk").not_exists())
    with pytest.raises(ResourceNotFoundException):
        client.table("nope").get({"pk": "a"})


def test_a_client_of_ones_own_mock(path: Path) -> None:
    mock = Mock()
    mock.load(SHOP)
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        visit(client)
    assert mock.tables["shop"].count == 2
    again = Mock()
    again.load(SHOP)
    with DynamoDbClient(provider=RecordingProvider(path, upstream=MockProvider(again))) as client:
        visit(client)
    assert len(load_cassette(path).exchanges) == 4


def test_a_client_by_name_has_the_mock_in_charge_or_one_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_PROVIDER", "mock")
    with mock_dynamodb(load=SHOP) as mock:
        inside = DynamoDbClient()
        visit(inside)
        assert mock.tables["shop"].count == 2
    with pytest.raises(ConfigurationError, match="no mock is in charge any more"):
        inside.table("shop").get({"pk": "ada"})
    inside.close()
    with DynamoDbClient(provider="mock") as client:
        assert isinstance(client.provider, MockProvider)
        with pytest.raises(ResourceNotFoundException):
            client.table("shop").get({"pk": "ada"})
        with mock_dynamodb(load=SHOP):
            visit(client)


# -- regions ---------------------------------------------------------------------------------------------------------


def test_tables_are_loaded_where_clients_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine whose settings name a region, and on one whose settings do not."""
    with mock_dynamodb(load=SHOP):
        assert found("seed")
    (tmp_path / "config").write_text("[default]\nregion = eu-west-3\n")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with mock_dynamodb(load=SHOP) as mock:
        assert found("seed")
        assert mock.region == "eu-west-3"
    with mock_dynamodb(load=SHOP, region="us-west-2") as mock:
        assert found("seed", boto3.client("dynamodb", region_name="us-west-2"))
        assert not mock.tables_in("eu-west-3")
