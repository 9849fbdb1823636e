"""How vector indexes come and go: as global indexes do (dynamodb-conformance, vectorSearch/updateLifecycle)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine_requests import Json, ask, n, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

VIX: Json = {
    "IndexName": "vix",
    "VectorAttribute": {"AttributeName": "v"},
    "Dimensions": 1,
    "DistanceFunction": "EUCLIDEAN",
    "Projection": {"ProjectionType": "ALL"},
}
GSI: Json = {
    "IndexName": "gsi",
    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
ONE = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"


class Slow:
    """An engine in which an index takes 100 seconds to come, the first ten of them to be allocated, and 20 to go."""

    def __init__(self, **members: Any) -> None:
        self.clock = VirtualClock(1_700_000_000.0)
        self.engine = Engine(clock=self.clock, lifecycle=Lifecycle(create_index=100, delete_index=20))
        table(self.engine, keys="pk", **members)
        ask(self.engine, "PutItem", TableName="app", Item={"pk": s("a"), "v": {"L": [n(1)]}})

    def create(self, name: str = "vix") -> Json:
        return self.update({"Create": {**VIX, "IndexName": name}})

    def delete(self) -> Json:
        return self.update({"Delete": {"IndexName": "vix"}})

    def update(self, action: Json) -> Json:
        answer: Json = ask(self.engine, "UpdateTable", TableName="app", VectorIndexUpdates=[action])["TableDescription"]
        return answer

    def states(self) -> tuple[str, Json]:
        """The table's status, and of the index what tells how far it is."""
        told = ask(self.engine, "DescribeTable", TableName="app")["Table"]
        (index,) = told.get("VectorIndexes") or [{}]
        return told["TableStatus"], {name: index[name] for name in ("IndexStatus", "Backfilling") if name in index}

    def refused(self, **params: Any) -> tuple[str, str]:
        problem = refusal(self.engine, "UpdateTable", TableName="app", **params)
        return problem["code"], problem["message"]

    def search(self) -> Json:
        return {"TableName": "app", "IndexName": "vix", "SearchVector": [n(1)], "TopK": 1}


def test_an_index_is_allocated_then_filled_then_active() -> None:
    slow = Slow()
    told = slow.create()
    assert (told["TableStatus"], told["VectorIndexes"][0]["Backfilling"]) == ("UPDATING", False)
    assert slow.states() == ("UPDATING", {"IndexStatus": "CREATING", "Backfilling": False})
    slow.clock.advance(10)
    assert slow.states() == ("ACTIVE", {"IndexStatus": "CREATING", "Backfilling": True})
    slow.clock.advance(90)
    assert slow.states() == ("ACTIVE", {"IndexStatus": "ACTIVE"})


def test_an_index_is_searched_when_it_is_filled() -> None:
    slow = Slow()
    slow.create()
    said = [refusal(slow.engine, "SearchVectors", **slow.search())]
    slow.clock.advance(10)
    said.append(refusal(slow.engine, "SearchVectors", **slow.search()))
    slow.clock.advance(90)
    assert len(ask(slow.engine, "SearchVectors", **slow.search())["SearchResults"]) == 1
    slow.delete()
    said.append(refusal(slow.engine, "SearchVectors", **slow.search()))
    assert [(one["code"], one["message"]) for one in said] == [
        ("ValidationException", "The table does not have the specified index: vix"),
        ("ValidationException", "Cannot search backfilling vector index: vix"),
        ("ValidationException", "The table does not have the specified index: vix"),
    ]


def test_an_index_is_cancelled_only_when_it_is_being_filled() -> None:
    slow = Slow()
    slow.create()
    assert slow.refused(VectorIndexUpdates=[{"Delete": {"IndexName": "vix"}}]) == (
        "ResourceInUseException",
        (
            "Attempt to change a resource which is still in use: Index creation is in resource allocation phase. "
            "Retry deletion during backfilling phase or when the index is active. Table: app Index: vix"
        ),
    )
    slow.clock.advance(10)
    slow.delete()
    assert slow.states()[1] == {"IndexStatus": "DELETING"}
    slow.clock.advance(20)
    assert slow.states() == ("ACTIVE", {})
    slow.clock.advance(100)  # when it would have been filled
    assert slow.states() == ("ACTIVE", {})


@pytest.mark.parametrize("elapsed", [0, 10])
def test_one_index_is_made_at_a_time_of_either_kind(elapsed: float) -> None:
    slow = Slow()
    slow.create()
    slow.clock.advance(elapsed)
    two = {**VIX, "IndexName": "two"}
    assert slow.refused(VectorIndexUpdates=[{"Create": two}]) == ("LimitExceededException", ONE)
    defined = [{"AttributeName": "g", "AttributeType": "S"}]
    updates = [{"Create": GSI}]
    assert slow.refused(AttributeDefinitions=defined, GlobalSecondaryIndexUpdates=updates) == (
        "LimitExceededException",
        ONE,
    )


def test_one_request_makes_one_index_of_either_kind() -> None:
    slow = Slow()
    two = [{"Create": VIX}, {"Create": {**VIX, "IndexName": "two"}}]
    assert slow.refused(VectorIndexUpdates=two) == ("LimitExceededException", ONE)
    both = {
        "VectorIndexUpdates": [{"Create": VIX}],
        "AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Create": GSI}],
    }
    assert slow.refused(**both) == ("LimitExceededException", ONE)


@pytest.mark.parametrize("elapsed", [0, 10])
def test_a_table_is_not_deleted_while_an_index_comes_or_goes(elapsed: float) -> None:
    slow = Slow()
    slow.create()
    slow.clock.advance(elapsed)
    busy = (
        "ResourceInUseException",
        (
            "Attempt to change a resource which is still in use: "
            "Cannot delete table while indexes are being created, updated, or deleted."
        ),
    )

    def refused() -> tuple[str, str]:
        problem = refusal(slow.engine, "DeleteTable", TableName="app")
        return problem["code"], problem["message"]

    assert refused() == busy
    slow.clock.advance(100)
    slow.delete()
    assert refused() == busy
    slow.clock.advance(20)
    ask(slow.engine, "DeleteTable", TableName="app")


def test_attributes_of_a_search_schema_are_defined_as_long_as_it_is_there() -> None:
    slow = Slow()
    schema = [{"AttributeName": "t", "SearchSchemaElementType": "HASH"}]
    create = {"Create": {**VIX, "SearchSchema": schema}}
    defined = [{"AttributeName": "t", "AttributeType": "N"}]
    ask(slow.engine, "UpdateTable", TableName="app", AttributeDefinitions=defined, VectorIndexUpdates=[create])
    described: Callable[[], Json] = lambda: ask(slow.engine, "DescribeTable", TableName="app")["Table"]  # noqa: E731
    assert [one["AttributeName"] for one in described()["AttributeDefinitions"]] == ["pk", "t"]
    slow.clock.advance(100)
    slow.delete()
    slow.clock.advance(20)
    ask(slow.engine, "UpdateTable", TableName="app", DeletionProtectionEnabled=False)
    assert [one["AttributeName"] for one in described()["AttributeDefinitions"]] == ["pk"]


def test_a_restored_table_has_the_index_when_it_is_there_itself() -> None:
    engine = Engine(clock=VirtualClock(1_700_000_000.0), lifecycle=Lifecycle(create_table=50))
    clock = engine.clock
    assert isinstance(clock, VirtualClock)
    table(engine, keys="pk", VectorIndexes=[VIX])
    clock.advance(50)
    ask(engine, "PutItem", TableName="app", Item={"pk": s("a"), "v": {"L": [n(1)]}})
    arn = ask(engine, "CreateBackup", TableName="app", BackupName="one1")["BackupDetails"]["BackupArn"]
    told = ask(engine, "RestoreTableFromBackup", BackupArn=arn, TargetTableName="copy")["TableDescription"]
    assert told["VectorIndexes"][0]["IndexStatus"] == "CREATING"
    clock.advance(50)
    found = ask(engine, "SearchVectors", TableName="copy", IndexName="vix", SearchVector=[n(1)], TopK=1)
    assert found["SearchResults"] == [{"Item": {"pk": s("a")}, "Score": 0.0}]
