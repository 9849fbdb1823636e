"""Imports: a table from files, with whatever of them was right (ack-api-quirks, DDB-IMPORT-*)."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from engine_requests import Json, ask, definitions, index, n, refusal, s, table
from pytest_dynamodb import files
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.mock.writing import Buckets


def params(name: str = "app", **more: Any) -> Json:
    creation = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": definitions("pk"),
    }
    source = {"S3Bucket": "lake", "S3KeyPrefix": "data/"}
    return {"InputFormat": "DYNAMODB_JSON", "S3BucketSource": source, "TableCreationParameters": creation, **more}


def bring(engine: Engine, name: str = "app", **more: Any) -> Json:
    begun = ask(engine, "ImportTable", **params(name, **more))["ImportTableDescription"]
    assert begun["ImportStatus"] == "IN_PROGRESS"
    done: Json = ask(engine, "DescribeImport", ImportArn=begun["ImportArn"])["ImportTableDescription"]
    return done


def lines(*items: Any) -> bytes:
    return "".join(json.dumps({"Item": item}) + "\n" for item in items).encode()


def held(engine: Engine, name: str = "app", **more: Any) -> dict[str, Json]:
    return {item["pk"]["S"]: item for item in ask(engine, "Scan", TableName=name, **more)["Items"]}


def test_a_table_of_the_items_in_files(engine: Engine, buckets: Buckets) -> None:
    buckets.write("lake", "data/1.json", lines({"pk": s("a"), "n": n(1)}))
    buckets.write("lake", "data/sub/2.json", lines({"pk": s("b"), "m": {"M": {"x": {"L": [n("1.50")]}}}}))
    buckets.write("lake", "elsewhere.json", lines({"pk": s("c")}))
    done = bring(engine)
    assert done["ImportStatus"] == "COMPLETED"
    assert [done[f"{kind}ItemCount"] for kind in ("Processed", "Imported")] == [2, 2]
    assert held(engine) == {
        "a": {"pk": s("a"), "n": n(1)},
        "b": {"pk": s("b"), "m": {"M": {"x": {"L": [n("1.5")]}}}},
    }
    described = ask(engine, "DescribeTable", TableName="app")["Table"]
    assert (described["TableArn"], described["TableId"]) == (done["TableArn"], done["TableId"])


def test_documents_need_no_line_of_their_own(engine: Engine, buckets: Buckets) -> None:
    """As in moto's test_dynamodb_import_table, verified with AWS."""
    items = [json.dumps({"Item": {"pk": s(str(number))}}) for number in range(6)]
    buckets.write("lake", "data/1", "".join(items[:3]).encode() + b"\n" + "\r\n ".join(items[3:]).encode() + b"\n\n")
    done = bring(engine)
    assert [done[f"{kind}ItemCount"] for kind in ("Processed", "Imported")] == [6, 6]
    assert done["ProcessedSizeBytes"] == sum(map(len, items))


def test_what_a_description_tells(engine: Engine) -> None:
    done = bring(engine)
    assert done["S3BucketSource"] == {"S3BucketOwner": "123456789012", "S3Bucket": "lake", "S3KeyPrefix": "data/"}
    assert done["InputCompressionType"] == "NONE"
    assert done["CloudWatchLogGroupArn"] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws-dynamodb/imports:*"
    assert done["TableCreationParameters"] == params()["TableCreationParameters"]
    (summary,) = ask(engine, "ListImports")["ImportSummaryList"]
    assert summary == {name: done[name] for name in summary}


def test_an_export_can_be_imported(engine: Engine, buckets: Buckets) -> None:
    table(engine, "source", keys="pk")
    recovery = {"PointInTimeRecoveryEnabled": True}
    ask(engine, "UpdateContinuousBackups", TableName="source", PointInTimeRecoverySpecification=recovery)
    ask(engine, "PutItem", TableName="source", Item={"pk": s("a"), "s": {"SS": ["x", "y"]}})
    arn = ask(engine, "DescribeTable", TableName="source")["Table"]["TableArn"]
    begun = ask(engine, "ExportTableToPointInTime", TableArn=arn, S3Bucket="lake")["ExportDescription"]
    folder = f"AWSDynamoDB/{begun['ExportArn'].rsplit('/', 1)[1]}/"
    source = {"S3Bucket": "lake", "S3KeyPrefix": folder + "data/"}
    done = bring(engine, S3BucketSource=source, InputCompressionType="GZIP")
    assert done["ImportStatus"] == "COMPLETED"
    assert held(engine) == held(engine, "source")
    whole = bring(engine, "all", S3BucketSource={**source, "S3KeyPrefix": folder}, InputCompressionType="GZIP")
    assert whole["FailureCode"] == "ItemValidationError"
    assert held(engine, "all") == held(engine, "source")


def test_what_is_right_is_there_although_the_import_failed(engine: Engine, buckets: Buckets) -> None:
    buckets.write(
        "lake",
        "data/1.json",
        lines({"pk": s("a")}, {"no": s("key")}, {"pk": n(1)}, {"pk": {"S": 5}}, "no item", {"pk": s("b")}),
    )
    done = bring(engine)
    assert (done["ImportStatus"], done["FailureCode"]) == ("FAILED", "ItemValidationError")
    assert (done["ProcessedItemCount"], done["ImportedItemCount"], done["ErrorCount"]) == (6, 2, 4)
    assert held(engine).keys() == {"a", "b"}


def test_nothing_is_read_behind_what_is_no_json(engine: Engine, buckets: Buckets) -> None:
    buckets.write("lake", "data/1.json", lines({"pk": s("a")}) + b"{\n" + lines({"pk": s("b")}))
    buckets.write("lake", "data/2.json", lines({"pk": s("c")}))
    done = bring(engine)
    assert (done["ProcessedItemCount"], done["ImportedItemCount"]) == (3, 2)
    assert held(engine).keys() == {"a", "c"}


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b"[1]", b'{"Item": null}', b"\x1f\x8b\x08"])
def test_hostile_files_are_counted_as_errors(engine: Engine, buckets: Buckets, content: bytes) -> None:
    buckets.write("lake", "data/1", content)
    assert bring(engine)["ErrorCount"] == 1


def test_what_is_said_to_be_compressed_must_be(engine: Engine, buckets: Buckets) -> None:
    buckets.write("lake", "data/1.json", lines({"pk": s("a")}))
    assert bring(engine, InputCompressionType="GZIP")["ErrorCount"] == 1
    buckets.write("lake", "data/1.json", gzip.compress(lines({"pk": s("a")})))
    assert bring(engine, "other", InputCompressionType="GZIP")["ImportedItemCount"] == 1


def test_a_file_that_unpacks_to_far_more_than_it_is_counts_as_an_error(
    engine: Engine, buckets: Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FREE_BYTES", 2**16)
    item = lines({"pk": s("a")})
    buckets.write("lake", "data/1.json", gzip.compress(item + b" " * 2**20))
    done = bring(engine, InputCompressionType="GZIP")
    assert (done["ImportedItemCount"], done["ErrorCount"]) == (0, 1)
    buckets.write("lake", "data/1.json", gzip.compress(item + b" " * 2**15))
    assert bring(engine, "other", InputCompressionType="GZIP")["ImportedItemCount"] == 1


def csv_params(**options: Any) -> Json:
    creation = {
        **params()["TableCreationParameters"],
        "AttributeDefinitions": [*definitions("pk"), {"AttributeName": "n", "AttributeType": "N"}],
        "GlobalSecondaryIndexes": [index("by_n", "n")],
    }
    more = {"InputFormatOptions": {"Csv": options}} if options else {}
    return {"InputFormat": "CSV", "TableCreationParameters": creation, **more}


def test_an_item_whose_index_key_is_too_large_is_an_error(engine: Engine, buckets: Buckets) -> None:
    given = params()
    given["TableCreationParameters"]["AttributeDefinitions"] = definitions("pk g")
    given["TableCreationParameters"]["GlobalSecondaryIndexes"] = [index("by_g", "g")]
    longest = {"pk": s("a"), "g": s("x" * 2048)}
    buckets.write("lake", "data/1.json", lines(longest, {"pk": s("b"), "g": s("x" * 2049)}))
    done = bring(engine, **given)
    assert (done["ImportedItemCount"], done["ErrorCount"]) == (1, 1)
    assert held(engine) == {"a": longest}


def test_values_of_csv_are_strings_but_for_keys(engine: Engine, buckets: Buckets) -> None:
    buckets.write("lake", "data/1.csv", b'pk,n,note\na,1,7\nb,2,"x, ""y"""\nshort\n')
    done = bring(engine, **csv_params())
    assert (done["ImportedItemCount"], done["ErrorCount"]) == (2, 1)
    assert held(engine, IndexName="by_n") == {
        "a": {"pk": s("a"), "n": n(1), "note": s("7")},
        "b": {"pk": s("b"), "n": n(2), "note": s('x, "y"')},
    }


def test_csv_may_have_its_header_elsewhere(engine: Engine, buckets: Buckets) -> None:
    buckets.write("lake", "data/1.csv", b"a;1\n")
    done = bring(engine, **csv_params(Delimiter=";", HeaderList=["pk", "n"]))
    assert done["InputFormatOptions"] == {"Csv": {"Delimiter": ";", "HeaderList": ["pk", "n"]}}
    assert held(engine) == {"a": {"pk": s("a"), "n": n(1)}}


def test_a_bucket_that_is_not_there_leaves_no_table(engine: Engine) -> None:
    done = bring(engine, S3BucketSource={"S3Bucket": "missing"})
    assert (done["ImportStatus"], done["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert refusal(engine, "DescribeTable", TableName="app")["code"] == "ResourceNotFoundException"


def test_a_name_that_is_taken(engine: Engine) -> None:
    bring(engine)
    problem = refusal(engine, "ImportTable", **params())
    assert (problem["code"], problem["message"]) == ("ResourceInUseException", "Table already exists: app")


def test_a_token_makes_one_import(engine: Engine) -> None:
    first = bring(engine, ClientToken="t")
    problem = refusal(engine, "ImportTable", **params("other", ClientToken="t"))
    assert (problem["code"], problem["message"]) == (
        "ImportConflictException",
        "Import conflict: Duplicate request detected with conflicting parameters",
    )
    ask(engine, "DeleteTable", TableName="app")
    again = ask(engine, "ImportTable", **params(ClientToken="t"))["ImportTableDescription"]
    assert again["ImportArn"] == first["ImportArn"]
    assert len(ask(engine, "ListImports", TableArn=first["TableArn"])["ImportSummaryList"]) == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"InputFormatOptions": {"Csv": {"Delimiter": ","}}},
            "Invalid Request: Unsupported InputFormatOptions for the given input format: DYNAMODB_JSON.",
        ),
        (
            {
                "TableCreationParameters": {
                    "TableName": "app",
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                    "AttributeDefinitions": definitions("pk"),
                }
            },
            (
                "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
                "specified when BillingMode is PROVISIONED"
            ),
        ),
    ],
)
def test_refusals_in_awss_words(engine: Engine, more: Json, message: str) -> None:
    problem = refusal(engine, "ImportTable", **{**params(), **more})
    assert (problem["code"], problem["message"]) == ("ValidationException", message)
