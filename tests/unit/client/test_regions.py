"""Clients of several regions: whoever is put over one of them is put over all of its regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import ClientConfig, Outcome, Request, Response, mock_dynamodb, use_cassette
from pytest_dynamodb.exchange import Provider

KEY = {"pk": "a"}
REGIONS = ["eu-west-1", "eu-central-1"]


class FirstIsDown(Provider):
    """Answers in every region but the first."""

    offline, endpoint = True, None

    def __init__(self) -> None:
        self.asked: list[str] = []

    def before(self, request: Request) -> Outcome | None:
        self.asked.append(request.region)
        if request.region == REGIONS[0]:
            return Response(500, {"__type": "InternalServerError", "message": "no"})
        return Response(200, {"Item": {"pk": {"S": "a"}}})

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing was let go")


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return lambda provider="live": client_of(request.param, ClientConfig(regions=REGIONS), provider=provider)


def test_a_clients_provider_is_over_all_of_its_regions(make: Callable[..., Any]) -> None:
    provider = FirstIsDown()
    with make(provider) as client:
        assert client.table("app").get(KEY) == KEY
    assert provider.asked == [REGIONS[0]] * 3 + [REGIONS[1]]


def test_a_cassette_over_a_given_client_is_over_all_of_its_regions(make: Callable[..., Any], tmp_path: Any) -> None:
    path = tmp_path / "regions.ddb.msgpack"
    provider = FirstIsDown()
    with make() as client:
        with use_cassette(path, mode="rewrite", upstream=provider, clients=[client]):
            assert client.table("app").get(KEY) == KEY
        with use_cassette(path, clients=[client]) as cassette:
            assert client.table("app").get(KEY) == KEY
    assert len(cassette.played) == 4


def test_the_mock_has_each_regions_own_tables(make: Callable[..., Any]) -> None:
    import boto3

    with mock_dynamodb(), make() as client:
        boto3.Session().client("dynamodb", REGIONS[0]).create_table(
            TableName="app",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.table("app").put(KEY)
        assert client.table("app").get(KEY) == KEY
