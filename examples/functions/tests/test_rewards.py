"""The functions, called as Lambda calls them: by requests, and by what the table's stream says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_lambda_powertools.utilities.typing import LambdaContext

import rewards
from pytest_dynamodb import Mock
from pytest_dynamodb.faults import Throttled
from pytest_dynamodb.triggers import Subscription

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@pytest.fixture
def mock(dynamodb_mock: Mock) -> Mock:
    """The tables of the template."""
    dynamodb_mock.load(TEMPLATE)
    return dynamodb_mock


@pytest.fixture
def rewarding(mock: Mock) -> Subscription:
    """``reward``, subscribed to the stream with the settings of the template."""
    resources = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))["Resources"]
    settings = dict(resources["Reward"]["Properties"]["Events"]["Orders"]["Properties"])
    del settings["Stream"]
    return mock.streams.subscribe("orders", rewards.reward, mapping=settings)


def call(method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """What the API answers: status and body."""
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "requestContext": {"stage": "$default", "http": {"method": method, "path": path}},
        "body": None if body is None else json.dumps(body),
    }
    answer = rewards.api(event, LambdaContext())
    return answer["statusCode"], json.loads(answer.get("body") or "null")


def points(mock: Mock) -> dict[str, int]:
    """The points of each customer."""
    items = mock.tables["points"].items
    return {str(item["id"])[9:]: int(item["points"]) for item in items if item["id"].startswith("CUSTOMER#")}


# --- the API ---


def test_an_order_is_taken_shown_and_cancelled(mock: Mock) -> None:
    order = {"order_id": "1", "customer": "ada", "total": 12}
    assert call("PUT", "/orders/1", {"customer": "ada", "total": 12}) == (200, order)
    assert call("GET", "/orders/1") == (200, order)
    assert call("DELETE", "/orders/1") == (204, None)
    assert call("GET", "/orders/1")[0] == 404


def test_an_id_is_one_customer_s(mock: Mock) -> None:
    call("PUT", "/orders/1", {"customer": "ada", "total": 12})
    assert call("PUT", "/orders/1", {"customer": "bob", "total": 1}) == (409, {"message": "this id is taken"})
    assert mock.tables["orders"].items == [{"order_id": "1", "customer": "ada", "total": 12}]


@pytest.mark.parametrize("body", [{}, {"customer": "ada"}, {"customer": "ada", "total": "12"}])
def test_half_an_order_is_none(mock: Mock, body: dict[str, Any]) -> None:
    assert call("PUT", "/orders/1", body)[0] == 400
    assert mock.tables["orders"].count == 0


# --- the stream ---


def test_points_follow_orders(mock: Mock, rewarding: Subscription) -> None:
    call("PUT", "/orders/1", {"customer": "ada", "total": 12})
    call("PUT", "/orders/2", {"customer": "bob", "total": 5})
    assert points(mock) == {}

    assert mock.streams.deliver() == 1  # one call with both records
    assert points(mock) == {"ada": 12, "bob": 5}

    call("PUT", "/orders/1", {"customer": "ada", "total": 20})
    call("DELETE", "/orders/2")
    mock.streams.deliver()
    assert points(mock) == {"ada": 20, "bob": 0}


def test_what_comes_twice_counts_once(mock: Mock) -> None:
    twice = mock.streams.subscribe("orders", rewards.reward, batch_size=1, at_least_once=True, seed=1)
    for number in range(8):
        call("PUT", f"/orders/{number}", {"customer": "ada", "total": 1})
    mock.streams.deliver()
    assert len(twice.invocations) > 8
    assert points(mock) == {"ada": 8}


def test_a_broken_record_stops_nobody_else(mock: Mock, rewarding: Subscription) -> None:
    call("PUT", "/orders/1", {"customer": "ada", "total": 1})
    rewards.orders.put_item(Item={"order_id": "2", "total": 2})  # by an older program, without a customer
    call("PUT", "/orders/3", {"customer": "ada", "total": 4})
    mock.streams.deliver()

    # Lambda begins again at the record that failed, so that the third came three times, too.
    assert [len(invocation.event["Records"]) for invocation in rewarding.invocations] == [3, 2, 2]
    assert points(mock) == {"ada": 5}
    (lost,) = rewarding.discarded
    assert lost.reason == "RetryAttemptsExhausted"


def test_a_throttled_transaction_is_tried_again(mock: Mock, rewarding: Subscription) -> None:
    call("PUT", "/orders/1", {"customer": "ada", "total": 1})
    call("PUT", "/orders/2", {"customer": "bob", "total": 2})
    # A transaction that is throttled is cancelled, and botocore does not send it again. Lambda does.
    with mock.faults.during(Throttled(operation="TransactWriteItems", times=2)):
        mock.streams.deliver()
    assert len(rewarding.invocations) == 2
    assert points(mock) == {"ada": 1, "bob": 2}
    assert rewarding.discarded == []
