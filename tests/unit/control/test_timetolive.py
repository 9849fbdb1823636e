"""UpdateTimeToLive and DescribeTimeToLive (ack-api-quirks, DDB-TABLE-146, 442)."""

from __future__ import annotations

from typing import Any

from engine_requests import Json, ask, refusal, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle


def made(**lifecycle: float) -> tuple[Engine, VirtualClock]:
    clock = VirtualClock(0.0)
    engine = Engine(clock=clock, lifecycle=Lifecycle(**lifecycle))
    table(engine)
    return engine, clock


def wanted(enabled: bool, attribute: str = "ends") -> dict[str, Any]:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    return {"TableName": "app", "TimeToLiveSpecification": specification}


def described(engine: Engine) -> Json:
    body: Json = ask(engine, "DescribeTimeToLive", TableName="app")["TimeToLiveDescription"]
    return body


def test_it_is_switched_on_and_an_hour_later_off() -> None:
    engine, clock = made()
    assert described(engine) == {"TimeToLiveStatus": "DISABLED"}
    answer = ask(engine, "UpdateTimeToLive", **wanted(True))
    assert answer == {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "ends"}}
    assert described(engine) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ends"}
    too_soon = refusal(engine, "UpdateTimeToLive", **wanted(False))
    assert too_soon["message"] == "Time to live has been modified multiple times within a fixed interval"
    clock.advance(3600)
    ask(engine, "UpdateTimeToLive", **wanted(False))
    assert described(engine) == {"TimeToLiveStatus": "DISABLED"}


def test_what_is_so_already_is_refused() -> None:
    engine, _ = made()
    assert refusal(engine, "UpdateTimeToLive", **wanted(False))["message"] == "TimeToLive is already disabled"
    ask(engine, "UpdateTimeToLive", **wanted(True))
    assert refusal(engine, "UpdateTimeToLive", **wanted(True))["message"] == "TimeToLive is already enabled"
    for enabled in (True, False):
        assert refusal(engine, "UpdateTimeToLive", **wanted(enabled, "other"))["message"] == (
            "TimeToLive is active on a different AttributeName: current AttributeName is ends"
        )


def test_it_takes_its_time_and_may_not_be_changed_meanwhile() -> None:
    engine, clock = made(time_to_live=3_600)
    ask(engine, "UpdateTimeToLive", **wanted(True))
    assert described(engine) == {"TimeToLiveStatus": "ENABLING", "AttributeName": "ends"}
    assert refusal(engine, "UpdateTimeToLive", **wanted(False))["message"] == (
        "Time to live has been modified multiple times within a fixed interval"
    )
    clock.advance(3_600)
    assert described(engine)["TimeToLiveStatus"] == "ENABLED"
    ask(engine, "UpdateTimeToLive", **wanted(False))
    assert described(engine) == {"TimeToLiveStatus": "DISABLING", "AttributeName": "ends"}


def test_a_table_on_its_way_up_has_none_yet() -> None:
    engine, _ = made(create_table=10)
    assert refusal(engine, "DescribeTimeToLive", TableName="app")["message"] == (
        "Cannot describe time to live while table is in CREATING state: Current table state is CREATING"
    )
    assert refusal(engine, "UpdateTimeToLive", **wanted(True))["code"] == "ResourceInUseException"


def test_a_table_that_is_not_there_has_none() -> None:
    for operation, params in (("UpdateTimeToLive", wanted(True)), ("DescribeTimeToLive", {"TableName": "app"})):
        problem = refusal(Engine(), operation, **params)
        assert problem["message"] == "Requested resource not found: Table: app not found"
