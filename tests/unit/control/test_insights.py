"""Contributor insights: statuses of tables and indexes (ack-api-quirks, DDB-TABLE-089 to 095)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, refusal, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle


@pytest.fixture
def engine(clock: VirtualClock) -> Engine:
    engine = Engine(clock=clock, lifecycle=Lifecycle(update_table=10))
    table(
        engine,
        AttributeDefinitions=definitions("pk sk g"),
        GlobalSecondaryIndexes=[index("by_g", "g")],
    )
    return engine


def switch(engine: Engine, *, on: bool = True, **more: Any) -> Json:
    action = "ENABLE" if on else "DISABLE"
    return ask(engine, "UpdateContributorInsights", TableName="app", ContributorInsightsAction=action, **more)


def test_they_are_off_at_first(engine: Engine) -> None:
    described = ask(engine, "DescribeContributorInsights", TableName="app")
    assert described == {"TableName": "app", "ContributorInsightsStatus": "DISABLED"}
    assert switch(engine, on=False) == described
    assert ask(engine, "ListContributorInsights") == {"ContributorInsightsSummaries": []}


def test_they_come_and_go_with_the_clock(engine: Engine, clock: VirtualClock) -> None:
    statuses = [switch(engine)["ContributorInsightsStatus"]]
    for step in range(4):
        if step == 2:
            statuses.append(switch(engine, on=False)["ContributorInsightsStatus"])
        clock.advance(5)
        statuses.append(ask(engine, "DescribeContributorInsights", TableName="app")["ContributorInsightsStatus"])
    assert statuses == ["ENABLING", "ENABLING", "ENABLED", "DISABLING", "DISABLING", "DISABLED"]


def test_rules_are_named_after_keys_and_modes(engine: Engine) -> None:
    switch(engine)
    described = ask(engine, "DescribeContributorInsights", TableName="app")
    assert described["ContributorInsightsMode"] == "ACCESSED_AND_THROTTLED_KEYS"
    assert described["ContributorInsightsRuleList"] == [
        f"DynamoDBContributorInsights-{kind}-app-1700000000000" for kind in ("PKC", "PKT", "SKC", "SKT")
    ]
    assert switch(engine, ContributorInsightsMode="THROTTLED_KEYS")["ContributorInsightsStatus"] == "ENABLING"
    rules = ask(engine, "DescribeContributorInsights", TableName="app")["ContributorInsightsRuleList"]
    assert [rule.split("-")[1] for rule in rules] == ["PKT", "SKT"]


def test_an_index_has_its_own_and_lists_come_in_pages(engine: Engine) -> None:
    table(engine, "other")
    ask(engine, "UpdateContributorInsights", TableName="other", ContributorInsightsAction="ENABLE")
    switch(engine, IndexName="by_g")
    switch(engine)
    seen: list[tuple[str, str | None]] = []
    token: Json = {}
    while True:
        answer = ask(engine, "ListContributorInsights", MaxResults=1, **token)
        seen += [(one["TableName"], one.get("IndexName")) for one in answer["ContributorInsightsSummaries"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert seen == [("app", None), ("app", "by_g"), ("other", None)]
    assert len(ask(engine, "ListContributorInsights", TableName="app")["ContributorInsightsSummaries"]) == 2


def test_an_index_that_is_not_there(engine: Engine) -> None:
    problem = refusal(engine, "DescribeContributorInsights", TableName="app", IndexName="ghost")
    assert (problem["code"], problem["message"]) == (
        "ResourceNotFoundException",
        "Requested resource not found: Index: ghost not found for table: app",
    )


def test_a_token_of_nobody(engine: Engine) -> None:
    assert refusal(engine, "ListContributorInsights", NextToken="?")["code"] == "ValidationException"
