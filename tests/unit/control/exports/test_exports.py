"""Exports: files as S3 has them, of a table as it was or of what has changed (developer guide; ack-api-quirks)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from engine_requests import START, Json, ask, n, put, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.mock.writing import Buckets

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/app"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(engine, keys="pk")
    recovery = {"PointInTimeRecoveryEnabled": True}
    ask(engine, "UpdateContinuousBackups", TableName="app", PointInTimeRecoverySpecification=recovery)
    return engine


def export(engine: Engine, **more: Any) -> Json:
    params = {"TableArn": ARN, "S3Bucket": "lake", **more}
    begun = ask(engine, "ExportTableToPointInTime", **params)["ExportDescription"]
    assert begun["ExportStatus"] == "IN_PROGRESS"
    done: Json = ask(engine, "DescribeExport", ExportArn=begun["ExportArn"])["ExportDescription"]
    return done


def lines(buckets: Buckets, manifest: str) -> list[Json]:
    """The lines of an export, found from its manifest on as a reader of S3 would."""
    summary = json.loads(buckets.read("lake", manifest))
    listed = buckets.read("lake", summary["manifestFilesS3Key"]).decode().splitlines()
    found = []
    for entry in map(json.loads, listed):
        packed = buckets.read("lake", entry["dataFileS3Key"])
        assert entry["md5Checksum"] == base64.b64encode(hashlib.md5(packed).digest()).decode()
        found += [json.loads(line) for line in gzip.decompress(packed).decode().splitlines()]
    return found


def test_an_export_is_read_from_its_manifest_on(engine: Engine, buckets: Buckets) -> None:
    put(engine, "a")
    put(engine, "b", 2)
    done = export(engine, S3Prefix="nightly/")
    assert (done["ExportStatus"], done["ItemCount"]) == ("COMPLETED", 2)
    identifier = done["ExportArn"].rsplit("/", 1)[1]
    assert done["ExportManifest"] == f"nightly/AWSDynamoDB/{identifier}/manifest-summary.json"
    assert sorted(line["Item"]["pk"]["S"] for line in lines(buckets, done["ExportManifest"])) == ["a", "b"]
    summary = json.loads(buckets.read("lake", done["ExportManifest"]))
    assert (summary["exportArn"], summary["itemCount"], summary["outputFormat"]) == (
        done["ExportArn"],
        2,
        "DYNAMODB_JSON",
    )


def test_what_a_description_tells(engine: Engine) -> None:
    done = export(engine)
    assert done.keys() == {
        *("ExportArn", "ExportStatus", "ExportTime", "TableArn", "TableId", "StartTime", "S3Bucket"),
        *("S3SseAlgorithm", "ExportFormat", "EndTime", "ExportManifest", "ItemCount", "BilledSizeBytes"),
    }
    assert (done["ExportFormat"], done["S3SseAlgorithm"], done["ExportTime"]) == ("DYNAMODB_JSON", "AES256", START)


def test_a_table_is_exported_as_it_was(engine: Engine, buckets: Buckets, clock: VirtualClock) -> None:
    put(engine, "early")
    clock.advance(100)
    put(engine, "late")
    put(engine, "early", 2)
    clock.advance(1000)
    done = export(engine, ExportTime=START + 50)
    assert [line["Item"] for line in lines(buckets, done["ExportManifest"])] == [{"pk": s("early"), "n": n(1)}]


def test_an_increment_has_one_line_an_item(engine: Engine, buckets: Buckets, clock: VirtualClock) -> None:
    put(engine, "changed", 0)
    put(engine, "gone")
    put(engine, "untouched")
    clock.advance(60)
    for value in (1, 2):
        put(engine, "changed", value)
        put(engine, "new", value)
    ask(engine, "DeleteItem", TableName="app", Key={"pk": s("gone")})
    clock.advance(1000)
    put(engine, "changed", 3)
    spec = {"ExportFromTime": START + 30, "ExportToTime": START + 1000}
    done = export(engine, ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=spec)
    assert done["IncrementalExportSpecification"]["ExportViewType"] == "NEW_AND_OLD_IMAGES"
    assert "ExportTime" not in done
    found = {line["Keys"]["pk"]["S"]: line for line in lines(buckets, done["ExportManifest"])}
    stamp = {"WriteTimestampMicros": {"N": "1700000060000000"}}
    assert found == {
        "changed": {
            "Metadata": stamp,
            "Keys": {"pk": s("changed")},
            "OldImage": {"pk": s("changed"), "n": n(0)},
            "NewImage": {"pk": s("changed"), "n": n(2)},
        },
        "new": {"Metadata": stamp, "Keys": {"pk": s("new")}, "NewImage": {"pk": s("new"), "n": n(2)}},
        "gone": {"Metadata": stamp, "Keys": {"pk": s("gone")}, "OldImage": {"pk": s("gone"), "n": n(1)}},
    }


def test_an_export_may_be_of_a_part(engine: Engine, buckets: Buckets, clock: VirtualClock) -> None:
    for number in range(5):
        put(engine, f"k{number}", number)
    clock.advance(100)
    put(engine, "k4", 0)
    put(engine, "k5", 5)
    clock.advance(1000)
    spec = {
        "FilterExpression": "n > :n",
        "ProjectionExpression": "pk",
        "ExpressionAttributeValues": {":n": n(2)},
    }
    done = export(engine, ExportTime=START + 50, FilterSpecification=spec)
    assert done["FilterSpecification"] == spec
    assert sorted(line["Item"]["pk"]["S"] for line in lines(buckets, done["ExportManifest"])) == ["k3", "k4"]
    by_key = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": s("k4")}}
    done = export(engine, FilterSpecification=by_key)
    assert [line["Item"] for line in lines(buckets, done["ExportManifest"])] == [{"pk": s("k4"), "n": n(0)}]
    assert ask(engine, "Scan", TableName="app")["Count"] == 6


def test_an_export_of_a_wrong_part(engine: Engine) -> None:
    for spec, detail in (({}, "The specification can not be empty"), ({"FilterExpression": "a ="}, "Invalid Filter")):
        problem = refusal(engine, "ExportTableToPointInTime", TableArn=ARN, S3Bucket="lake", FilterSpecification=spec)
        assert problem["message"].startswith(f"Invalid Request: Invalid FilterSpecification: {detail}")
    assert ask(engine, "ListExports")["ExportSummaries"] == []


def test_a_mock_loads_what_was_exported(engine: Engine, buckets: Buckets, tmp_path: Path) -> None:
    put(engine, "a")
    manifest = export(engine)["ExportManifest"]
    mock = Mock(region="us-east-1")
    table(mock.engine, keys="pk")
    mock.load((tmp_path / "lake" / manifest).parent)
    assert mock.tables["app"].items == [{"pk": "a", "n": 1}]


def test_a_token_makes_one_export(engine: Engine) -> None:
    first = export(engine, ClientToken="t")
    again = ask(engine, "ExportTableToPointInTime", TableArn=ARN, S3Bucket="lake", ClientToken="t")
    assert again["ExportDescription"]["ExportArn"] == first["ExportArn"]
    problem = refusal(
        engine, "ExportTableToPointInTime", TableArn=ARN, S3Bucket="lake", S3Prefix="other", ClientToken="t"
    )
    assert (problem["code"], problem["message"]) == (
        "ExportConflictException",
        "Export conflict: Duplicate request detected with conflicting parameters",
    )
    assert len(ask(engine, "ListExports")["ExportSummaries"]) == 1


def test_a_bucket_that_is_not_there_is_told_afterwards(engine: Engine, clock: VirtualClock) -> None:
    done = export(engine, S3Bucket="missing")
    assert (done["ExportStatus"], done["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert "ExportManifest" not in done
    without = Engine(clock=clock)
    table(without, keys="pk")
    recovery = {"PointInTimeRecoveryEnabled": True}
    ask(without, "UpdateContinuousBackups", TableName="app", PointInTimeRecoverySpecification=recovery)
    assert export(without)["FailureCode"] == "S3NoSuchBucket"


def test_an_export_takes_its_time(clock: VirtualClock, buckets: Buckets) -> None:
    engine = Engine(clock=clock, files=buckets, lifecycle=Lifecycle(transfer=60))
    table(engine, keys="pk")
    recovery = {"PointInTimeRecoveryEnabled": True}
    ask(engine, "UpdateContinuousBackups", TableName="app", PointInTimeRecoverySpecification=recovery)
    underway = export(engine)
    assert (underway["ExportStatus"], "ItemCount" in underway) == ("IN_PROGRESS", False)
    clock.advance(60)
    done = ask(engine, "DescribeExport", ExportArn=underway["ExportArn"])["ExportDescription"]
    assert (done["ExportStatus"], done["EndTime"]) == ("COMPLETED", START + 60)


def test_lists_are_newest_first_and_in_pages(engine: Engine) -> None:
    arns = [export(engine)["ExportArn"] for _ in range(3)]
    first = ask(engine, "ListExports", MaxResults=2)
    assert [one["ExportArn"] for one in first["ExportSummaries"]] == [arns[2], arns[1]]
    assert first["ExportSummaries"][0]["ExportType"] == "FULL_EXPORT"
    rest = ask(engine, "ListExports", MaxResults=2, NextToken=first["NextToken"])
    assert [one["ExportArn"] for one in rest["ExportSummaries"]] == arns[:1]
    problem = refusal(engine, "ListImports", NextToken=first["NextToken"])
    assert problem["message"].startswith("Invalid Request: Provided nextToken is invalid: ")


def test_descriptions_outlive_the_table_and_lists_of_it_do_not(engine: Engine) -> None:
    arn = export(engine)["ExportArn"]
    assert len(ask(engine, "ListExports", TableArn=ARN)["ExportSummaries"]) == 1
    ask(engine, "DeleteTable", TableName="app")
    table(engine, keys="pk")
    assert ask(engine, "ListExports", TableArn=ARN)["ExportSummaries"] == []
    assert ask(engine, "DescribeExport", ExportArn=arn)["ExportDescription"]["ExportStatus"] == "COMPLETED"


INCREMENT = {"ExportType": "INCREMENTAL_EXPORT"}


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"TableArn": "app"},
            "ValidationException",
            "One or more parameter values were invalid: tableArn is not a valid ARN",
        ),
        ({"TableArn": ARN + "/index/i"}, "ValidationException", "Invalid Request: Table ARN is invalid."),
        ({"TableArn": ARN + "_"}, "TableNotFoundException", f"Table not found: {ARN}_"),
        (
            {"TableArn": ARN.replace("us-east-1", "eu-west-1")},
            "TableNotFoundException",
            "Table not found: arn:aws:dynamodb:eu-west-1:123456789012:table/app",
        ),
        ({"TableArn": ARN.replace("123456789012", "999999999999")}, "AccessDeniedException", "Access is denied"),
        (
            {"TableArn": ARN.replace("app", "plain")},
            "PointInTimeRecoveryUnavailableException",
            "Point in time recovery is not enabled for table 'plain'",
        ),
        ({"ExportTime": START + 3600}, "InvalidExportTimeException", "Export Time is invalid"),
        ({"ExportTime": START - 3600}, "InvalidExportTimeException", "Export Time is invalid"),
        (
            INCREMENT,
            "ValidationException",
            "Invalid Request: Incremental Export Specification expected when export type is set as Incremental Export",
        ),
        (
            {**INCREMENT, "IncrementalExportSpecification": {}},
            "ValidationException",
            "Invalid Request: ExportFromTime must be provided in IncrementalExportSpecification",
        ),
        (
            {**INCREMENT, "IncrementalExportSpecification": {"ExportFromTime": START}},
            "InvalidExportTimeException",
            "Difference between export period from time and export period to time is less than 15 minutes",
        ),
        (
            {**INCREMENT, "IncrementalExportSpecification": {"ExportFromTime": START - 3600}},
            "InvalidExportTimeException",
            "Incremental export period from time cannot be less than the table creation time : 2023-11-14T21:13:20Z",
        ),
        (
            {"S3SseKmsKeyId": "k"},
            "ValidationException",
            "Invalid Request: KMS Key Id is not supported for this encryption type",
        ),
    ],
)
def test_refusals_in_awss_words(engine: Engine, params: Json, code: str, message: str) -> None:
    table(engine, "plain")
    problem = refusal(engine, "ExportTableToPointInTime", **{"TableArn": ARN, "S3Bucket": "lake", **params})
    assert (problem["code"], problem["message"]) == (code, message)


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (f"{ARN}/export/01700000000000-00000001", "ExportNotFoundException"),
        (ARN + "/import/01700000000000-00000001", "ValidationException"),
        (ARN, "ValidationException"),
    ],
)
def test_exports_that_are_not_there(engine: Engine, arn: str, code: str) -> None:
    assert refusal(engine, "DescribeExport", ExportArn=arn)["code"] == code


def test_the_same_seed_writes_the_same_files(clock: VirtualClock, tmp_path: Path) -> None:
    written = []
    for number in range(2):
        (tmp_path / str(number) / "lake").mkdir(parents=True)
        buckets = Buckets(tmp_path / str(number))
        engine = Engine(clock=clock, files=buckets, seed=3)
        table(engine, keys="pk")
        recovery = {"PointInTimeRecoveryEnabled": True}
        ask(engine, "UpdateContinuousBackups", TableName="app", PointInTimeRecoverySpecification=recovery)
        put(engine, "a")
        export(engine)
        written.append({key: buckets.read("lake", key) for key in buckets.keys("lake", "")})
    assert written[0] == written[1]
