"""A real session recorded by another tool, converted, replays without an edit; and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from pytest_dynamodb import use_cassette
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.convert.conversion import Conversion
from pytest_dynamodb.convert.documents import conversion_of
from pytest_dynamodb.convert.vcrpy import as_vcrpy
from pytest_dynamodb.faults import Faults, Throttled
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.providers.faults import FaultyProvider
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.server import running

vcr = pytest.importorskip("vcr", reason="vcrpy 9 needs Python 3.11")

NOWHERE = "http://127.0.0.1:9"


def converted(path: Path) -> Conversion:
    return conversion_of(path.read_text(encoding="utf-8"), path.suffix, str(path))


def written(path: Path, conversion: Conversion) -> Path:
    header, exchanges = conversion.cassette()
    write(path, header, exchanges)
    return path


def in_text(request: Any) -> Any:
    """vcrpy's JSON serialiser cannot write the headers that botocore signs, which are bytes."""
    request.headers = {
        name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
    }
    return request


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_a_session_that_vcrpy_recorded_replays(tmp_path: Path, server: str, session: Any, suffix: str) -> None:
    recording = tmp_path / f"session{suffix}"
    with vcr.use_cassette(str(recording), serializer=suffix[1:], before_record_request=in_text):
        recorded = session(server)
    conversion = converted(recording)
    assert not conversion.left
    assert conversion.recorder == "vcrpy"
    path = written(tmp_path / "session.ddb.msgpack", conversion)
    with use_cassette(path, on_unused="fail", order="strict") as cassette:
        assert session(NOWHERE) == recorded
    assert len(cassette.played) == len(conversion.exchanges) > 10


def test_moto_s_answers_replay_too(tmp_path: Path, moto: str, session: Any) -> None:
    recording = tmp_path / "session.yaml"
    with vcr.use_cassette(str(recording)):
        recorded = session(moto)
    path = written(tmp_path / "session.ddb.msgpack", converted(recording))
    with use_cassette(path, on_unused="fail"):
        assert session(NOWHERE) == recorded


def test_the_header_says_when_and_where_from(tmp_path: Path, server: str, session: Any) -> None:
    recording = tmp_path / "session.yaml"
    with vcr.use_cassette(str(recording)):
        session(server)
    header, exchanges = read(written(tmp_path / "s.ddb.msgpack", converted(recording)))
    assert header.recorded.endswith("Z")
    assert (header.endpoint, header.region) == ("url", "us-east-1")
    assert header.tables["orders"] == ("pk", "sk")
    assert header.recorder == {"vcrpy": "converted"}
    assert "123456789012" not in str(exchanges)


def test_a_call_of_several_attempts_is_one_exchange(tmp_path: Path, credentials: dict[str, str]) -> None:
    mock = Mock()
    mock.load({"orders": {"table": TABLE, "items": []}})
    provider = FaultyProvider(MockProvider(mock), Faults(Throttled(operation="PutItem", times=2)))
    recording = tmp_path / "retried.yaml"
    with running(provider, port=0) as url, vcr.use_cassette(str(recording)):
        put(url, retries=3)
    conversion = converted(recording)
    (exchange,) = conversion.exchanges
    assert (exchange.attempts, exchange.error_code, conversion.joined) == (3, None, 2)
    with use_cassette(written(tmp_path / "r.ddb.msgpack", conversion), on_unused="fail"):
        assert put(NOWHERE, retries=3)["ResponseMetadata"]["RetryAttempts"] == 2


def test_a_call_that_was_given_up_fails_again(tmp_path: Path, credentials: dict[str, str]) -> None:
    provider = FaultyProvider(MockProvider(), Faults(Throttled(operation="PutItem", times=None)))
    recording = tmp_path / "given-up.yaml"
    with (
        running(provider, port=0) as url,
        vcr.use_cassette(str(recording)),
        pytest.raises(Exception, match="reached max retries"),
    ):
        put(url, retries=2)
    conversion = converted(recording)
    (exchange,) = conversion.exchanges
    assert exchange.attempts == 3
    path = written(tmp_path / "g.ddb.msgpack", conversion)
    with use_cassette(path), pytest.raises(Exception, match="reached max retries"):
        put(NOWHERE, retries=2)
    again = tmp_path / "again.yaml"
    again.write_text(as_vcrpy(read(path).exchanges).text, encoding="utf-8")
    assert [(one.attempts, one.error_code) for one in converted(again).exchanges] == [(3, exchange.error_code)]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_there_and_back_is_the_same(tmp_path: Path, server: str, session: Any, form: Any) -> None:
    path = tmp_path / "s.ddb.msgpack"
    with use_cassette(path, mode="rewrite", upstream=server):
        session(None)
    header, exchanges = read(path)
    export = as_vcrpy(exchanges, form=form, region=header.region)
    assert not export.left
    back = conversion_of(export.text, f".{form}", "back")
    assert [(one.operation, one.params, one.response, one.region) for one in back.exchanges] == [
        (one.operation, one.params, one.response, one.region) for one in exchanges
    ]


def test_vcrpy_plays_what_was_exported(tmp_path: Path, server: str, session: Any) -> None:
    path = tmp_path / "s.ddb.msgpack"
    with use_cassette(path, mode="rewrite", upstream=server):
        recorded = session(None)
    exported = tmp_path / "s.yaml"
    exported.write_text(as_vcrpy(read(path).exchanges, region="us-east-1").text, encoding="utf-8")
    with vcr.use_cassette(str(exported), record_mode="none", match_on=["method"]) as cassette:
        assert session(None) == recorded
    assert cassette.all_played


TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def put(url: str, *, retries: int) -> Any:
    config = Config(retries={"max_attempts": retries, "mode": "legacy"})
    client = boto3.client("dynamodb", endpoint_url=url, config=config)
    return client.put_item(TableName="orders", Item={"pk": {"S": "a"}})
