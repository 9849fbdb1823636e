"""Exports and imports of the mock meet the S3 that is there, and never AWS's by themselves."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pytest_dynamodb import mock_dynamodb
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.hooks.defaults import s3_at_hand

USERS: dict[str, dict[str, Any]] = {
    "users": {
        "table": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
        "items": [{"id": "ada", "n": 1}, {"id": "bob"}],
    }
}


def exported(dynamodb: Any, bucket: str) -> dict[str, Any]:
    """The description of a finished export of the table ``users``."""
    dynamodb.update_continuous_backups(
        TableName="users", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    arn = dynamodb.describe_table(TableName="users")["Table"]["TableArn"]
    begun = dynamodb.export_table_to_point_in_time(TableArn=arn, S3Bucket=bucket, S3Prefix="nightly")
    export_arn = begun["ExportDescription"]["ExportArn"]
    described: dict[str, Any] = dynamodb.describe_export(ExportArn=export_arn)["ExportDescription"]
    return described


def imported(dynamodb: Any, bucket: str, prefix: str) -> dict[str, Any]:
    """The description of a finished import into the table ``copy``."""
    begun = dynamodb.import_table(
        S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": prefix},
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={"TableName": "copy", **USERS["users"]["table"]},
    )
    import_arn = begun["ImportTableDescription"]["ImportArn"]
    described: dict[str, Any] = dynamodb.describe_import(ImportArn=import_arn)["ImportTableDescription"]
    return described


def check_there_and_back(s3: Any, mock: Any) -> None:
    dynamodb = boto3.client("dynamodb")
    s3.create_bucket(Bucket="lake")
    done = exported(dynamodb, "lake")
    assert done["ExportStatus"] == "COMPLETED"
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket="lake")["Contents"]]
    assert done["ExportManifest"] in keys
    (data,) = (key for key in keys if key.endswith(".json.gz"))
    lines = gzip.decompress(s3.get_object(Bucket="lake", Key=data)["Body"].read()).splitlines()
    assert {"Item": {"id": {"S": "ada"}, "n": {"N": "1"}}} in [json.loads(line) for line in lines]
    assert imported(dynamodb, "lake", f"{Path(data).parent.as_posix()}/")["ImportStatus"] == "COMPLETED"
    assert mock.tables["copy"].items == mock.tables["users"].items


def test_an_endpoint_of_the_settings_is_used(
    moto: str, credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto)
    with mock_dynamodb(load=USERS) as mock:
        check_there_and_back(boto3.client("s3"), mock)


def test_a_client_that_is_given_is_used(moto: str, credentials: dict[str, str]) -> None:
    s3 = boto3.client("s3", endpoint_url=moto)
    with mock_dynamodb(load=USERS, buckets=s3) as mock:
        check_there_and_back(s3, mock)


def test_aws_is_never_reached_unless_it_is_named(credentials: dict[str, str]) -> None:
    assert s3_at_hand() is None
    with mock_dynamodb(load=USERS):
        done = exported(boto3.client("dynamodb"), "lake")
    assert (done["ExportStatus"], done["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


def test_a_folder_is_used_whatever_s3_there_is(
    moto: str, credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto)
    (tmp_path / "lake").mkdir()
    with mock_dynamodb(load=USERS, buckets=tmp_path):
        done = exported(boto3.client("dynamodb"), "lake")
    assert (tmp_path / "lake" / done["ExportManifest"]).is_file()


def test_a_bucket_that_is_not_there_is_told_by_the_description(moto: str, credentials: dict[str, str]) -> None:
    with mock_dynamodb(load=USERS, buckets=boto3.client("s3", endpoint_url=moto)) as mock:
        done = imported(boto3.client("dynamodb"), "no-such-bucket", "")
        assert "copy" not in mock.tables
    assert (done["ImportStatus"], done["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


def test_a_bucket_that_may_not_be_looked_at_is_said(credentials: dict[str, str]) -> None:
    s3 = boto3.client("s3", endpoint_url="http://127.0.0.1:9")
    with Stubber(s3) as stubber, mock_dynamodb(load=USERS, buckets=s3):
        stubber.add_client_error("head_bucket", "403", "Forbidden", http_status_code=403)
        with pytest.raises(ConfigurationError, match=r"the bucket 'lake' at http://127\.0\.0\.1:9 cannot be used"):
            exported(boto3.client("dynamodb"), "lake")


def test_what_is_neither_a_folder_nor_a_client_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not in 42"), mock_dynamodb(buckets=42):
        pass


BESIDE_MOTO = """
import boto3
from moto import mock_aws
from pytest_dynamodb import mock_dynamodb
from pytest_dynamodb.hooks.defaults import s3_at_hand

TABLE = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
         "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}], "BillingMode": "PAY_PER_REQUEST"}

with mock_dynamodb() as mock:
    assert s3_at_hand() is None
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="a.json", Body=b'{"Item": {"pk": {"S": "a"}}}{"Item": {"pk": {"S": "b"}}}')
        dynamodb = boto3.client("dynamodb", region_name="us-east-2")
        begun = dynamodb.import_table(S3BucketSource={"S3Bucket": "lake"}, InputFormat="DYNAMODB_JSON",
                                      TableCreationParameters={"TableName": "copy", **TABLE})
        done = dynamodb.describe_import(ImportArn=begun["ImportTableDescription"]["ImportArn"])
        print(done["ImportTableDescription"]["ImportStatus"], mock.tables_in("us-east-2")["copy"].count)
    assert s3_at_hand() is None
"""


def test_moto_s_buckets_are_used_while_moto_is_on(credentials: dict[str, str]) -> None:
    """In a process of its own, because moto imports parts of itself as it goes (see ``moto_http``)."""
    done = subprocess.run([sys.executable, "-c", BESIDE_MOTO], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("COMPLETED 2\n", 0), done.stderr


def test_so_does_the_mock_of_a_test(
    pytester: pytest.Pytester, moto: str, credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto)
    pytester.makepyfile(
        """
        import boto3
        import pytest

        @pytest.mark.dynamodb_cassette(provider="mock")
        def test_import(dynamodb_mock):
            s3 = boto3.client("s3")
            s3.create_bucket(Bucket="mine")
            s3.put_object(Bucket="mine", Key="a.json", Body=b'{"Item": {"id": {"S": "a"}}}')
            boto3.client("dynamodb").import_table(
                S3BucketSource={"S3Bucket": "mine"},
                InputFormat="DYNAMODB_JSON",
                TableCreationParameters={
                    "TableName": "copy",
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "BillingMode": "PAY_PER_REQUEST",
                },
            )
            assert dynamodb_mock.tables["copy"].items == [{"id": "a"}]
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
