"""Replicas that come, change and go by UpdateTable, and what is refused (ack-api-quirks, table-replicas)."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle
from pytest_dynamodb.exchange import Request

THERE, THIRD = "eu-west-1", "us-west-2"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(engine, keys="pk")
    return engine


def change(engine: Engine, *updates: Json, region: str = "", **more: Any) -> Json:
    answer = ask(engine, "UpdateTable", region=region, TableName="app", ReplicaUpdates=list(updates), **more)
    described: Json = answer["TableDescription"]
    return described


def create(region: str, **more: Any) -> Json:
    return {"Create": {"RegionName": region, **more}}


def delete(region: str) -> Json:
    return {"Delete": {"RegionName": region}}


def described(engine: Engine, region: str = "") -> Json:
    found: Json = ask(engine, "DescribeTable", region=region, TableName="app")["Table"]
    return found


def replicas(engine: Engine, region: str = "") -> list[str]:
    return [one["RegionName"] for one in described(engine, region).get("Replicas", [])]


def refused(engine: Engine, *updates: Json, **more: Any) -> str:
    problem = refusal(engine, "UpdateTable", TableName="app", ReplicaUpdates=list(updates), **more)
    assert problem["code"] == "ValidationException"
    message: str = problem["message"]
    return message


def test_how_a_replica_is_described(engine: Engine) -> None:
    answer = change(engine, create(THERE))
    assert (answer["TableStatus"], answer["Replicas"], answer["GlobalTableVersion"]) == ("UPDATING", [], "2019.11.21")
    here, there = described(engine), described(engine, THERE)
    assert here["Replicas"] == [
        {
            "RegionName": THERE,
            "ReplicaStatus": "ACTIVE",
            "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"},
            "GlobalTableSettingsReplicationMode": "ENABLED_WITH_OVERRIDES",
        }
    ]
    assert [one["RegionName"] for one in there["Replicas"]] == ["us-east-1"]
    assert here["TableId"] != there["TableId"]
    assert there["TableArn"] == "arn:aws:dynamodb:eu-west-1:123456789012:table/app"
    assert here["StreamSpecification"] == there["StreamSpecification"]
    assert here["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert "MultiRegionConsistency" not in here


def test_a_replica_comes_with_the_clock(clock: VirtualClock) -> None:
    engine = Engine(clock=clock, lifecycle=Lifecycle(create_table=10, update_table=10))
    table(engine, keys="pk")
    clock.advance(10)
    change(engine, create(THERE))
    assert described(engine)["Replicas"][0]["ReplicaStatus"] == "CREATING"
    assert described(engine, THERE)["TableStatus"] == "CREATING"
    busy = refusal(engine, "UpdateTable", TableName="app", ReplicaUpdates=[create(THIRD)])
    assert (busy["code"], busy["message"]) == (
        "ResourceInUseException",
        "The resource which you are attempting to change is in use.",
    )
    clock.advance(10)
    assert described(engine)["Replicas"][0]["ReplicaStatus"] == "ACTIVE"
    assert described(engine, THERE)["TableStatus"] == "ACTIVE"


def test_any_member_may_add_and_remove(engine: Engine) -> None:
    change(engine, create(THERE))
    change(engine, create(THIRD), region=THERE)
    assert replicas(engine) == [THERE, THIRD]
    assert sorted(replicas(engine, THERE)) == ["us-east-1", THIRD]
    assert sorted(replicas(engine, THIRD)) == [THERE, "us-east-1"]
    change(engine, delete(THIRD))
    assert replicas(engine) == [THERE]
    assert replicas(engine, THERE) == ["us-east-1"]
    assert ask(engine, "ListTables", region=THIRD)["TableNames"] == []


def test_with_the_last_replica_goes_all_of_the_global_table_but_the_stream(engine: Engine) -> None:
    change(engine, create(THERE))
    change(engine, delete(THERE))
    found = described(engine)
    assert not {"Replicas", "GlobalTableVersion", "GlobalTableSettingsReplicationMode"} & found.keys()
    assert found["StreamSpecification"]["StreamEnabled"] is True
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a"), "n": n(1)})
    change(engine, create(THERE))
    assert ask(engine, "Scan", region=THERE, TableName="app")["Count"] == 1


def test_tags_policies_protection_and_recovery_are_a_regions_own(engine: Engine) -> None:
    arn = described(engine)["TableArn"]
    ask(engine, "TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    ask(engine, "UpdateTable", TableName="app", DeletionProtectionEnabled=True)
    recovery = {"PointInTimeRecoveryEnabled": True}
    ask(engine, "UpdateContinuousBackups", TableName="app", PointInTimeRecoverySpecification=recovery)
    change(engine, create(THERE))
    there = described(engine, THERE)
    assert there["DeletionProtectionEnabled"] is False
    assert ask(engine, "ListTagsOfResource", region=THERE, ResourceArn=there["TableArn"])["Tags"] == []
    told = ask(engine, "DescribeContinuousBackups", region=THERE, TableName="app")["ContinuousBackupsDescription"]
    assert told["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_indexes_and_units_are_everybodys(engine: Engine) -> None:
    change(engine, create(THERE))
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a"), "g": s("G")})
    updates = [{"Create": index("by_g", "g")}]
    ask(
        engine,
        "UpdateTable",
        region=THERE,
        TableName="app",
        AttributeDefinitions=definitions("g"),
        GlobalSecondaryIndexUpdates=updates,
    )
    for region in ("", THERE):
        assert ask(engine, "Scan", region=region, TableName="app", IndexName="by_g")["Count"] == 1
        assert [one["IndexName"] for one in described(engine, region)["GlobalSecondaryIndexes"]] == ["by_g"]
        assert described(engine, region)["Replicas"][0]["GlobalSecondaryIndexes"][0]["IndexName"] == "by_g"
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2}
    own = {"Update": {"IndexName": "by_g", "ProvisionedThroughput": units}}
    ask(
        engine,
        "UpdateTable",
        TableName="app",
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units,
        GlobalSecondaryIndexUpdates=[own],
    )
    assert described(engine, THERE)["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    ask(engine, "UpdateTable", TableName="app", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by_g"}}])
    for region in ("", THERE):
        assert "GlobalSecondaryIndexes" not in described(engine, region)


def test_overrides_are_told_of_the_replica(engine: Engine) -> None:
    change(engine, create(THERE))
    override = {"MaxReadRequestUnits": 50}
    update = {"Update": {"RegionName": THERE, "OnDemandThroughputOverride": override}}
    assert change(engine, update)["TableStatus"] == "UPDATING"
    assert described(engine)["Replicas"][0]["OnDemandThroughputOverride"] == override


def test_the_stream_of_a_replica_stays_on(engine: Engine) -> None:
    change(engine, create(THERE))
    problem = refusal(engine, "UpdateTable", TableName="app", StreamSpecification={"StreamEnabled": False})
    assert problem["message"] == (
        "One or more parameter values were invalid: Disabling Stream is not allowed for a Global Table replica."
    )


@pytest.mark.parametrize(
    ("updates", "message"),
    [
        ([{}], "There are no actions specified in the Replica Update Action of the request."),
        (
            [{"Update": {"RegionName": THERE}}],
            "There are no actions specified in the Replica Update Action of the request.",
        ),
        (
            [create("us-east-1")],
            (
                "Cannot add or delete the local region through ReplicaUpdates. "
                "Use CreateTable, DeleteTable, or UpdateTable as required."
            ),
        ),
        (
            [{**create(THERE), **delete(THIRD)}],
            "Update table operation with more than one type of replica actions not allowed.",
        ),
        (
            [create(THERE), create(THIRD)],
            "Update table operation with more than one create or delete replica actions not allowed",
        ),
        (
            [delete(THERE)],
            (
                "Update global table operation failed because one or more replicas were not part of the global table. "
                "Please retry the request without these replicas: [eu-west-1]."
            ),
        ),
    ],
)
def test_refusals_in_awss_words(engine: Engine, updates: list[Json], message: str) -> None:
    assert refused(engine, *updates) == message


def test_more_refusals(engine: Engine) -> None:
    assert refused(engine, create("us-fake-1")).startswith("Region us-fake-1 is not supported. The latest version of")
    assert refused(engine, create(THERE), DeletionProtectionEnabled=True) == (
        "One or more parameter values were invalid: Replica modification must be the only operation in the request"
    )
    change(engine, create(THERE), create(THERE))
    taken = (
        "Failed to create a the new replica of table with name: \u2018app\u2019 because one or more replicas already "
        "existed as tables."
    )
    assert refused(engine, create(THERE)) == taken
    table(engine, keys="pk", region=THIRD)
    assert refused(engine, create(THIRD)) == taken


def test_the_source_of_a_new_replica_stays_for_a_day(engine: Engine, clock: VirtualClock) -> None:
    change(engine, create(THERE))
    problem = refusal(engine, "DeleteTable", TableName="app")
    assert (problem["code"], problem["message"]) == (
        "ValidationException",
        (
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the "
            "table in the last 24 hours."
        ),
    )
    clock.advance(24 * 3600)
    ask(engine, "DeleteTable", TableName="app")
    assert "Replicas" not in described(engine, THERE)


def test_a_replica_may_be_deleted_where_it_is(engine: Engine) -> None:
    change(engine, create(THERE))
    ask(engine, "DeleteTable", region=THERE, TableName="app")
    assert "Replicas" not in described(engine)


def test_a_protected_replica_stays(engine: Engine) -> None:
    change(engine, create(THERE))
    ask(engine, "UpdateTable", region=THERE, TableName="app", DeletionProtectionEnabled=True)
    assert refused(engine, delete(THERE)) == (
        "Cannot delete table app in region eu-west-1 because it has deletion protection enabled. "
        "Disable deletion protection first."
    )


# --- strong consistency ---


STRONG = {"MultiRegionConsistency": "STRONG"}


def test_strong_consistency_needs_three_regions_at_once(engine: Engine) -> None:
    assert refused(engine, create(THERE), **STRONG) == (
        "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG."
    )
    assert refused(engine, create(THERE), create("us-west-1"), **STRONG) == (
        "Unsupported Region(s) specified for global tables with MultiRegionConsistency set to STRONG: [us-west-1]."
    )
    witness = [{"Create": {"RegionName": THIRD}}]
    assert refused(engine, create(THERE), GlobalTableWitnessUpdates=witness) == (
        "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is present."
    )
    answer = change(engine, create(THERE), GlobalTableWitnessUpdates=witness, **STRONG)
    assert answer["MultiRegionConsistency"] == "STRONG"
    for region in ("", THERE):
        assert described(engine, region)["GlobalTableWitnesses"] == [{"RegionName": THIRD, "WitnessStatus": "ACTIVE"}]
    assert ask(engine, "ListTables", region=THIRD)["TableNames"] == []


def test_what_strong_consistency_is_not_for(engine: Engine) -> None:
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a")})
    assert refused(engine, create(THERE), create(THIRD), **STRONG).endswith("STRONG: the table holds items")
    ask(engine, "DeleteItem", TableName="app", Key={"pk": s("a")})
    change(engine, create(THERE), create(THIRD), **STRONG)
    wanted = {"Enabled": True, "AttributeName": "ends"}
    problem = refusal(engine, "UpdateTimeToLive", TableName="app", TimeToLiveSpecification=wanted)
    assert problem["code"] == "ValidationException"
    writes = [{"Put": {"TableName": "app", "Item": {"pk": s("a")}}}]
    assert refusal(engine, "TransactWriteItems", TransactItems=writes)["code"] == "ValidationException"
    reads = [{"Get": {"TableName": "app", "Key": {"pk": s("a")}}}]
    assert refusal(engine, "TransactGetItems", TransactItems=reads)["code"] == "ValidationException"
    statements = [{"Statement": "SELECT * FROM app WHERE pk = 'a'"}]
    assert refusal(engine, "ExecuteTransaction", TransactStatements=statements)["code"] == "ValidationException"


def test_what_is_strongly_consistent_is_seen_at_once(clock: VirtualClock) -> None:
    engine = Engine(clock=clock, lifecycle=Lifecycle(replication=5))
    table(engine, keys="pk")
    change(engine, create(THERE), create(THIRD), **STRONG)
    ask(engine, "PutItem", region=THIRD, TableName="app", Item={"pk": s("a")})
    assert ask(engine, "Scan", TableName="app", ConsistentRead=True)["Count"] == 1


def test_a_strongly_consistent_group_stays_as_it_is_and_goes_as_one(engine: Engine) -> None:
    change(engine, create(THERE), create(THIRD), **STRONG)
    alone = (
        "Deletion of only one table replica is not supported for global tables "
        "with MultiRegionConsistency set to STRONG."
    )
    assert refused(engine, delete(THERE)) == alone
    assert refusal(engine, "DeleteTable", TableName="app")["message"] == alone
    assert refused(engine, create("eu-central-1")) == (
        "Cannot add replicas to a global table with strong MultiRegionConsistency"
    )
    change(engine, delete(THERE), delete(THIRD))
    assert not {"Replicas", "MultiRegionConsistency"} & described(engine).keys()
    ask(engine, "DeleteTable", TableName="app")


# --- the version of 2017 ---


def test_the_version_of_2017_is_no_longer_made(engine: Engine) -> None:
    problem = refusal(
        engine, "CreateGlobalTable", GlobalTableName="app", ReplicationGroup=[{"RegionName": "us-east-1"}]
    )
    assert problem["message"].startswith(
        "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is not supported."
    )
    assert ask(engine, "ListGlobalTables") == {"GlobalTables": []}
    for operation, before in (
        ("DescribeGlobalTable", "Global table not found: "),
        ("DescribeGlobalTableSettings", ""),
        ("UpdateGlobalTableSettings", ""),
    ):
        problem = refusal(engine, operation, GlobalTableName="app")
        assert problem["code"] == "GlobalTableNotFoundException"
        assert problem["message"] == f"{before}Global table with name: 'app' does not exist."


def test_the_mode_of_settings_can_be_set_of_one_region(engine: Engine) -> None:
    ask(engine, "UpdateTable", TableName="app", GlobalTableSettingsReplicationMode="DISABLED")
    assert described(engine)["GlobalTableSettingsReplicationMode"] == "DISABLED"
    answer = engine.answer(
        Request("UpdateTable", {"TableName": "app", "GlobalTableSettingsReplicationMode": "ENABLED_WITH_OVERRIDES"})
    )
    assert answer.status == 400
