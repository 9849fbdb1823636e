"""``verify`` asks the mock what cassettes hold: equal answers pass, others are told by operation and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb import Engine, Request, Response, VirtualClock
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import write
from pytest_dynamodb.cli import main
from pytest_dynamodb.dialects import CAPTURED, dialect_of
from pytest_dynamodb.exchange import Exchange, TransportFailure

NOW = 1_780_000_000.0
HEADER = Header(recorded="2026-05-28T20:26:40Z")  # that time
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


class Recorder:
    """An engine in Ireland whose answers are kept."""

    def __init__(self) -> None:
        self.engine = Engine(clock=VirtualClock(NOW), seed=7, account="210987654321")
        self.exchanges: list[Exchange] = []

    def ask(self, operation: str, **params: Any) -> Any:
        answer = self.engine.answer(Request(operation, params, "eu-west-1"))
        self.exchanges.append(Exchange(operation, params, answer))
        return answer.body

    def put(self, key: str, **more: Any) -> None:
        self.ask("PutItem", TableName="orders", Item={"id": {"S": key}, **more})

    def get(self, key: str) -> None:
        self.ask("GetItem", TableName="orders", Key={"id": {"S": key}})

    def change(self, number: int, outcome: Any) -> None:
        old = self.exchanges[number]
        self.exchanges[number] = Exchange(old.operation, old.params, outcome)


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder()
    recorder.ask("CreateTable", **TABLE)
    recorder.ask("DescribeTable", TableName="orders")
    recorder.put("a", n={"N": "1"}, tags={"SS": ["x", "y"]})
    recorder.get("a")
    recorder.ask("GetItem", TableName="nothing", Key={"id": {"S": "a"}})
    recorder.ask("Scan", TableName="orders")
    return recorder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "a.ddb.msgpack"


def test_what_agrees_passes(recorder: Recorder, path: Path) -> None:
    write(path, HEADER, recorder.exchanges)
    done = run(path.parent)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == "1 cassette: 6 compared, 0 differ, 0 skipped"


def test_what_differs_is_told_by_operation_and_field(recorder: Recorder, path: Path) -> None:
    recorder.change(3, Response(200, {"Item": {"id": {"S": "a"}, "n": {"N": "2"}, "tags": {"SS": ["y", "x"]}}}))
    recorder.change(5, Response(400, {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}))
    write(path, HEADER, recorder.exchanges)
    done = run(path)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    at = lines.index('  #4 GetItem on orders Key {"id": {"S": "a"}}')
    assert lines[at + 1] == '    Item.n: recorded {"N": "2"}, now {"N": "1"}'
    at = next(at for at, line in enumerate(lines) if line.startswith("  #6 Scan"))
    assert lines[at + 1 : at + 4] == [
        "    status: recorded 400, now missing",
        '    code: recorded "AccessDeniedException", now missing',
        '    message: recorded "no", now missing',
    ]
    assert "     1  GetItem  Item.n" in done.output
    assert "tags" not in done.output  # sets have no order


def test_json_has_every_difference(recorder: Recorder, path: Path) -> None:
    recorder.change(3, Response(200, {"Item": {"id": {"S": "a"}}}))
    recorder.change(5, TransportFailure("ReadTimeoutError", "no"))
    write(path, HEADER, recorder.exchanges)
    done = run("--json", path)
    assert done.exit_code == 1
    (one,) = json.loads(done.output)
    assert one["compared"] == 5
    assert one["skipped"] == [{"number": 6, "operation": "Scan", "reason": "no answer was recorded: ReadTimeoutError"}]
    (finding,) = one["findings"]
    assert (finding["number"], finding["operation"], finding["tables"]) == (4, "GetItem", "orders")
    assert {"field": "Item.n", "recorded": None, "now": {"N": "1"}} in finding["differences"]


def test_a_described_table_is_made(path: Path) -> None:
    recorder = Recorder()
    recorder.ask("CreateTable", **TABLE)
    recorder.exchanges.clear()
    recorder.put("a")
    recorder.ask("DescribeTable", TableName="orders")
    recorder.get("a")
    write(path, HEADER, recorder.exchanges)
    assert run(path).exit_code == 0


def test_a_table_that_nobody_knows_is_skipped_and_load_makes_it(recorder: Recorder, path: Path, tmp_path: Path) -> None:
    write(path, HEADER, recorder.exchanges[3:4])
    done = run(path)
    assert done.exit_code == 0
    assert "skipped 1: unknown table orders: the recording does not make it" in done.output
    tables = tmp_path / "tables.json"
    tables.write_text(json.dumps({"orders": {"table": TABLE, "items": [{"id": "a", "n": 1, "tags": {"SS": "x"}}]}}))
    assert run(path, "--load", tables).exit_code == 1
    item = {"id": {"S": "a"}, "n": {"N": "1"}, "tags": {"SS": ["x", "y"]}}
    tables.write_text(json.dumps({"orders": {"table": TABLE, "items": [item]}}))
    assert run(path, "--load", tables).exit_code == 0


def test_what_fixtures_of_folders_above_did_comes_first(recorder: Recorder, tmp_path: Path) -> None:
    recorder.ask("DeleteTable", TableName="orders")
    write(tmp_path / "fixture.table.ddb.msgpack", HEADER, [*recorder.exchanges[:3], recorder.exchanges[-1]])
    write(tmp_path / "tests" / "a.ddb.msgpack", HEADER, recorder.exchanges[3:4])
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    assert "2 cassettes: 5 compared, 0 differ, 0 skipped" in done.output


def test_names_that_the_service_makes_up_are_followed(path: Path) -> None:
    recorder = Recorder()
    recorder.engine.clock = VirtualClock(NOW + 7_777_777)  # so that labels, arns and iterators are others
    streamed = {**TABLE, "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
    arn = recorder.ask("CreateTable", **streamed)["TableDescription"]["LatestStreamArn"]
    recorder.put("a")
    (shard,) = recorder.ask("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = recorder.ask("GetShardIterator", **start)["ShardIterator"]
    assert len(recorder.ask("GetRecords", ShardIterator=iterator)["Records"]) == 1
    write(path, HEADER, recorder.exchanges)
    done = run(path)
    assert done.exit_code == 0, done.output


def test_what_failed_in_passing_is_not_compared(recorder: Recorder, path: Path) -> None:
    busy = Response(400, {"__type": "x#ProvisionedThroughputExceededException", "message": "busy"})
    recorder.change(3, busy)
    write(path, HEADER, recorder.exchanges)
    done = run(path)
    assert done.exit_code == 0
    assert "skipped 1: it failed in passing: ProvisionedThroughputExceededException" in done.output


def test_a_status_on_its_way_is_no_difference(recorder: Recorder, path: Path) -> None:
    body: Any = recorder.exchanges[1].response
    recorder.change(1, Response(200, {"Table": {**body["Table"], "TableStatus": "CREATING"}}))
    write(path, HEADER, recorder.exchanges)
    assert run(path).exit_code == 0


def test_nothing_there_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run().exit_code == 2
    assert run("--provider", "aws").exit_code == 2


def test_a_damaged_cassette_is_named_and_the_others_are_verified(recorder: Recorder, path: Path) -> None:
    write(path, HEADER, recorder.exchanges)
    path.with_name("b.ddb.msgpack").write_bytes(b"torn")
    done = run(path.parent)
    assert done.exit_code == 1
    assert "6 compared, 0 differ" in done.output
    assert "b.ddb.msgpack" in done.output


def refused(recorder: Recorder, dialect: str) -> None:
    """Let an engine in a dialect refuse what each words in its way."""
    recorder.engine.dialect = dialect_of(dialect)
    recorder.put("b", n={"NULL": False})
    recorder.ask("TransactWriteItems", TransactItems=[])


def test_a_cassette_of_another_dialect_differs_and_the_one_that_fits_is_named(recorder: Recorder, path: Path) -> None:
    refused(recorder, "classic")
    write(path, HEADER, recorder.exchanges)
    done = run(path)
    assert done.exit_code == 1
    assert "  fits best: --dialect classic, 0 differ" in done.output.splitlines()
    fitting = run(path, "--dialect", "classic")
    assert fitting.exit_code == 0, fitting.output
    assert "fits best" not in fitting.output


def test_a_region_s_cassette_fits_a_region(recorder: Recorder, path: Path) -> None:
    refused(recorder, "eu-north-1")
    write(path, HEADER, recorder.exchanges)
    done = run("--json", path)
    (one,) = json.loads(done.output)
    assert (one["dialect"], one["answers_of"]) == ("today", CAPTURED.isoformat())
    assert run(path, "--dialect", one["fits_best"]).exit_code == 0


def test_a_report_says_whose_answers_it_compares_with(recorder: Recorder, path: Path) -> None:
    write(path, HEADER, recorder.exchanges)
    assert run(path, "--dialect", "2026-10-07").output.splitlines()[-2] == (
        f"dialect 2026-10-07: answers of DynamoDB as of {CAPTURED}"
    )
    assert "dialect must be" in run(path, "--dialect", "newest").output


def test_the_environment_chooses_a_dialect(recorder: Recorder, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(recorder, "classic")
    write(path, HEADER, recorder.exchanges)
    monkeypatch.setenv("PYTEST_DYNAMODB_DIALECT", "classic")
    assert run(path).exit_code == 0


# --- contracts ---


def template(tmp_path: Path, key: str) -> Path:
    properties = {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    path = tmp_path / "template.json"
    content = {"Resources": {"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def of_orders(tmp_path: Path) -> Path:
    """A cassette that reads an item of a table."""
    path = tmp_path / "orders.ddb.msgpack"
    key = {"TableName": "orders", "Key": {"pk": {"S": "a"}}}
    write(path, Header(region="us-east-1"), [Exchange("GetItem", key, Response(200, {}))])
    return path


def test_a_contract_that_holds_is_no_finding(of_orders: Path, tmp_path: Path) -> None:
    source = template(tmp_path, "pk")
    shown = run(of_orders, "--load", source, "--contract", source)
    assert shown.exit_code == 0
    assert f"contract: 0 disagreements, by {source}" in shown.output


def test_a_broken_contract_is_a_finding(of_orders: Path, tmp_path: Path) -> None:
    shown = run(of_orders, "--contract", template(tmp_path, "id"))
    assert shown.exit_code == 1
    assert f"{of_orders}: orders: the key was pk (S) when recorded, and is id (S) now" in shown.output
    (one,) = json.loads(run(of_orders, "--contract", template(tmp_path, "id"), "--json").output)
    assert one["contract"] == [
        {"table": "orders", "about": "the key", "problem": "was pk (S) when recorded, and is id (S) now"}
    ]


@pytest.mark.parametrize(("key", "broken"), [("pk", 0), ("id", 1)])
def test_live_tables_are_asked(of_orders: Path, tmp_path: Path, key: str, broken: int) -> None:
    from pytest_dynamodb.mock import Mock
    from pytest_dynamodb.providers.mock import MockProvider
    from pytest_dynamodb.server import running

    mock = Mock(region="us-east-1")
    mock.load(template(tmp_path, key))
    with running(MockProvider(mock), port=0) as url:
        shown = run(of_orders, "--contract", url)
    assert f"contract: {broken} disagreement" in shown.output


def test_a_table_that_is_not_there_any_more_is_named(of_orders: Path) -> None:
    from pytest_dynamodb.providers.mock import MockProvider
    from pytest_dynamodb.server import running

    with running(MockProvider(), port=0) as url:
        shown = run(of_orders, "--contract", url)
    assert "orders: the table was recorded, and there is none now" in shown.output


def test_a_source_that_is_not_there_is_a_usage_error(of_orders: Path) -> None:
    refused = run(of_orders, "--contract", "nothing.yaml")
    assert refused.exit_code == 2
    assert "there is no 'nothing.yaml'" in refused.output
