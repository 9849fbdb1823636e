"""Point-in-time recovery: a table as it was at any second of its window."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_requests import START, Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

DAY = 86_400.0


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(
        engine,
        keys="pk",
        AttributeDefinitions=definitions("pk g"),
        GlobalSecondaryIndexes=[index("by_g", "g")],
    )
    return engine


def put(engine: Engine, key: str, value: int = 1, *, name: str = "app") -> None:
    ask(engine, "PutItem", TableName=name, Item={"pk": s(key), "n": n(value), "g": s("G")})


def switch(engine: Engine, *, on: bool = True, **more: Any) -> Json:
    wanted = {"PointInTimeRecoveryEnabled": on, **more}
    answer = ask(engine, "UpdateContinuousBackups", TableName="app", PointInTimeRecoverySpecification=wanted)
    described: Json = answer["ContinuousBackupsDescription"]
    return described


def window(engine: Engine) -> Json:
    answer = ask(engine, "DescribeContinuousBackups", TableName="app")["ContinuousBackupsDescription"]
    described: Json = answer["PointInTimeRecoveryDescription"]
    return described


def restore(engine: Engine, time: float | None, target: str = "copy") -> Json:
    when: Json = {"UseLatestRestorableTime": True} if time is None else {"RestoreDateTime": time}
    answer = ask(engine, "RestoreTableToPointInTime", SourceTableName="app", TargetTableName=target, **when)
    described: Json = answer["TableDescription"]
    return described


def held(engine: Engine, name: str = "copy", **more: Any) -> dict[str, str]:
    found = ask(engine, "Scan", TableName=name, **more)["Items"]
    return {item["pk"]["S"]: item["n"]["N"] for item in found}


def test_a_table_comes_back_as_it_was_at_each_time(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "before")
    switch(engine)
    states = []
    for step in range(4):
        clock.advance(10)
        put(engine, "changing", step)
        put(engine, f"new-{step}")
        if step == 2:
            ask(engine, "DeleteItem", TableName="app", Key={"pk": s("before")})
        states.append((clock.now(), held(engine, "app")))
    clock.advance(600)
    for number, (time, state) in enumerate(states):
        restore(engine, time, f"copy-{number}")
        assert held(engine, f"copy-{number}") == state
        assert held(engine, f"copy-{number}", IndexName="by_g") == state


Step = tuple[int, str, int]


@given(
    steps=st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 3)), max_size=30),
    at=st.integers(0, 40),
)
def test_whatever_was_written_a_time_has_its_state(steps: list[Step], at: int) -> None:
    clock = VirtualClock(START)
    engine = Engine(clock=clock)
    table(engine, keys="pk", AttributeDefinitions=definitions("pk g"), GlobalSecondaryIndexes=[index("by_g", "g")])
    switch(engine)
    model: dict[str, str] = {}
    expected: dict[str, str] = {}
    for number, (wait, key, action) in enumerate(steps):
        clock.advance(float(wait))
        if action == 0:
            ask(engine, "DeleteItem", TableName="app", Key={"pk": s(key)})
            model.pop(key, None)
        else:
            put(engine, key, number)
            model[key] = str(number)
        if clock.now() <= START + at:
            expected = dict(model)
    clock.advance(1000)
    restore(engine, START + at)
    assert held(engine) == held(engine, IndexName="by_g") == expected


def test_the_restored_table_and_its_source_do_not_see_each_others_writes(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "shared")
    switch(engine)
    restore(engine, None)
    put(engine, "here")
    put(engine, "there", name="copy")
    assert held(engine, "app").keys() == {"shared", "here"}
    assert held(engine).keys() == {"shared", "there"}


def test_the_latest_time_is_five_minutes_ago_but_never_before_it_was_switched_on(
    engine: Engine, clock: VirtualClock
) -> None:
    switch(engine)
    clock.advance(180)
    assert (window(engine)["EarliestRestorableDateTime"], window(engine)["LatestRestorableDateTime"]) == (START, START)
    clock.advance(420)
    assert window(engine)["LatestRestorableDateTime"] == START + 300
    clock.advance(40 * DAY)
    assert window(engine)["EarliestRestorableDateTime"] == clock.now() - 35 * DAY


def test_the_period_can_be_set_and_goes_back_to_35_days(engine: Engine, clock: VirtualClock) -> None:
    assert switch(engine, RecoveryPeriodInDays=3)["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 3
    clock.advance(10 * DAY)
    assert window(engine)["EarliestRestorableDateTime"] == clock.now() - 3 * DAY
    assert switch(engine, on=False) == {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }
    assert switch(engine)["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 35


def test_settings_that_a_restore_drops_and_keeps(engine: Engine, clock: VirtualClock) -> None:
    arn = ask(engine, "DescribeTable", TableName="app")["Table"]["TableArn"]
    ask(engine, "TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    ask(engine, "UpdateTimeToLive", TableName="app", TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"})
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    ask(engine, "UpdateTable", TableName="app", StreamSpecification=stream)
    ask(engine, "UpdateTable", TableName="app", DeletionProtectionEnabled=True)
    ask(engine, "UpdateTable", TableName="app", SSESpecification={"Enabled": True})
    switch(engine)
    restore(engine, None)
    described = ask(engine, "DescribeTable", TableName="copy")["Table"]
    assert "StreamSpecification" not in described
    assert described["DeletionProtectionEnabled"] is False
    assert described["SSEDescription"]["Status"] == "ENABLED"
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert [found["IndexName"] for found in described["GlobalSecondaryIndexes"]] == ["by_g"]
    assert ask(engine, "ListTagsOfResource", ResourceArn=described["TableArn"])["Tags"] == []
    ends = ask(engine, "DescribeTimeToLive", TableName="copy")["TimeToLiveDescription"]
    assert ends == {"TimeToLiveStatus": "DISABLED"}


def test_where_a_table_comes_from_is_told_while_it_is_restored(clock: VirtualClock) -> None:
    engine = Engine(clock=clock, lifecycle=Lifecycle(create_table=60))
    table(engine, keys="pk")
    clock.advance(60)
    switch(engine)
    summary = restore(engine, None)["RestoreSummary"]
    assert summary["RestoreInProgress"] is True
    assert summary["RestoreDateTime"] == START + 60
    again = refusal(
        engine,
        "RestoreTableToPointInTime",
        SourceTableName="app",
        TargetTableName="copy",
        UseLatestRestorableTime=True,
    )
    assert again["code"] == "TableInUseException"
    creation = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "AttributeDefinitions": definitions("pk")}
    taken = refusal(engine, "CreateTable", TableName="copy", BillingMode="PAY_PER_REQUEST", **creation)
    assert taken["message"] == "Attempt to change a resource which is still in use: Table is being used: copy"
    clock.advance(60)
    assert "RestoreSummary" not in ask(engine, "DescribeTable", TableName="copy")["Table"]


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"SourceTableName": "app"},
            "ValidationException",
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both",
        ),
        (
            {
                "SourceTableName": "app",
                "UseLatestRestorableTime": True,
                "SourceTableArn": "arn:aws:dynamodb:x:1:table/y",
            },
            "ValidationException",
            "Invalid Request: Must provide exactly one of: sourceTableArn, sourceTableName",
        ),
        (
            {"UseLatestRestorableTime": True},
            "ValidationException",
            "The parameter 'TableName' is required but was not present in the request",
        ),
        (
            {"SourceTableName": "missing", "UseLatestRestorableTime": True},
            "TableNotFoundException",
            "Table not found: missing",
        ),
        (
            {"SourceTableName": "plain", "UseLatestRestorableTime": True},
            "PointInTimeRecoveryUnavailableException",
            "Point in time recovery is not enabled for table 'plain'",
        ),
        (
            {"SourceTableName": "app", "RestoreDateTime": START - 60},
            "InvalidRestoreTimeException",
            (
                "RestoreDateTime '2023-11-14T22:12:20Z' must be within EarliestRestorableDateTime "
                "'2023-11-14T22:13:20Z' and LatestRestorableDateTime '2023-11-14T22:13:20Z'"
            ),
        ),
        (
            {"SourceTableName": "app", "UseLatestRestorableTime": True, "TargetTableName": "plain"},
            "TableAlreadyExistsException",
            "Table already exists: plain",
        ),
    ],
)
def test_refusals_in_awss_words(engine: Engine, params: Json, code: str, message: str) -> None:
    table(engine, "plain")
    switch(engine)
    problem = refusal(engine, "RestoreTableToPointInTime", **{"TargetTableName": "copy", **params})
    assert (problem["code"], problem["message"]) == (code, message)
    assert refusal(engine, "DescribeTable", TableName="copy")["code"] == "ResourceNotFoundException"


def test_a_table_that_is_not_there_has_a_code_of_its_own(engine: Engine) -> None:
    problem = refusal(engine, "DescribeContinuousBackups", TableName="missing")
    assert (problem["code"], problem["message"]) == ("TableNotFoundException", "Table not found: missing")


def test_what_time_to_live_takes_away_can_be_restored(engine: Engine, clock: VirtualClock) -> None:
    ask(engine, "UpdateTimeToLive", TableName="app", TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"})
    switch(engine)
    clock.advance(1)
    item = {"pk": s("a"), "n": n(1), "e": n(int(START) + 10)}
    ask(engine, "PutItem", TableName="app", Item=item)
    clock.advance(1000)
    assert held(engine, "app") == {}
    restore(engine, START + 5)
    assert held(engine) == {"a": "1"}


def test_a_fork_has_a_history_of_its_own(engine: Engine, clock: VirtualClock) -> None:
    switch(engine)
    clock.advance(10)
    put(engine, "both")
    fork = engine.fork()
    clock.advance(10)
    put(engine, "here")
    put(fork, "there")
    clock.advance(1000)
    for one, expected in ((engine, {"both", "here"}), (fork, {"both", "there"})):
        restore(one, None)
        assert held(one).keys() == expected
        restore(one, START + 15, "early")
        assert held(one, "early").keys() == {"both"}
