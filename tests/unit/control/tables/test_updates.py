"""UpdateTable: throughput, billing, streams, encryption, class, protection."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, refusal, s
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

INVALID = "One or more parameter values were invalid: "
ON_DEMAND: Json = {"BillingMode": "PAY_PER_REQUEST"}


def units(read: int, write: int) -> Json:
    return {"ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write}}


def made(*indexes: Json, lifecycle: Lifecycle | None = None, **params: Any) -> tuple[Engine, VirtualClock]:
    """An engine with a table, provisioned for 5 and 5 unless ``params`` say otherwise, at 1000.0."""
    clock = VirtualClock(1_000.0)
    engine = Engine(clock=clock, lifecycle=lifecycle)
    keys = dict.fromkeys(["pk", *(part["AttributeName"] for index in indexes for part in index["KeySchema"])])
    request: Json = {
        "TableName": "app",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": definitions(" ".join(keys)),
        **(params or units(5, 5)),
    }
    if indexes:
        request["GlobalSecondaryIndexes"] = list(indexes)
    ask(engine, "CreateTable", **request)
    clock.advance(1_000.0)
    return engine, clock


def update(engine: Engine, **params: Any) -> Json:
    body: Json = ask(engine, "UpdateTable", TableName="app", **params)["TableDescription"]
    return body


def refused(engine: Engine, **params: Any) -> str:
    message: str = refusal(engine, "UpdateTable", TableName="app", **params)["message"]
    return message


def described(engine: Engine) -> Json:
    body: Json = ask(engine, "DescribeTable", TableName="app")["Table"]
    return body


# --- units ---


def test_old_units_are_told_until_the_change_is_done() -> None:
    """dynalite's tests, updateTable."""
    engine, clock = made(lifecycle=Lifecycle(update_table=10))
    during = update(engine, **units(15, 5))
    assert during["TableStatus"] == "UPDATING"
    assert during["ProvisionedThroughput"] == {
        "LastIncreaseDateTime": 2_000.0,
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 5,
        "WriteCapacityUnits": 5,
    }
    ask(engine, "PutItem", TableName="app", Item={"pk": s("usable meanwhile")})
    clock.advance(10)
    after = described(engine)
    assert after["TableStatus"] == "ACTIVE"
    assert after["ProvisionedThroughput"] == {
        "LastIncreaseDateTime": 2_010.0,
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": 15,
        "WriteCapacityUnits": 5,
    }


def test_decreases_are_counted_by_the_day_and_become_rare() -> None:
    engine, clock = made(**units(50, 50))
    for write in (40, 30, 20, 10):
        update(engine, **units(50, write))
    assert described(engine)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 4
    assert refused(engine, **units(50, 5)) == (
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "
        "After the first 4 decreases, each subsequent decrease in the same UTC day can be performed at most once "
        "every 3600 seconds. Number of decreases today: 4. "
        "Last decrease at Thursday, January 1, 1970 at 12:33:20 AM Coordinated Universal Time. "
        "Next decrease can be made at Thursday, January 1, 1970 at 1:33:20 AM Coordinated Universal Time"
    )
    clock.advance(3_600)
    update(engine, **units(50, 5))
    clock.advance(86_400)
    assert described(engine)["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0


def test_warm_throughput_never_gets_less() -> None:
    """ack-api-quirks, DDB-TABLE-134."""
    engine, _ = made(**units(50, 50))
    update(engine, **units(50, 5))
    assert described(engine)["WarmThroughput"]["WriteUnitsPerSecond"] == 50


def test_the_same_units_again_are_refused() -> None:
    engine, _ = made()
    for mode in ({}, {"BillingMode": "PROVISIONED"}):
        assert refused(engine, **units(5, 5), **mode) == (
            "The provisioned throughput for the table will not change. The requested value equals the current value. "
            "Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. "
            "Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. "
            "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
        )


def test_units_of_an_index_change_apart_from_the_tables() -> None:
    engine, _ = made({**index("by_g", "g"), **units(2, 2)}, **units(5, 5))
    change = {"IndexName": "by_g", **units(3, 2)}
    during = update(engine, GlobalSecondaryIndexUpdates=[{"Update": change}])
    assert during["TableStatus"] == "ACTIVE"
    assert during["GlobalSecondaryIndexes"][0]["IndexStatus"] == "UPDATING"
    assert during["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    after = described(engine)["GlobalSecondaryIndexes"][0]
    assert (after["IndexStatus"], after["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("ACTIVE", 3)
    assert "for the index by_g will not change" in refused(engine, GlobalSecondaryIndexUpdates=[{"Update": change}])


def test_an_account_has_so_many_units_a_table() -> None:
    """ack-api-quirks, DDB-TABLE-443."""
    engine, _ = made()
    update(engine, **units(40_000, 5))
    problem = refusal(engine, "UpdateTable", TableName="app", **units(40_000, 40_001))
    assert problem["code"] == "LimitExceededException"
    assert problem["message"] == (
        "The requested WriteCapacityUnits, 40001, is above the per table maximum for the account in us-east-1. "
        "Per table maximum: 40000. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )


# --- billing ---


def test_a_table_goes_on_demand() -> None:
    engine, _ = made({**index("by_g", "g"), **units(2, 2)}, **units(5, 5))
    during = update(engine, **ON_DEMAND)
    assert during["TableStatus"] == "UPDATING"
    assert during["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert during["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    after = described(engine)
    assert after["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == 2_000.0
    assert after["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 0
    assert after["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    assert after["WarmThroughput"]["ReadUnitsPerSecond"] == 12_000


def test_the_way_back_needs_units_for_every_index() -> None:
    engine, _ = made(index("by_g", "g"), index("by_h", "h"), **ON_DEMAND)
    back = {"BillingMode": "PROVISIONED", **units(5, 5)}
    assert refused(engine, BillingMode="PROVISIONED") == (
        f"{INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
    )
    assert refused(engine, **back) == f"{INVALID}ProvisionedThroughput must be specified for index: by_g,by_h"
    changes = [{"Update": {"IndexName": name, **units(1, 1)}} for name in ("by_g", "by_h")]
    during = update(engine, **back, GlobalSecondaryIndexUpdates=changes)
    assert during["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert during["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == 1_000.0
    after = described(engine)
    assert after["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert [one["ProvisionedThroughput"]["ReadCapacityUnits"] for one in after["GlobalSecondaryIndexes"]] == [1, 1]


def test_on_demand_again_changes_nothing() -> None:
    engine, _ = made(**ON_DEMAND)
    update(engine, **ON_DEMAND)
    assert described(engine)["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"] == 1_000.0


def test_units_are_not_for_tables_on_demand() -> None:
    engine, _ = made(index("by_g", "g"), **ON_DEMAND)
    assert refused(engine, **units(1, 1)) == (
        f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
        "when BillingMode is PAY_PER_REQUEST"
    )
    change = {"Update": {"IndexName": "by_g", **units(1, 1)}}
    assert refused(engine, GlobalSecondaryIndexUpdates=[change]) == (
        f"{INVALID}The only Updates for index: by_g when TableThroughputMode is PAY_PER_REQUEST "
        "can be to OnDemandThroughput, WarmThroughput"
    )


def test_ceilings_come_one_by_one_and_go_with_minus_one() -> None:
    """nubo-db/dynoxide, captured from AWS in July 2026."""
    engine, _ = made(**ON_DEMAND)
    update(engine, OnDemandThroughput={"MaxReadRequestUnits": 10})
    both = update(engine, OnDemandThroughput={"MaxWriteRequestUnits": 20})
    assert both["OnDemandThroughput"] == {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    less = update(engine, OnDemandThroughput={"MaxReadRequestUnits": -1})
    assert less["OnDemandThroughput"] == {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 20}
    assert described(engine)["OnDemandThroughput"] == {"MaxWriteRequestUnits": 20}
    assert refused(engine, OnDemandThroughput={"MaxReadRequestUnits": 0}) == (
        f"{INVALID}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range"
    )


def test_ceilings_are_not_for_provisioned_tables() -> None:
    engine, _ = made()
    assert refused(engine, OnDemandThroughput={"MaxReadRequestUnits": 1}) == (
        f"{INVALID}MaxReadRequestUnits for OnDemandThroughput cannot be specified "
        "when the table BillingMode is PROVISIONED"
    )


def test_warm_throughput_is_raised_and_not_lowered() -> None:
    engine, _ = made(**ON_DEMAND)
    during = update(engine, WarmThroughput={"ReadUnitsPerSecond": 13_000})
    assert during["TableStatus"] == "ACTIVE"
    assert during["WarmThroughput"] == {
        "ReadUnitsPerSecond": 12_000,
        "WriteUnitsPerSecond": 4_000,
        "Status": "UPDATING",
    }
    assert described(engine)["WarmThroughput"]["ReadUnitsPerSecond"] == 13_000
    assert refused(engine, WarmThroughput={"ReadUnitsPerSecond": 12_500}) == (
        f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, "
        "decreasing WarmThroughput is not supported"
    )


# --- the rest ---


def test_streams_are_switched_on_and_off() -> None:
    engine, clock = made()
    on = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
    off = {"StreamSpecification": {"StreamEnabled": False}}
    assert refused(engine, **off) == "Table has no stream to disable: TableName: app"
    first = update(engine, **on)["LatestStreamArn"]
    assert refused(engine, **on) == "Table already has an enabled stream: TableName: app"
    update(engine, **off)
    after = described(engine)
    assert "StreamSpecification" not in after
    assert after["LatestStreamArn"] == first
    clock.advance(1)
    assert update(engine, **on)["LatestStreamArn"] != first


def test_encryption_is_switched_on_and_off() -> None:
    engine, _ = made()
    on = update(engine, SSESpecification={"Enabled": True})
    assert (on["TableStatus"], on["SSEDescription"]["Status"]) == ("ACTIVE", "UPDATING")
    assert described(engine)["SSEDescription"]["Status"] == "ENABLED"
    update(engine, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in described(engine)
    assert refused(engine, SSESpecification={}) == f"{INVALID}Table is already encrypted by default"


def test_the_class_is_told_when_it_has_changed() -> None:
    engine, _ = made()
    update(engine, TableClass="STANDARD")
    assert "TableClassSummary" not in described(engine)
    assert "TableClassSummary" not in update(engine, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert described(engine)["TableClassSummary"] == {
        "TableClass": "STANDARD_INFREQUENT_ACCESS",
        "LastUpdateDateTime": 2_000.0,
    }


# --- what goes together ---


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"DeletionProtectionEnabled": True, **units(6, 6)}, "DeletionProtection modification must be the only"),
        (
            {"SSESpecification": {"Enabled": True}, "DeletionProtectionEnabled": True},
            "Server-Side Encryption modification must be the only",
        ),
        ({"TableClass": "STANDARD", **units(6, 6)}, "TableClass modification must be the only"),
        (
            {"StreamSpecification": {"StreamEnabled": False}, **units(6, 6)},
            "You cannot modify stream status while updating table IOPS",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "abc"}}], **units(6, 6)},
            "You cannot create or delete index while updating table IOPS",
        ),
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 1}, "StreamSpecification": {"StreamEnabled": False}},
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
        ),
        ({"GlobalSecondaryIndexUpdates": [], **units(6, 6)}, "List of GlobalSecondaryIndexUpdates is empty"),
        ({**ON_DEMAND, **units(6, 6)}, "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST"),
    ],
)
def test_one_concern_at_a_time(params: Json, message: str) -> None:
    """ack-api-quirks, DDB-TABLE-382."""
    engine, _ = made()
    before = described(engine)
    assert refused(engine, **params).startswith(INVALID + message)
    assert described(engine) == before


@pytest.mark.parametrize("params", [{}, {"GlobalSecondaryIndexUpdates": []}, {"AttributeDefinitions": []}])
def test_something_must_be_asked_for_before_the_table_is_looked_up(params: Json) -> None:
    assert refused(Engine(), **params).startswith("At least one of ProvisionedThroughput, BillingMode, ")


def test_a_table_that_is_not_there() -> None:
    assert refused(Engine(), **units(1, 1)) == "Requested resource not found: Table: app not found"


def test_a_busy_table_takes_little() -> None:
    engine, _ = made(lifecycle=Lifecycle(update_table=10))
    update(engine, **units(6, 6))
    busy = "Attempt to change a resource which is still in use: "
    assert refused(engine, **units(7, 7)) == f"{busy}Table IOPS are currently being updated. Table: app"
    assert refusal(engine, "DeleteTable", TableName="app")["message"] == (
        f"{busy}Table: app is in the process of being updated."
    )
    assert update(engine, DeletionProtectionEnabled=True)["DeletionProtectionEnabled"] is True
    assert described(engine)["TableStatus"] == "UPDATING"


def test_an_index_has_a_ceiling_and_warm_throughput_of_its_own() -> None:
    """ack-api-quirks, DDB-TABLE-135, 155."""
    engine, _ = made(index("by_g", "g"), **ON_DEMAND)

    def change(**members: Json) -> Json:
        return {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "by_g", **members}}]}

    during = update(engine, **change(OnDemandThroughput={"MaxReadRequestUnits": 50}))
    assert (during["TableStatus"], during["GlobalSecondaryIndexes"][0]["IndexStatus"]) == ("ACTIVE", "UPDATING")
    assert described(engine)["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == {"MaxReadRequestUnits": 50}
    warming = update(engine, **change(WarmThroughput={"WriteUnitsPerSecond": 4_500}))["GlobalSecondaryIndexes"][0]
    assert (warming["IndexStatus"], warming["WarmThroughput"]["Status"]) == ("ACTIVE", "UPDATING")
    assert described(engine)["GlobalSecondaryIndexes"][0]["WarmThroughput"] == {
        "ReadUnitsPerSecond": 12_000,
        "WriteUnitsPerSecond": 4_500,
        "Status": "ACTIVE",
    }
    assert "OnDemandThroughput" not in described(engine)
    assert refused(engine, **change(WarmThroughput={"WriteUnitsPerSecond": 4_000})).startswith(
        f"{INVALID}Requested WriteUnitsPerSecond for WarmThroughput for index by_g is lower than current"
    )
    assert refused(engine, **change(WarmThroughput={})) == (
        f"{INVALID}WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond "
        "specified for index: by_g"
    )


def test_another_key_takes_the_old_ones_place_when_it_is_ready() -> None:
    engine, clock = made(**units(1, 1), SSESpecification={"Enabled": True}, lifecycle=Lifecycle(update_table=20))
    clock.advance(1)
    old = described(engine)["SSEDescription"]["KMSMasterKeyArn"]
    mine = "arn:aws:kms:us-east-1:123456789012:key/mine"
    change = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": mine}}
    during = update(engine, **change)["SSEDescription"]
    assert (during["Status"], during["KMSMasterKeyArn"]) == ("UPDATING", old)
    clock.advance(20)
    assert described(engine)["SSEDescription"] == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": mine}
    assert refused(engine, **change).startswith(f"{INVALID}Table is already encrypted with given KMSMasterKeyId.")
