"""`pytest-dynamodb serve` in a process of its own, and SDKs that know nothing of it."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from click.testing import CliRunner

from pytest_dynamodb import load_cassette, use_cassette
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli import main
from pytest_dynamodb.exchange import Exchange, Response, TransportFailure

START_WITHIN, STOP_WITHIN = 60, 30
TOKEN = "a token for tests"
READY = "pytest-dynamodb: serving "


@contextmanager
def serving(
    *arguments: object, status: int = 0, stop: signal.Signals = signal.SIGTERM
) -> Iterator[tuple[str, list[str]]]:
    """The URL of a server, and (once it has stopped) what it printed. Stopped by a signal, it exits with ``status``."""
    command = [sys.executable, "-m", "pytest_dynamodb", "serve", "--port", "0", "--token", TOKEN, *map(str, arguments)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    printed: list[str] = []
    try:
        first = server.stdout.readline()
        assert first.startswith(READY), first + server.stdout.read()
        yield first.split()[-1], printed
        server.send_signal(stop)
        rest, _ = server.communicate(timeout=STOP_WITHIN)
        printed.extend(rest.splitlines())
        assert server.returncode == status, rest
    finally:
        server.kill()
        server.communicate()


def refused(*arguments: object) -> str:
    """What is printed by a `serve` that does not start."""
    command = [sys.executable, "-m", "pytest_dynamodb", "serve", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=START_WITHIN, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def client(url: str, **settings: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("dynamodb", endpoint_url=url, config=config, **settings)


def create(dynamodb: Any, table: str, **more: Any) -> None:
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def work(dynamodb: Any, table: str = "serve") -> list[Any]:
    """A bit of everything; what came of it."""
    create(dynamodb, table)
    dynamodb.get_waiter("table_exists").wait(TableName=table)
    item = {"pk": {"S": "é"}, "n": {"N": "1.5"}, "b": {"B": b"\x00\xff"}, "big": {"S": "x" * 10_000}}
    dynamodb.put_item(TableName=table, Item=item)
    found = dynamodb.get_item(TableName=table, Key={"pk": {"S": "é"}})["Item"]
    with pytest.raises(ClientError) as refusal:
        dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    written = dynamodb.transact_write_items(TransactItems=[{"Delete": {"TableName": table, "Key": {"pk": {"S": "é"}}}}])
    gone = dynamodb.get_item(TableName=table, Key={"pk": {"S": "é"}}).get("Item")
    dynamodb.delete_table(TableName=table)
    assert (found, gone) == (item, None)
    assert written["ResponseMetadata"]["HTTPStatusCode"] == 200
    return [found, refusal.value.response["Error"], gone]


pytestmark = pytest.mark.usefixtures("credentials")


def test_boto3_works_with_the_mock() -> None:
    with serving() as (url, printed):
        work(client(url))
    assert printed == []


def test_streams_are_on_the_same_port() -> None:
    with serving() as (url, _):
        dynamodb, streams = client(url), boto3.client("dynamodbstreams", endpoint_url=url)
        create(dynamodb, "streamed", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        dynamodb.put_item(TableName="streamed", Item={"pk": {"S": "a"}})
        arn = streams.list_streams(TableName="streamed")["Streams"][0]["StreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        begin = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        (record,) = streams.get_records(ShardIterator=begin["ShardIterator"])["Records"]
        assert (record["eventName"], record["dynamodb"]["Keys"]) == ("INSERT", {"pk": {"S": "a"}})


def test_tags_are_answered_without_a_body() -> None:
    with serving() as (url, _):
        create(client(url), "tagged")
        arn = client(url).describe_table(TableName="tagged")["Table"]["TableArn"]
        assert client(url).tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}]).keys() == {
            "ResponseMetadata"
        }
        assert client(url).list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]


def test_accounts_are_apart_by_their_key_ids() -> None:
    with serving() as (url, _):
        one = client(url, aws_access_key_id="111122223333", aws_secret_access_key="x")
        create(one, "theirs")
        assert ":111122223333:" in one.describe_table(TableName="theirs")["Table"]["TableArn"]
        assert client(url).list_tables()["TableNames"] == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
@pytest.mark.parametrize("name", ["tables.json", "tables.json.gz"])
def test_what_the_mock_holds_is_dumped_at_the_end_and_loaded_again(
    tmp_path: Path, name: str, stop: signal.Signals
) -> None:
    path = tmp_path / name
    item = {"pk": {"S": "é"}, "n": {"N": "1.5"}, "b": {"B": b"\x00\xff"}}
    with serving("--dump", path, stop=stop) as (url, printed):
        create(client(url), "kept")
        client(url).put_item(TableName="kept", Item=item)
        assert not path.exists()
    assert printed == [f"pytest-dynamodb: tables dumped into {path}: 1, items: 1"]
    again = tmp_path / f"again-{name}"
    with serving("--load", path, "--dump", again, stop=stop) as (url, _):
        assert client(url).scan(TableName="kept")["Items"] == [item]
    assert again.read_bytes() == path.read_bytes()
    assert sorted(tmp_path.iterdir()) == [again, path]  # nothing half done


def test_what_a_dump_leaves_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "tables.json"
    with serving("--dump", path) as (url, printed):
        create(client(url, region_name="eu-west-1"), "elsewhere")
    assert printed[0].startswith("Warning: not dumped are tables of account 123456789012 in eu-west-1: elsewhere")
    assert json.loads(path.read_text("utf-8")) == {}


def test_the_region_of_a_dump_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tables.json"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with serving("--dump", path) as (url, _):
        create(client(url), "here")
    assert list(json.loads(path.read_text("utf-8"))) == ["here"]


def test_a_table_is_exported_to_a_folder(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    with serving("--buckets", tmp_path) as (url, _):
        boto = client(url)
        create(boto, "users")
        boto.put_item(TableName="users", Item={"pk": {"S": "ada"}})
        boto.update_continuous_backups(
            TableName="users", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        arn = boto.describe_table(TableName="users")["Table"]["TableArn"]
        boto.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")
        (export,) = boto.list_exports(TableArn=arn)["ExportSummaries"]
        assert export["ExportStatus"] == "COMPLETED"
        boto.describe_export(ExportArn=export["ExportArn"])
    (data,) = (tmp_path / "exports").rglob("*.json.gz")
    assert json.loads(gzip.decompress(data.read_bytes())) == {"Item": {"pk": {"S": "ada"}}}


def test_a_table_is_imported_from_an_s3(moto: str, credentials: dict[str, str]) -> None:
    s3 = boto3.client("s3", endpoint_url=moto)
    s3.create_bucket(Bucket="served")
    s3.put_object(Bucket="served", Key="a.json", Body=b'{"Item": {"pk": {"S": "ada"}}}')
    with serving("--buckets", moto) as (url, _):
        boto = client(url)
        boto.import_table(
            S3BucketSource={"S3Bucket": "served"},
            InputFormat="DYNAMODB_JSON",
            TableCreationParameters={
                "TableName": "users",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        assert boto.scan(TableName="users")["Items"] == [{"pk": {"S": "ada"}}]


def test_buckets_are_in_a_folder_or_an_s3() -> None:
    done = CliRunner().invoke(main, ["serve", "--buckets", "no such folder"])
    assert done.exit_code == 2
    assert "'no such folder' is neither a folder nor a URL such as http://127.0.0.1:9000" in done.output


def test_the_mock_s_time_is_the_machine_s() -> None:
    with serving() as (url, _):
        began = time.time()
        create(client(url), "now")
        assert abs(client(url).describe_table(TableName="now")["Table"]["CreationDateTime"].timestamp() - began) < 60


def test_what_is_recorded_through_it_is_replayed_by_it(moto: str, tmp_path: Path) -> None:
    path = tmp_path / "proxy.ddb.msgpack"
    with serving("--provider", "record", "--cassette", path, "--upstream", moto) as (url, printed):
        recorded = work(client(url))
    count = len(load_cassette(path).exchanges)
    assert printed == [f"pytest-dynamodb: {count} recorded into {path}"]
    with serving("--provider", "replay", "--cassette", path) as (url, printed):
        assert work(client(url)) == recorded
    assert printed == [f"pytest-dynamodb: {count} replayed, 0 missed"]


def test_a_cassette_is_the_same_in_process_and_over_http(moto: str, tmp_path: Path) -> None:
    path = tmp_path / "either.ddb.msgpack"
    with use_cassette(path, mode="rewrite", upstream=moto):
        recorded = work(boto3.client("dynamodb"))
    with serving("--provider", "replay", "--cassette", path) as (url, _):
        assert work(client(url)) == recorded
    through = tmp_path / "through.ddb.msgpack"
    with serving("--provider", "record", "--cassette", through, "--upstream", moto) as (url, _):
        work(client(url))
    with use_cassette(through):
        assert work(boto3.client("dynamodb")) == recorded


def test_recording_the_same_again_does_not_change_a_byte(moto: str, tmp_path: Path) -> None:
    path = tmp_path / "same.ddb.msgpack"
    contents = []
    for _ in range(2):
        with serving("--provider", "record", "--cassette", path, "--upstream", moto) as (url, _):
            client(url).list_tables(Limit=5)
        contents.append((path.read_bytes(), path.stat().st_mtime_ns))
    assert contents[0] == contents[1]


def test_a_recording_of_nothing_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "nothing.ddb.msgpack"
    with serving("--provider", "record", "--cassette", path, "--upstream", "http://127.0.0.1:9") as (_, printed):
        pass
    assert printed == ["pytest-dynamodb: 0 recorded"]
    assert not path.exists()


def test_an_upstream_that_is_out_of_reach_is_said_and_recorded(tmp_path: Path) -> None:
    path = tmp_path / "away.ddb.msgpack"
    recording = serving("--provider", "record", "--cassette", path, "--upstream", "http://127.0.0.1:9")
    with recording as (url, printed), pytest.raises(ConnectionClosedError):
        client(url).list_tables()
    assert "the upstream did not answer: EndpointConnectionError: http://127.0.0.1:9" in printed[0]
    (exchange,) = load_cassette(path).exchanges
    assert exchange.error_code == "EndpointConnectionError"


def cassette(path: Path, *exchanges: Exchange) -> Path:
    write(path, Header(), list(exchanges))
    return path


def test_a_miss_reaches_the_client_and_the_exit_code(tmp_path: Path) -> None:
    path = cassette(tmp_path / "one.ddb.msgpack", Exchange("ListTables", {}, Response(200, {"TableNames": ["a"]})))
    with serving("--provider", "replay", "--cassette", path, status=1) as (url, printed):
        assert client(url).list_tables()["TableNames"] == ["a"]
        with pytest.raises(ClientError) as missed:
            client(url).list_tables(Limit=1)
    error = missed.value.response["Error"]
    assert error["Code"] == "UnexpectedRequest"
    assert f"pytest-dynamodb serve --provider record --cassette {path}" in error["Message"]
    assert printed[0].startswith("UnexpectedRequest: ")
    assert printed[-1] == "pytest-dynamodb: 1 replayed, 1 missed"


def test_a_recorded_failure_of_the_transport_is_one_again(tmp_path: Path) -> None:
    failure = TransportFailure("ReadTimeoutError", "no", {"endpoint_url": "http://x"})
    path = cassette(tmp_path / "failure.ddb.msgpack", Exchange("ListTables", {}, failure))
    with serving("--provider", "replay", "--cassette", path) as (url, _), pytest.raises(ConnectionClosedError):
        client(url).list_tables()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--provider", "replay"], "--provider replay needs --cassette"),
        (["--provider", "record", "--cassette", "x"], "--provider record needs --upstream"),
        (["--provider", "mock", "--cassette", "x"], "--cassette makes no sense with --provider mock"),
        (["--provider", "replay", "--cassette", "x", "--dump", "y"], "--dump makes no sense with --provider replay"),
        (["--provider", "nonsense"], "nonsense"),
        (["--port", "65536"], "65536"),
        (["--provider", "replay", "--cassette", "nowhere.ddb.msgpack"], "nowhere.ddb.msgpack: cannot be read"),
        (["--provider", "record", "--cassette", "x", "--upstream", "nonsense"], "not 'nonsense'"),
        (["--provider", "record", "--cassette", "x", "--upstream", "http://a:b"], "is no URL"),
        (["--provider", "record", "--cassette", "x", "--upstream", "aws"], "pytest --record"),
        (
            ["--provider", "record", "--cassette", "x", "--upstream", "https://dynamodb.us-east-1.amazonaws.com"],
            "signed for this server",
        ),
        (["--host", "192.0.2.1", "--port", "0"], "cannot listen on 192.0.2.1, port 0"),
        (["--load", "nowhere.json"], "nowhere.json"),
        (["--dump", "nowhere/x.json"], "there is no folder nowhere"),
        (["--lifecycle", "-1"], "-1"),
        (["--provider", "replay", "--cassette", "x", "--lifecycle", "1"], "--lifecycle makes no sense"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_makes_no_sense_is_a_usage_error(arguments: list[str], said: str) -> None:
    assert said in refused(*arguments)


def test_without_uvicorn_it_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['uvicorn'] = None; from pytest_dynamodb.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "serve", "--port", "0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'pytest-dynamodb-cassette[server]'" in done.stderr


# Other SDKs

JS = """
const { DynamoDBClient, CreateTableCommand, PutItemCommand, GetItemCommand, TransactWriteItemsCommand,
        DeleteTableCommand, waitUntilTableExists } = require("@aws-sdk/client-dynamodb");
const [endpoint] = process.argv.slice(2);
const client = new DynamoDBClient({ endpoint, region: "us-east-1",
    credentials: { accessKeyId: "AKIAEXAMPLEEXAMPLE00", secretAccessKey: "example" } });
const table = { TableName: "javascript" }, Key = { pk: { S: "é" } };
(async () => {
    await client.send(new CreateTableCommand({ ...table, BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }] }));
    await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.01 }, table);
    const Item = { ...Key, n: { N: "1.5" }, b: { B: new Uint8Array([0, 255]) }, big: { S: "x".repeat(10000) } };
    await client.send(new PutItemCommand({ ...table, Item }));
    const found = await client.send(new GetItemCommand({ ...table, Key }));
    let refusal;
    try {
        await client.send(new PutItemCommand({ ...table, Item, ConditionExpression: "attribute_not_exists(pk)" }));
    } catch (error) {
        refusal = error.name;
    }
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Delete: { ...table, Key } }] }));
    await client.send(new DeleteTableCommand(table));
    console.log(JSON.stringify({ n: found.Item.n, b: [...found.Item.b.B], big: found.Item.big.S.length, refusal }));
})();
"""


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """The script above, where node can run it."""
    if shutil.which("node") is None:
        pytest.skip("there is no node")
    found = subprocess.run(["node", "-e", "require('@aws-sdk/client-dynamodb')"], capture_output=True, check=False)
    if found.returncode:
        pytest.skip("node finds no @aws-sdk/client-dynamodb: npm install it, and name its node_modules in NODE_PATH")
    script = tmp_path / "work.js"
    script.write_text(textwrap.dedent(JS), encoding="utf-8")
    return script


def javascript(script: Path, url: str) -> Any:
    done = subprocess.run(["node", str(script), url], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


WORKED = {"n": {"N": "1.5"}, "b": [0, 255], "big": 10_000, "refusal": "ConditionalCheckFailedException"}


def test_javascript_s_sdk_works_with_the_mock(node: Path) -> None:
    with serving() as (url, _):
        assert javascript(node, url) == WORKED


def test_javascript_s_sdk_is_recorded_and_replayed(node: Path, moto: str, tmp_path: Path) -> None:
    path = tmp_path / "js.ddb.msgpack"
    with serving("--provider", "record", "--cassette", path, "--upstream", moto) as (url, _):
        assert javascript(node, url) == WORKED
    with serving("--provider", "replay", "--cassette", path) as (url, _):
        assert javascript(node, url) == WORKED


def test_pynamodb_works_with_the_mock() -> None:
    attributes = pytest.importorskip("pynamodb.attributes", reason="PynamoDB is not installed")
    models = pytest.importorskip("pynamodb.models")
    with serving() as (url, _):
        meta = type("Meta", (), {"table_name": "pynamodb", "region": "us-east-1", "host": url})
        members = {
            "Meta": meta,
            "pk": attributes.UnicodeAttribute(hash_key=True),
            "n": attributes.NumberAttribute(default=0),
        }
        model: Any = type("Model", (models.Model,), members)
        model.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
        model("a", n=1).save()
        model("a").update(actions=[model.n.add(2)])
        assert model.get("a").n == 3
        assert [found.pk for found in model.query("a")] == ["a"]
        model.delete_table()


@pytest.mark.parametrize(("dialect", "enveloped"), [((), True), (("--dialect", "classic"), False)])
def test_a_dialect_is_chosen(dialect: tuple[str, ...], enveloped: bool, credentials: dict[str, str]) -> None:
    with serving(*dialect) as (url, _):
        client = boto3.client("dynamodb", endpoint_url=url, config=Config(parameter_validation=False))
        with pytest.raises(ClientError) as caught:
            client.put_item(TableName="any", Item={"n": {"NULL": False}})
    assert caught.value.response["Error"]["Message"].startswith("1 validation error detected: ") is enveloped


def test_tables_are_creating_for_a_while_and_loaded_ones_are_there(tmp_path: Path) -> None:
    with serving("--dump", tmp_path / "tables.json") as (url, _):
        create(client(url), "loaded")
    with serving("--load", tmp_path / "tables.json", "--lifecycle", 3600) as (url, _):
        dynamodb = client(url)
        create(dynamodb, "new")
        statuses = [dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] for name in ("loaded", "new")]
        assert statuses == ["ACTIVE", "CREATING"]
        dynamodb.put_item(TableName="loaded", Item={"pk": {"S": "a"}})
        with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
            dynamodb.put_item(TableName="new", Item={"pk": {"S": "a"}})


def test_a_table_that_was_creating_becomes_active() -> None:
    with serving("--lifecycle", "0.05") as (url, _):
        dynamodb = client(url)
        create(dynamodb, "new")
        dynamodb.get_waiter("table_exists").wait(TableName="new", WaiterConfig={"Delay": 0, "MaxAttempts": 100_000})
        dynamodb.put_item(TableName="new", Item={"pk": {"S": "a"}})


def test_only_the_mock_has_a_choice(tmp_path: Path) -> None:
    assert "--dialect makes no sense with --provider replay" in refused(
        "--provider", "replay", "--cassette", tmp_path / "a.ddb.msgpack", "--dialect", "classic"
    )
    assert "dialect must be" in refused("--dialect", "newest")
