"""docs/reference/cassette-format.md tells the truth: its dump is what is written, its reader reads what is recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from pytest_dynamodb import Exchange, Response, TransportFailure, load_cassette, use_cassette
from pytest_dynamodb.cassette.codec import Header, encode_exchange, encode_header
from pytest_dynamodb.cassette.frames import COMPRESSED_EXCHANGE, EXCHANGE, HEADER, pack_end, pack_frame
from pytest_dynamodb.cassette.store import write

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "cassette-format.md").read_text(encoding="utf-8")
Read = Callable[..., tuple[dict[str, Any], list[dict[str, Any]]]]


def dump() -> list[tuple[int | None, bytes]]:
    """The lines of the dump: where each begins, as far as it says, and its bytes."""
    section = TEXT.split("## A whole cassette, byte by byte")[1].split("```text\n")[1].split("```")[0]
    lines = [re.match(r"( *\d+|     )(?:  )?((?:[0-9a-f]{2} ?)+?)(?=  |$)", line) for line in section.splitlines()]
    return [(int(found[1]) if found[1].strip() else None, bytes.fromhex(found[2])) for found in lines if found]


@pytest.fixture
def reader() -> Read:
    """The reader printed in the document."""
    code = TEXT.split("```python title=minimal_reader.py\n")[1].split("```")[0]
    module = ModuleType("minimal_reader")
    exec(compile(code, "minimal_reader.py", "exec"), module.__dict__)
    read: Read = module.read
    return read


TINY = Header(
    node_id="test_shop.py::test_get",
    recorded="2026-01-02T03:04:05Z",
    recorder={"botocore": "1.44.5"},
    tables={"shop": ("id",)},
)
GET = Exchange(
    "GetItem",
    {"TableName": "shop", "Key": {"id": {"B": "AAE="}}},
    Response(200, {"Item": {"id": {"B": "AAE="}}}, elapsed=0.001),
)


def test_the_dump_is_the_file_that_is_written(tmp_path: Path) -> None:
    write(tmp_path / "tiny.ddb.msgpack", TINY, [GET])
    assert b"".join(data for _, data in dump()) == (tmp_path / "tiny.ddb.msgpack").read_bytes()


def test_the_dumps_offsets_are_right() -> None:
    at = 0
    for offset, data in dump():
        assert offset in (None, at)
        at += len(data)


def test_the_minimal_reader_reads_a_real_recording(
    reader: Read, moto: str, credentials: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "real.ddb.msgpack"
    with use_cassette(path, mode="rewrite", upstream=moto):
        client = boto3.client("dynamodb")
        client.create_table(
            TableName="shop",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "B"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="shop", Item={"id": {"B": b"\x00\x01"}, "n": {"N": "1"}})
        client.get_item(TableName="shop", Key={"id": {"B": b"\x00\x01"}})
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.describe_table(TableName="other")
    head, exchanges = reader(path.read_bytes())
    cassette = load_cassette(path)
    assert head == encode_header(cassette.header)
    assert exchanges == [encode_exchange(exchange, cassette.header) for exchange in cassette.exchanges]
    assert head["tables"] == {"shop": ["id"]}
    assert [e["operation"] for e in exchanges] == ["CreateTable", "PutItem", "GetItem", "DescribeTable"]


def test_the_minimal_reader_reads_every_kind_of_frame_and_value(reader: Read, tmp_path: Path) -> None:
    odd = [
        Exchange("Scan", {"x": [2**80, -(2**70), "\ud800", {"BS": ["AAE="]}, 1.5, None]}, Response(500, {})),
        Exchange("Query", {}, TransportFailure("ReadTimeoutError", "late", {"error": "x"}, 3)),
    ]
    frames = [pack_frame(HEADER, encode_header(TINY))]
    frames += [pack_frame(kind, encode_exchange(e)) for e in odd for kind in (EXCHANGE, COMPRESSED_EXCHANGE)]
    expected = [encode_exchange(e) for e in odd for _ in range(2)]
    assert reader(b"".join([*frames, pack_end(frames)]))[1] == expected
    assert reader(b"".join(frames), whole=False)[1] == expected


def test_the_minimal_reader_refuses_a_damaged_file(reader: Read, tmp_path: Path) -> None:
    write(tmp_path / "tiny.ddb.msgpack", TINY, [GET])
    raw = (tmp_path / "tiny.ddb.msgpack").read_bytes()
    for wrong in (raw[:-1], raw[:289], raw[:200] + b"x" + raw[201:], raw[:161] + raw[289:], raw + raw[161:]):
        with pytest.raises((ValueError, IndexError)):
            reader(wrong)
