"""Functions that are called before and after calls."""

from __future__ import annotations

from typing import Any

import pytest

from blocking_client import client as client_of
from pytest_dynamodb import (
    Attr,
    ClientConfig,
    ConditionalCheckFailedException,
    ConfigurationError,
    MockProvider,
    Observers,
    Signals,
)


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.aiobotocore)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_functions_are_called_before_and_after_the_calls_they_are_for(kind: str) -> None:
    seconds = iter(range(100))
    signals = Signals(timer=lambda: float(next(seconds)))
    told: list[Any] = []

    @signals.before("PutItem", "GetItem")
    def begins(call: Any) -> None:
        told.append((call.operation, call.tables, dict(call.params)))

    @signals.after("PutItem")
    def ends(ended: Any) -> None:
        told.append((ended.call.operation, ended.error_type, ended.attempts, ended.seconds))

    @signals.after()
    def all_of_them(ended: Any) -> None:
        told.append(ended.call.operation)

    with client_of(kind, ClientConfig(region="us-east-1", observer=signals), provider=MockProvider()) as client:
        table = client.create_table("app", partition_key="pk")
        told.clear()
        table.put({"pk": "a"})
        with pytest.raises(ConditionalCheckFailedException):
            table.put({"pk": "a"}, condition=Attr("pk").not_exists())
        table.delete({"pk": "a"})
    first, *_ = told
    assert first == ("PutItem", ("app",), {"TableName": "app", "Item": {"pk": {"S": "a"}}})
    assert [one for one in told if one[0] == "PutItem" and len(one) == 4] == [
        ("PutItem", "", 1, 1.0),
        ("PutItem", "ConditionalCheckFailedException", 1, 1.0),
    ]
    assert [one for one in told if isinstance(one, str)] == ["PutItem", "PutItem", "DeleteItem"]


def test_one_that_raises_before_a_call_stops_it_unless_it_is_among_others(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    signals, provider = Signals(), MockProvider()

    @signals.before("DeleteItem")
    def never(call: Any) -> None:
        raise PermissionError("nothing is deleted here")

    def config(observer: Any) -> ClientConfig:
        return ClientConfig(region="us-east-1", observer=observer)

    with client_of(kind, config(signals), provider=provider) as client:
        table = client.create_table("app", partition_key="pk")
        table.put({"pk": "a"})
        with pytest.raises(PermissionError):
            table.delete({"pk": "a"})
        assert table.exists({"pk": "a"})
    with client_of(kind, config(Observers(signals)), provider=provider) as client:
        client.table("app").delete({"pk": "a"})
        assert not client.table("app").exists({"pk": "a"})
    assert "nothing is deleted here" in caplog.text


def test_an_operation_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no operation PutItems"):
        Signals().before("PutItems")
