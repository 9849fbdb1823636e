"""Whatever bytes a cassette has, opening it gives exchanges or a ``CassetteError``.

``PYTEST_DYNAMODB_FUZZ=20000 pytest tests/property/test_cassette_fuzz.py`` looks longer than the default does.
"""

from __future__ import annotations

import os
import zlib
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from pytest_dynamodb import Cassette, Exchange, Request, Response, TransportFailure
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.frames import pack_end
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.errors import CassetteError, UnexpectedRequest

MUTATIONS = int(os.environ.get("PYTEST_DYNAMODB_FUZZ", "2000"))
"""How many damaged cassettes are opened."""

MARKERS = bytes.fromhex("80 90 93 a0 c0 c1 c2 c3 c4 c6 c7 ca cb ce cf d0 d3 d4 d6 d7 d9 db dc dd de df e0 ff 00 01 7f")
EXCHANGES = [
    Exchange("PutItem", {"TableName": "t", "Item": {"pk": {"S": "a"}, "b": {"B": "AAE="}}}, Response(200, {})),
    Exchange("GetItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}}, Response(200, {"Item": {"n": {"N": "1"}}})),
    Exchange("Query", {"TableName": "t"}, TransportFailure("ReadTimeoutError", "m", {"endpoint_url": "u"}), ("Token",)),
    Exchange(
        "Scan", {"TableName": "t", "x": 2**70}, Response(500, b"\x00raw", {"retry-after": "1"}, 3, True, 0.1), (), "o"
    ),
    Exchange(
        "DescribeTable",
        {"TableName": "t"},
        Response(200, {"Table": {"TableName": "t", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}}),
    ),
]
HEADER = Header(
    "a::b", "2026-01-02T03:04:05Z", "aws", {"botocore": "1"}, {"t": ("pk",)}, ("p",), {"id": [1, {"x": "y"}]}
)


def frames_of(raw: bytes) -> list[tuple[int, bytes]]:
    """The kinds and bodies of an undamaged file's frames, but for its end."""
    found, at = [], 0
    while at < len(raw):
        width = {0xC4: 1, 0xC5: 2, 0xC6: 4}[raw[at + 7]]
        body = at + 8 + width
        length = int.from_bytes(raw[at + 8 : body], "big")
        found.append((raw[at + 1], raw[body : body + length]))
        at = body + length
    return found[:-1]


def damaged(random: Random, data: bytes) -> bytes:
    raw = bytearray(data)
    for _ in range(random.choice([1, 1, 1, 2, 3, 8])):
        at = random.randint(0, max(len(raw) - 1, 0))
        match random.randrange(6):
            case 0:
                raw[at : at + 1] = bytes([random.randrange(256)])
            case 1:
                raw[at : at + 1] = bytes([random.choice(MARKERS)])
            case 2:
                raw[at:at] = bytes([random.choice(MARKERS)]) * random.choice([1, 2, 4, 700])
            case 3:
                del raw[at : at + random.randint(1, 12)]
            case 4:
                raw[at : at + 5] = bytes([random.choice(MARKERS)]) + random.choice(
                    [b"\xff" * 4, b"\x00" * 4, b"\x00\x00\xff\xff"]
                )
            case _:
                other = random.randint(0, max(len(raw) - 1, 0))
                raw[at:at] = raw[other : other + random.randint(1, 40)]
    return bytes(raw)


def with_right_checksums(random: Random, frames: list[tuple[int, bytes]]) -> bytes:
    """A file whose frames hold damaged bodies, and whose checksums are all right."""
    packed = []
    for kind, data in frames:
        body = data
        if random.random() < 0.5:
            if kind == 3 and random.random() < 0.8:
                body = zlib.compress(damaged(random, zlib.decompress(data)))
            else:
                body = damaged(random, data)
        crc = zlib.crc32(body, zlib.crc32(bytes([kind]))).to_bytes(4, "big")
        packed.append(bytes([0x93, kind, 0xCE]) + crc + b"\xc6" + len(body).to_bytes(4, "big") + body)
    if random.random() < 0.1:
        random.shuffle(packed)
    return b"".join([*packed, pack_end(packed)])


def use(path: Path) -> None:
    """What is read is used, too: indexed, matched and looked at."""
    cassette = Cassette(path, contents=read(path))
    assert cassette.age is None or isinstance(cassette.age, timedelta)
    cassette.open_for_replay()
    for exchange in EXCHANGES:
        request = Request(exchange.operation, exchange.params, tokens=exchange.tokens)
        outcome, reason = cassette.answer(request)
        if outcome is None:
            assert isinstance(cassette.miss(request, reason), UnexpectedRequest)
    for exchange in cassette.exchanges:
        assert exchange.error_code != ""
    if cassette.header.memos.get("id"):
        cassette.memo("id", str)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
@pytest.mark.parametrize("checksums", ["wrong", "right"])
def test_a_damaged_cassette_raises_nothing_but_cassette_error(
    *, compress: bool, checksums: str, tmp_path: Path
) -> None:
    random = Random(f"{compress} {checksums}")
    path = tmp_path / "x.ddb.msgpack"
    write(path, HEADER, EXCHANGES, compress=compress)
    sound = path.read_bytes()
    frames = frames_of(sound)
    refused, offsets = 0, set[int | None]()
    for number in range(MUTATIONS // 4):
        raw = damaged(random, sound) if checksums == "wrong" else with_right_checksums(random, frames)
        path.write_bytes(raw)
        try:
            use(path)
        except CassetteError as problem:
            refused += 1
            offsets.add(problem.offset)
        except Exception as problem:  # noqa: BLE001 - none but CassetteError may come
            pytest.fail(f"mutation {number} raised {problem!r}; the file is {raw.hex()}")
    assert refused > MUTATIONS // 8
    assert len(offsets) > 5
