"""Clients without a network: what they send, whom they ask, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import botocore.exceptions
import pytest
from botocore.config import Config

from pytest_dynamodb import (
    Attr,
    ClientConfig,
    ConfigurationError,
    DynamoDbClient,
    DynamoDbError,
    NoResponse,
    Outcome,
    PytestDynamoDbError,
    ReplayProvider,
    Request,
    Response,
    TransportFailure,
)
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.expressions import ExpressionMisuse
from pytest_dynamodb.hooks import active, internals
from pytest_dynamodb.hooks.install import install, uninstall
from pytest_dynamodb.values import UnsupportedValue

KEY = {"pk": "a"}


class Answering(Provider):
    """A provider that gives one answer to everything, and keeps what it was asked."""

    offline = True

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.outcome = outcome or Response(200, {})
        self.requests: list[Request] = []

    def before(self, request: Request) -> Outcome | None:
        self.requests.append(request)
        return self.outcome

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing was let go")

    @property
    def sent(self) -> tuple[str, dict[str, Any]]:
        (request,) = self.requests
        return request.operation, request.params


@pytest.fixture
def provider() -> Answering:
    return Answering()


@pytest.fixture
def client(provider: Answering) -> Iterator[DynamoDbClient]:
    with DynamoDbClient(provider=provider) as client:
        yield client


@pytest.fixture
def in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without the plugin, which lets clients be made without a region while pytest runs."""
    monkeypatch.setattr(internals, "covers_imports", False)


def nothing_is_asked(*_: object, **__: object) -> None:
    raise AssertionError("instance metadata was asked for credentials")


def test_a_client_with_a_provider_needs_neither_region_nor_credentials(
    in_production: None, provider: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(botocore.utils.InstanceMetadataFetcher, "retrieve_iam_role_credentials", nothing_is_asked)
    with DynamoDbClient(provider=provider) as client:
        assert client.table("app").get(KEY) is None


def test_a_live_client_without_a_region_says_so(in_production: None) -> None:
    with pytest.raises(ConfigurationError, match="must specify a region"):
        DynamoDbClient(provider="live")


def test_leave_to_go_without_a_region_is_for_the_one_client_only(in_production: None, client: DynamoDbClient) -> None:
    with pytest.raises(ConfigurationError, match="must specify a region"):
        DynamoDbClient()


def test_a_live_client_without_credentials_says_so(
    credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with DynamoDbClient() as client, pytest.raises(ConfigurationError, match=r"GetItem on app .* credentials"):
        client.table("app").get(KEY)


def test_a_bad_endpoint_says_so() -> None:
    with pytest.raises(ConfigurationError, match="Invalid endpoint"):
        DynamoDbClient(ClientConfig(region="us-east-1", endpoint_url="no url"))


def test_nobody_listening_is_no_response(credentials: dict[str, str]) -> None:
    config = ClientConfig(endpoint_url="http://127.0.0.1:9", botocore=Config(retries={"total_max_attempts": 1}))
    with DynamoDbClient(config) as client, pytest.raises(NoResponse) as caught:
        client.table("app").get(KEY)
    assert (caught.value.code, caught.value.operation, caught.value.table) == (
        "EndpointConnectionError",
        "GetItem",
        "app",
    )


def test_a_replayed_transport_failure_is_no_response_too(client: DynamoDbClient, provider: Answering) -> None:
    provider.outcome = TransportFailure("ReadTimeoutError", "Read timeout", {"endpoint_url": "http://x"})
    with pytest.raises(NoResponse, match="Read timeout") as caught:
        client.table("app").get(KEY)
    assert caught.value.code == "ReadTimeoutError"


def test_a_proxys_error_page_is_an_error_with_its_status_as_code(client: DynamoDbClient, provider: Answering) -> None:
    provider.outcome = Response(502, b"<html>Bad Gateway</html>")
    with pytest.raises(DynamoDbError) as caught:
        client.table("app").get(KEY)
    assert caught.value.code == "502"


@pytest.mark.parametrize("provider_name", ["replay", "record"])
def test_asking_for_a_cassette_where_none_is_in_charge_sends_nothing(provider_name: Any) -> None:
    refused = pytest.raises(ConfigurationError, match=f'provider is "{provider_name}", but no cassette is in charge')
    with DynamoDbClient(provider=provider_name) as client, refused:
        client.table("app").get(KEY)


def test_the_environment_names_the_provider_unless_one_is_given(
    provider: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_PROVIDER", "replay")
    with DynamoDbClient() as client, pytest.raises(ConfigurationError, match='provider is "replay"'):
        client.table("app").get(KEY)
    with DynamoDbClient(provider=provider) as client:
        assert client.table("app").get(KEY) is None


def test_an_unknown_provider_in_the_environment_is_refused_by_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DYNAMODB_PROVIDER", "rewind")
    with pytest.raises(ConfigurationError, match=r"PYTEST_DYNAMODB_PROVIDER must be one of .* not 'rewind'"):
        DynamoDbClient()


@pytest.mark.parametrize("unknown", ["", "rewind", 3, ReplayProvider])
def test_an_unknown_provider_is_refused(unknown: Any) -> None:
    with pytest.raises(ConfigurationError, match="provider must be one of live, replay, record"):
        DynamoDbClient(provider=unknown)


def test_a_closed_client_sends_nothing_and_leaves_nothing_behind(provider: Answering) -> None:
    client = DynamoDbClient(provider=provider)
    table = client.table("app")
    client.close()
    client.close()
    with pytest.raises(PytestDynamoDbError, match="closed"):
        table.get(KEY)
    assert not provider.requests
    assert provider not in [activation.provider for activation in active._in_process]


def test_two_clients_ask_their_own_providers() -> None:
    first, second = Answering(), Answering()
    with DynamoDbClient(provider=first) as one, DynamoDbClient(provider=second) as two:
        one.table("app").get(KEY)
        two.table("app").delete(KEY)
        one.table("app").get(KEY)
    assert [request.operation for request in first.requests] == ["GetItem", "GetItem"]
    assert [request.operation for request in second.requests] == ["DeleteItem"]


def test_a_client_whose_hooks_were_taken_away_sends_nothing(
    credentials: dict[str, str], client: DynamoDbClient
) -> None:
    covered = internals.covers_imports
    uninstall()
    try:
        with pytest.raises(PytestDynamoDbError, match="uninstalled"):
            client.table("app").get(KEY)
    finally:
        install(cover_imports=covered)


def test_settings_reach_botocore() -> None:
    config = ClientConfig(
        region="eu-west-1",
        endpoint_url="http://127.0.0.1:9",
        connect_timeout=1.5,
        read_timeout=2,
        max_pool_connections=33,
        botocore=Config(user_agent_extra="shop", read_timeout=60),
    )
    with DynamoDbClient(config) as client:
        meta = client.meta
        assert client.config is config
        assert client.provider is None
    assert (meta.region_name, meta.endpoint_url) == ("eu-west-1", "http://127.0.0.1:9")
    assert (meta.config.connect_timeout, meta.config.read_timeout) == (1.5, 2)
    assert (meta.config.max_pool_connections, meta.config.user_agent_extra) == (33, "shop")


def test_an_empty_table_name_is_refused(client: DynamoDbClient) -> None:
    with pytest.raises(ConfigurationError, match="name is empty"):
        client.table("")


def test_a_read_sends_no_more_than_it_must(client: DynamoDbClient, provider: Answering) -> None:
    client.table("app").get(KEY)
    assert provider.sent == ("GetItem", {"TableName": "app", "Key": {"pk": {"S": "a"}}})


def test_existence_is_asked_by_reading_a_key_attribute(client: DynamoDbClient, provider: Answering) -> None:
    provider.outcome = Response(200, {"Item": {"a.b": {"S": "x"}}})
    assert client.table("app").exists({"a.b": "x"}, consistent=True)
    assert provider.sent[1] == {
        "TableName": "app",
        "Key": {"a.b": {"S": "x"}},
        "ConsistentRead": True,
        "ProjectionExpression": "#n0",
        "ExpressionAttributeNames": {"#n0": "a.b"},
    }


def test_only_a_write_with_a_condition_asks_for_the_item_that_fails_it(
    client: DynamoDbClient, provider: Answering
) -> None:
    table = client.table("app")
    table.delete(KEY)
    table.delete(KEY, condition=Attr("pk").exists())
    plain, conditional = (request.params for request in provider.requests)
    assert set(plain) == {"TableName", "Key"}
    assert conditional["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


def test_a_step_of_an_update_leaves_the_one_before_as_it_was(client: DynamoDbClient, provider: Answering) -> None:
    first = client.table("app").update(KEY).set("n", 1)
    first.add("m", 2).remove("x").condition(Attr("pk").exists()).returning("all_new")
    first.execute()
    assert provider.sent[1] == {
        "TableName": "app",
        "Key": {"pk": {"S": "a"}},
        "UpdateExpression": "SET n = :v0",
        "ExpressionAttributeValues": {":v0": {"N": "1"}},
    }


def test_an_update_keeps_the_key_it_was_begun_with(client: DynamoDbClient, provider: Answering) -> None:
    key = {"pk": "a"}
    update = client.table("app").update(key).set("n", 1)
    key["pk"] = "b"
    update.execute()
    assert provider.sent[1]["Key"] == {"pk": {"S": "a"}}


def test_an_update_that_does_nothing_is_refused(client: DynamoDbClient, provider: Answering) -> None:
    with pytest.raises(ExpressionMisuse, match="does nothing"):
        client.table("app").update(KEY).execute()
    assert not provider.requests


def test_what_an_update_cannot_return_is_refused(client: DynamoDbClient) -> None:
    with pytest.raises(ConfigurationError, match=r"one of none, all_old, .* not 'ALL_NEW'"):
        client.table("app").update(KEY).returning("ALL_NEW")  # type: ignore[arg-type]  # what is tested


@pytest.mark.parametrize("floats", [False, True])
def test_floats_are_taken_only_where_that_is_said(provider: Answering, floats: bool) -> None:
    with DynamoDbClient(ClientConfig(floats=floats), provider=provider) as client:
        table = client.table("app")
        if floats:
            table.put({**KEY, "price": 0.1})
            table.update(KEY).add("price", 0.1).execute()
            assert len(provider.requests) == 2
            return
        with pytest.raises(UnsupportedValue, match="floats=True"):
            table.put({**KEY, "price": 0.1})
        with pytest.raises(UnsupportedValue, match="floats=True"):
            table.update(KEY).add("price", 0.1)


def test_an_items_values_are_pythons(client: DynamoDbClient, provider: Answering) -> None:
    wire: Mapping[str, Any] = {"pk": {"S": "a"}, "n": {"N": "1.50"}, "b": {"B": "AP8="}, "bs": {"BS": ["AP8="]}}
    provider.outcome = Response(200, {"Item": wire})
    assert client.table("app").get(KEY) == {"pk": "a", "n": Decimal("1.5"), "b": b"\x00\xff", "bs": {b"\x00\xff"}}
