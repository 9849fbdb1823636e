"""Random walks through the control plane: nothing but AWS's errors, and what a snapshot or a backup holds stays.

Tables are shared between backups, replicas, restored tables and snapshots until somebody writes; a walk in which all of
these come and go is what shows a node that two of them change.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from botocore.loaders import Loader

from engine_requests import START, definitions, index, n, s
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.control.backups.backup import Backup
from pytest_dynamodb.engine import Engine, Lifecycle, Snapshot
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.mock.writing import Buckets

REGIONS = ("us-east-1", "us-east-1", "us-east-1", "eu-west-1", "ap-south-1")
NAMES = ("one", "one", "two")
STEPS = 120

Json = dict[str, Any]
State = dict[tuple[str, str, str], list[Any]]


SHAPES = Loader().load_service_model("dynamodb", "service-2")
UNMODELLED = {"TableThroughputModeSummary"}
"""On the wire, and not in the public model (dynalite's tests)."""
TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "timestamp": (int, float),
}


def output_of(operation: str) -> str:
    """The shape of an answer; "" where there is none, or an older botocore knows less than the engine."""
    known = SHAPES["operations"] if "StartBulkPutItems" in SHAPES["operations"] else {}
    found: str = known.get(operation, {}).get("output", {}).get("shape", "")
    return found


def problems(name: str, value: Any, where: str) -> Iterator[str]:
    """What AWS's model does not have of an answer, or has otherwise."""
    if not name:
        return
    shape = SHAPES["shapes"][name]
    fits = isinstance(value, TYPES[shape["type"]]) and (shape["type"] == "boolean" or not isinstance(value, bool))
    if not fits:
        yield f"{where} is {value!r}"
    elif shape["type"] == "list":
        for one in value:
            yield from problems(shape["member"]["shape"], one, where)
    elif shape["type"] == "map":
        for one in value.values():
            yield from problems(shape["value"]["shape"], one, where)
    elif shape["type"] == "structure":
        yield from (f"{where} has no {member}" for member in shape.get("required", ()) if member not in value)
        for member, one in value.items():
            if member in shape["members"]:
                yield from problems(shape["members"][member]["shape"], one, f"{where}.{member}")
            elif member not in UNMODELLED:
                yield f"{where}.{member} is unknown"
    elif "enum" in shape and value not in shape["enum"]:
        yield f"{where} is {value!r}"


class Walk:
    """An engine, and requests to it that mostly make sense."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = Random(seed)
        self.clock = VirtualClock(START)
        (folder / "lake").mkdir(parents=True)
        lifecycle = Lifecycle(replication=self.random.choice((0.0, 3.0)), create_table=self.random.choice((0.0, 2.0)))
        self.engine = Engine(clock=self.clock, files=Buckets(folder), lifecycle=lifecycle, seed=seed)
        self.arns: list[str] = []
        self.problems: set[str] = set()
        for operation, params in (self.do_create(), self.do_recovery()):
            self.engine.answer(Request(operation, params | {"TableName": "one"}))

    def any(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def step(self) -> None:
        """One request in some region. What is raised besides AWS's errors is a bug."""
        kinds = [name for name in dir(self) if name.startswith("do_")]
        operation, params = getattr(self, self.random.choice(kinds))()
        if self.random.random() < 0.15:
            params = self.damaged(params)
        answer = self.engine.answer(Request(operation, params, region=self.any(*REGIONS)))
        assert answer.status in (200, 400)
        if answer.status == 200:
            self.problems.update(problems(output_of(operation), answer.body, operation))
        self._remember(answer.body)
        if self.random.random() < 0.3:
            self.clock.advance(self.any(0.5, 1.0, 4.0, 100.0, 400.0, 90_000.0))

    def _remember(self, body: Any) -> None:
        if isinstance(body, dict):
            for name, value in body.items():
                if name.endswith("Arn") and isinstance(value, str):
                    self.arns.append(value)
                self._remember(value)
        elif isinstance(body, list):
            for value in body:
                self._remember(value)

    def damaged(self, params: Json) -> Json:
        """With one value of another type, or gone."""
        params = copy.deepcopy(params)
        place: Any = params
        while isinstance(place, dict) and place:
            name = self.any(*place)
            if not isinstance(place[name], dict) or self.random.random() < 0.4:
                place[name] = self.any(
                    None, {}, [], "", "x", 0, -1, 10**30, 1e308, float("nan"), True, [{}], {"S": "x"}
                )
                break
            place = place[name]
        return params

    def arn(self, kind: str = "") -> str:
        made = [arn for arn in self.arns if f"/{kind}/" in arn][-5:]
        return str(self.any(*made)) if made else self.table_arn()

    def table_arn(self) -> str:
        return f"arn:aws:dynamodb:{self.any(*REGIONS)}:123456789012:table/{self.any(*NAMES)}"

    def time(self) -> float:
        return float(self.any(self.clock.now() - 1, self.clock.now() - 350, START, START + 10, self.clock.now() - 2000))

    def do_create(self) -> tuple[str, Json]:
        return "CreateTable", {
            "TableName": self.any(*NAMES),
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": definitions("pk g"),
            "GlobalSecondaryIndexes": [index("by_g", "g")],
        }

    def do_put(self) -> tuple[str, Json]:
        item = {"pk": s(self.any("a", "b", "c")), "n": n(self.random.randrange(100)), "g": s(self.any("x", "y"))}
        if self.random.random() < 0.3:
            item["v"] = {"L": [n(self.any(0, 1, "0.5")), n(self.any(0, 1))]}
        if self.random.random() < 0.3:
            item["ends"] = n(int(self.clock.now()) + self.any(1, 100))
        return "PutItem", {"TableName": self.any(*NAMES), "Item": item}

    do_put_too = do_put_more = do_put_again = do_put
    do_create_too = do_create

    def do_delete_item(self) -> tuple[str, Json]:
        return "DeleteItem", {"TableName": self.any(*NAMES), "Key": {"pk": s(self.any("a", "b", "c"))}}

    def do_delete(self) -> tuple[str, Json]:
        return "DeleteTable", {"TableName": self.any(*NAMES)}

    def do_replicas(self) -> tuple[str, Json]:
        kind = self.any("Create", "Create", "Delete", "Update")
        update = {kind: {"RegionName": self.any(*REGIONS)}}
        if kind == "Update":
            update[kind]["TableClassOverride"] = "STANDARD"
        return "UpdateTable", {"TableName": self.any(*NAMES), "ReplicaUpdates": [update]}

    def do_index(self) -> tuple[str, Json]:
        update = self.any({"Create": index("by_n", "m")}, {"Delete": {"IndexName": self.any("by_g", "by_n")}})
        return "UpdateTable", {
            "TableName": self.any(*NAMES),
            "AttributeDefinitions": definitions("m"),
            "GlobalSecondaryIndexUpdates": [update],
        }

    def do_vectors(self) -> tuple[str, Json]:
        definition = {
            "IndexName": "near",
            "VectorAttribute": {"AttributeName": "v"},
            "Dimensions": 2,
            "DistanceFunction": self.any("COSINE", "EUCLIDEAN", "DOT_PRODUCT"),
            "Projection": {"ProjectionType": self.any("ALL", "KEYS_ONLY")},
        }
        update = self.any({"Create": definition}, {"Create": definition}, {"Delete": {"IndexName": "near"}})
        return "UpdateTable", {"TableName": self.any(*NAMES), "VectorIndexUpdates": [update]}

    def do_search(self) -> tuple[str, Json]:
        vector = [n(self.any(0, 1)), n(self.any(0, "-2.5"))]
        params = {"TableName": self.any(*NAMES), "IndexName": "near", "SearchVector": vector, "TopK": self.any(1, 9)}
        return "SearchVectors", params

    def do_scaling(self) -> tuple[str, Json]:
        update = {"AutoScalingDisabled": True}
        return "UpdateTableReplicaAutoScaling", {
            "TableName": self.any(*NAMES),
            "ProvisionedWriteCapacityAutoScalingUpdate": update,
        }

    def do_stream(self) -> tuple[str, Json]:
        wanted = self.any({"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}, {"StreamEnabled": False})
        return "UpdateTable", {"TableName": self.any(*NAMES), "StreamSpecification": wanted}

    def do_time_to_live(self) -> tuple[str, Json]:
        wanted = {"Enabled": self.any(True, False), "AttributeName": "ends"}
        return "UpdateTimeToLive", {"TableName": self.any(*NAMES), "TimeToLiveSpecification": wanted}

    def do_recovery(self) -> tuple[str, Json]:
        wanted = {"PointInTimeRecoveryEnabled": self.any(True, True, False)}
        return "UpdateContinuousBackups", {"TableName": self.any(*NAMES), "PointInTimeRecoverySpecification": wanted}

    def do_restore(self) -> tuple[str, Json]:
        when = self.any({"UseLatestRestorableTime": True}, {"RestoreDateTime": self.time()})
        names = {"SourceTableName": self.any(*NAMES), "TargetTableName": self.any(*NAMES)}
        return "RestoreTableToPointInTime", {**names, **when}

    def do_back_up(self) -> tuple[str, Json]:
        return "CreateBackup", {"TableName": self.any(*NAMES), "BackupName": "name"}

    def do_bring_back(self) -> tuple[str, Json]:
        more = self.any({}, {"SSESpecificationOverride": {"Enabled": True}})
        return "RestoreTableFromBackup", {"BackupArn": self.arn("backup"), "TargetTableName": self.any(*NAMES), **more}

    def do_look(self) -> tuple[str, Json]:
        operation = self.any("DescribeBackup", "DeleteBackup", "DescribeExport", "DescribeImport")
        kind = operation.removeprefix("Describe").removeprefix("Delete")
        return operation, {f"{kind}Arn": self.arn(kind.lower())}

    def do_describe(self) -> tuple[str, Json]:
        operation = self.any(
            *("DescribeTable", "DescribeContinuousBackups", "DescribeContributorInsights", "ListBackups"),
            *("DescribeTableReplicaAutoScaling", "DescribeKinesisStreamingDestination", "DescribeTimeToLive"),
        )
        return operation, {"TableName": self.any(*NAMES)}

    def do_list(self) -> tuple[str, Json]:
        operation = self.any(
            "ListExports", "ListImports", "ListBulkOperations", "ListContributorInsights", "ListBackups"
        )
        return operation, self.any({}, {"NextToken": "00" * 64}, {"MaxResults": 1}, {"Limit": 1})

    def do_export(self) -> tuple[str, Json]:
        more = self.any({}, {"ExportTime": self.time()}, {"ClientToken": "t"})
        if self.random.random() < 0.3:
            spec = {"ExportFromTime": self.time(), "ExportToTime": self.time()}
            more = {"ExportType": "INCREMENTAL_EXPORT", "IncrementalExportSpecification": spec}
        return "ExportTableToPointInTime", {"TableArn": self.table_arn(), "S3Bucket": self.any("lake", "sea"), **more}

    def do_import(self) -> tuple[str, Json]:
        _, creation = self.do_create()
        source = {"S3Bucket": "lake", "S3KeyPrefix": self.any("", "AWSDynamoDB", "AWSDynamoDB/data")}
        more = {"InputCompressionType": self.any("GZIP", "NONE")}
        return "ImportTable", {
            "InputFormat": self.any("DYNAMODB_JSON", "CSV"),
            "S3BucketSource": source,
            "TableCreationParameters": creation,
            **more,
        }

    def do_bulk(self) -> tuple[str, Json]:
        source = {"S3Bucket": "lake", "InputFormat": "DYNAMODB_JSON", "InputCompressionType": self.any("GZIP", "NONE")}
        target = {"S3Bucket": "lake", "OutputType": ["ERROR"]}
        params = {"TableName": self.any(*NAMES), "InputS3Configuration": source, "OutputS3Configuration": target}
        return "StartBulkPutItems", params

    def do_policy(self) -> tuple[str, Json]:
        document = self.any(
            "{}",
            '{"Statement": {"Effect": "deny", "Principal": "*", "Action": ["a"], "Resource": "*"}}',
            "[1",
            '{"x": 1}',
        )
        return "PutResourcePolicy", {"ResourceArn": self.table_arn(), "Policy": document}

    def do_insights(self) -> tuple[str, Json]:
        action = self.any("ENABLE", "DISABLE")
        return "UpdateContributorInsights", {"TableName": self.any(*NAMES), "ContributorInsightsAction": action}

    def do_destination(self) -> tuple[str, Json]:
        operation = self.any("Enable", "Disable", "Update") + "KinesisStreamingDestination"
        return operation, {"TableName": self.any(*NAMES), "StreamArn": "arn:aws:kinesis:x:1:stream/" + "y" * 30}


def state(snapshot: Snapshot) -> State:
    """What a snapshot holds: items and index entries, by region and table."""
    found: State = {}
    for region in snapshot.regions:
        for name, table in region.tables.items():
            found[region.name, name, ""] = sorted(repr(item) for item in table.store)
            for index_name, one in table.indexes.items():
                found[region.name, name, index_name] = sorted(repr(item) for item in one.store)
        for resource, backup in region.records.of(Backup).items():
            found[region.name, resource, ""] = sorted(repr(item) for item in backup.table.store)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_was_kept_changes(seed: int, tmp_path: Path) -> None:
    walk = Walk(seed, tmp_path)
    kept: list[tuple[Snapshot, State]] = []
    for _ in range(STEPS):
        walk.step()
        chance = walk.random.random()
        if chance < 0.1:
            snapshot = walk.engine.snapshot()
            kept.append((snapshot, state(snapshot)))
        elif chance < 0.15 and kept:
            walk.engine.restore(walk.any(*kept)[0])
        elif chance < 0.2:
            walk.engine = walk.engine.fork()
    for snapshot, before in kept:
        assert state(snapshot) == before
    assert not walk.problems


@pytest.mark.parametrize("seed", range(6))
def test_index_entries_agree_with_items(seed: int, tmp_path: Path) -> None:
    walk = Walk(100 + seed, tmp_path)
    for _ in range(STEPS):
        walk.step()
    for region in walk.engine.snapshot().regions:
        for table in region.tables.values():
            assert table.store.count == len(list(table.store))
            for one in table.indexes.values():
                entries = [one.schema.entry(item) for item in table.store]
                expected = sorted(repr(entry) for entry in entries if entry is not None)
                assert sorted(repr(entry) for entry in one.store) == expected


def test_the_same_walk_gives_the_same_answers(tmp_path: Path) -> None:
    told = []
    for number in range(2):
        walk = Walk(7, tmp_path / str(number))
        for _ in range(STEPS):
            walk.step()
        told.append((walk.arns, state(walk.engine.snapshot())))
    assert told[0] == told[1]
