"""Backups: a table as it was, for as long as the backup is there."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import START, Json, ask, definitions, index, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(
        engine,
        AttributeDefinitions=definitions("pk sk g l"),
        GlobalSecondaryIndexes=[index("by_g", "g")],
        LocalSecondaryIndexes=[index("by_l", "pk l")],
    )
    put(engine, "kept")
    return engine


def put(engine: Engine, key: str, *, name: str = "app", region: str = "") -> None:
    item = {"pk": s("p"), "sk": s(key), "g": s("G"), "l": s(key)}
    ask(engine, "PutItem", region=region, TableName=name, Item=item)


def held(engine: Engine, name: str, *, region: str = "", **more: Any) -> set[str]:
    return {item["sk"]["S"] for item in ask(engine, "Scan", region=region, TableName=name, **more)["Items"]}


def back_up(engine: Engine, name: str = "nightly") -> str:
    arn: str = ask(engine, "CreateBackup", TableName="app", BackupName=name)["BackupDetails"]["BackupArn"]
    return arn


def test_a_backup_restores_what_the_table_held_indexes_included(engine: Engine) -> None:
    arn = back_up(engine)
    put(engine, "later")
    answer = ask(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="copy")
    assert answer["TableDescription"]["TableStatus"] == "CREATING"
    for more in ({}, {"IndexName": "by_g"}, {"IndexName": "by_l"}):
        assert held(engine, "copy", **more) == {"kept"}
        assert held(engine, "app", **more) == {"kept", "later"}


def test_it_outlives_its_table_and_may_be_restored_again(engine: Engine) -> None:
    arn = back_up(engine)
    ask(engine, "DeleteTable", TableName="app")
    for name in ("app", "other"):
        ask(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName=name)
        put(engine, "own", name=name)
        assert held(engine, name) == {"kept", "own"}


def test_how_a_backup_is_described(engine: Engine) -> None:
    created = ask(engine, "CreateBackup", TableName="app", BackupName="nightly")["BackupDetails"]
    assert created["BackupStatus"] == "CREATING"
    described = ask(engine, "DescribeBackup", BackupArn=created["BackupArn"])["BackupDescription"]
    assert described["BackupDetails"] == {**created, "BackupStatus": "AVAILABLE"}
    assert created["BackupType"] == "USER"
    assert created["BackupCreationDateTime"] == START
    assert created["BackupArn"].startswith("arn:aws:dynamodb:us-east-1:123456789012:table/app/backup/01700000000000-")
    source = described["SourceTableDetails"]
    assert source["ProvisionedThroughput"] == {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    assert (source["BillingMode"], source["ItemCount"]) == ("PAY_PER_REQUEST", 1)
    features = described["SourceTableFeatureDetails"]
    assert features.keys() == {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"}
    assert features["LocalSecondaryIndexes"][0].keys() == {"IndexName", "KeySchema", "Projection"}
    assert "IndexStatus" not in features["GlobalSecondaryIndexes"][0]


def test_names_need_not_be_unique_and_lists_are_in_order(engine: Engine, clock: VirtualClock) -> None:
    arns = []
    for _ in range(3):
        arns.append(back_up(engine))
        clock.advance(10)
    listed = ask(engine, "ListBackups", TableName="app")["BackupSummaries"]
    assert [one["BackupArn"] for one in listed] == arns
    first = ask(engine, "ListBackups", Limit=2)
    assert first["LastEvaluatedBackupArn"] == arns[1]
    rest = ask(engine, "ListBackups", Limit=2, ExclusiveStartBackupArn=arns[1])
    assert [one["BackupArn"] for one in rest["BackupSummaries"]] == arns[2:]
    assert "LastEvaluatedBackupArn" not in rest
    between = ask(engine, "ListBackups", TimeRangeLowerBound=START, TimeRangeUpperBound=START + 10)
    assert [one["BackupArn"] for one in between["BackupSummaries"]] == arns[:1]
    assert ask(engine, "ListBackups", TableName="missing")["BackupSummaries"] == []


def test_backups_of_one_moment_stay_apart_and_in_order(engine: Engine) -> None:
    arns = [back_up(engine) for _ in range(3)]
    assert [one["BackupArn"] for one in ask(engine, "ListBackups")["BackupSummaries"]] == arns


def test_a_deleted_backup_is_gone_at_once(engine: Engine) -> None:
    arn = back_up(engine)
    described = ask(engine, "DeleteBackup", BackupArn=arn)["BackupDescription"]
    assert described["BackupDetails"]["BackupStatus"] == "DELETED"
    for operation, more in (
        ("DescribeBackup", {}),
        ("DeleteBackup", {}),
        ("RestoreTableFromBackup", {"TargetTableName": "copy"}),
    ):
        problem = refusal(engine, operation, BackupArn=arn, **more)
        assert (problem["code"], problem["message"]) == ("BackupNotFoundException", f"Backup not found: {arn}")


def test_a_deleted_table_with_recovery_leaves_a_backup_of_awss_own(engine: Engine, clock: VirtualClock) -> None:
    wanted = {"PointInTimeRecoveryEnabled": True}
    ask(engine, "UpdateContinuousBackups", TableName="app", PointInTimeRecoverySpecification=wanted)
    ask(engine, "DeleteTable", TableName="app")
    assert ask(engine, "ListBackups")["BackupSummaries"] == []
    (backup,) = ask(engine, "ListBackups", BackupType="SYSTEM")["BackupSummaries"]
    assert backup["BackupName"] == "app$DeletedTableBackup"
    assert backup["BackupExpiryDateTime"] == START + 35 * 86_400
    problem = refusal(engine, "DeleteBackup", BackupArn=backup["BackupArn"])
    assert problem["message"].startswith("Invalid Request: User is not allowed to delete the system backup with arn ")
    ask(engine, "RestoreTableFromBackup", BackupArn=backup["BackupArn"], TargetTableName="app")
    assert held(engine, "app") == {"kept"}
    clock.advance(35 * 86_400)
    assert ask(engine, "ListBackups", BackupType="ALL")["BackupSummaries"] == []


def test_a_restore_elsewhere_needs_encryption_of_its_own(engine: Engine) -> None:
    arn = back_up(engine)
    answer = engine.answer(_there(arn))
    assert isinstance(answer.body, dict)
    assert (
        answer.body["message"] == "Invalid Request: sseSpecificationOverride must be provided for cross-region restores"
    )
    ask(
        engine,
        "RestoreTableFromBackup",
        region="eu-west-1",
        BackupArn=arn,
        TargetTableName="copy",
        SSESpecificationOverride={"Enabled": True, "SSEType": "KMS"},
    )
    put(engine, "there", name="copy", region="eu-west-1")
    assert held(engine, "copy", region="eu-west-1") == {"kept", "there"}
    assert held(engine, "app") == {"kept"}
    ask(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="here")
    assert held(engine, "here") == {"kept"}


def _there(arn: str) -> Any:
    from pytest_dynamodb.exchange import Request

    params = {"BackupArn": arn, "TargetTableName": "copy"}
    return Request("RestoreTableFromBackup", params, region="eu-west-1")


def test_indexes_may_be_renamed_or_left_out_but_not_added(engine: Engine) -> None:
    arn = back_up(engine)
    ask(
        engine,
        "RestoreTableFromBackup",
        BackupArn=arn,
        TargetTableName="copy",
        GlobalSecondaryIndexOverride=[index("other_name", "g")],
        LocalSecondaryIndexOverride=[],
    )
    assert held(engine, "copy", IndexName="other_name") == {"kept"}
    assert "LocalSecondaryIndexes" not in ask(engine, "DescribeTable", TableName="copy")["Table"]
    problem = refusal(
        engine,
        "RestoreTableFromBackup",
        BackupArn=arn,
        TargetTableName="third",
        GlobalSecondaryIndexOverride=[index("new", "l")],
    )
    assert problem["message"] == (
        "Invalid Request: Index new does not match a secondary index that existed in the source table and cannot be "
        "created during the restore operation"
    )


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            {"ProvisionedThroughputOverride": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            "Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED",
        ),
        (
            {"BillingModeOverride": "PROVISIONED"},
            "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED",
        ),
        (
            {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 0}},
            "Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range",
        ),
    ],
)
def test_overrides_must_suit_the_billing(engine: Engine, override: Json, message: str) -> None:
    problem = refusal(engine, "RestoreTableFromBackup", BackupArn=back_up(engine), TargetTableName="copy", **override)
    assert (problem["code"], problem["message"]) == ("ValidationException", "Invalid Request: " + message)


def test_units_may_be_provisioned_by_a_restore(engine: Engine) -> None:
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2}
    ask(
        engine,
        "RestoreTableFromBackup",
        BackupArn=back_up(engine),
        TargetTableName="copy",
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=units,
        GlobalSecondaryIndexOverride=[{**index("by_g", "g"), "ProvisionedThroughput": units}],
    )
    described = ask(engine, "DescribeTable", TableName="copy")["Table"]
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    assert described["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 2


def test_one_backup_feeds_one_restore_at_a_time(clock: VirtualClock) -> None:
    engine = Engine(clock=clock, lifecycle=Lifecycle(create_table=60))
    table(engine)
    clock.advance(60)
    arn = back_up(engine)
    ask(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="copy")
    busy = refusal(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="second")
    assert busy["message"] == f"Backup is being used to restore another table: {arn}"
    assert refusal(engine, "DeleteBackup", BackupArn=arn)["code"] == "BackupInUseException"
    same = refusal(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="copy")
    assert same["message"] == f"Table: copy is already being restored from backup: {arn}"
    clock.advance(60)
    ask(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="second")


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [
        ("arn:aws:dynamodb:us-east-1:123456789012:table/app", "ValidationException", "Invalid Backup ARN"),
        ("x" * 48, "ValidationException", "Invalid Backup ARN"),
        (
            "arn:aws:dynamodb:us-east-1:999999999999:table/app/backup/01700000000000-00000001",
            "AccessDeniedException",
            "Access is denied",
        ),
    ],
)
def test_arns_that_name_no_backup_of_ours(engine: Engine, arn: str, code: str, message: str) -> None:
    problem = refusal(engine, "DescribeBackup", BackupArn=arn)
    assert (problem["code"], problem["message"]) == (code, message)


def test_backups_are_part_of_snapshots(engine: Engine) -> None:
    before = engine.snapshot()
    arn = back_up(engine)
    after = engine.snapshot()
    put(engine, "later")
    engine.restore(before)
    assert ask(engine, "ListBackups")["BackupSummaries"] == []
    other = Engine()
    other.restore(after)
    ask(other, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="copy")
    assert held(other, "copy") == {"kept"}


def test_the_same_seed_gives_the_same_arns(clock: VirtualClock) -> None:
    arns = []
    for _ in range(2):
        engine = Engine(clock=clock, seed=5)
        table(engine)
        arns.append(back_up(engine))
    assert arns[0] == arns[1]
