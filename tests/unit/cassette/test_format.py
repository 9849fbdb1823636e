"""The bytes of a cassette: what is written is read, and whatever else comes is refused with its byte and a remedy."""

from __future__ import annotations

import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import pytest

from pytest_dynamodb import Exchange, Response, TransportFailure, load_cassette, save_cassette
from pytest_dynamodb.cassette import frames as cassette_frames
from pytest_dynamodb.cassette.codec import (
    Header,
    decode_exchange,
    decode_header,
    encode_exchange,
    encode_header,
)
from pytest_dynamodb.cassette.frames import (
    COMPRESSED_EXCHANGE,
    END,
    EXCHANGE,
    HEADER,
    pack_end,
    pack_frame,
    read_frames,
)
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.errors import CassetteError

HEAD = Header(
    node_id="tests/test_shop.py::test_buys",
    recorded="2026-01-02T03:04:05Z",
    recorder={"botocore": "1.44.5"},
    tables={"shop": ("pk", "sk")},
    pseudonyms=("redacted-abcdefghijklmnop",),
    memos={"id": [1, "x"]},
)
GET = Exchange(
    "GetItem",
    {"TableName": "shop", "Key": {"pk": {"B": "AAE="}, "sk": {"N": "1"}}},
    Response(
        200, {"Item": {"pk": {"B": "AAE="}, "tags": {"BS": ["AAE=", "AgM="]}}}, {"retry-after": "1"}, 2, False, 0.5
    ),
    ("ClientRequestToken",),
    "tests/test_shop.py::test_buys",
)
FAILED = Exchange(
    "Query",
    {"TableName": "shop"},
    TransportFailure("ReadTimeoutError", "too late", {"endpoint_url": "http://x"}, 5, 1.5),
)
PAGE = Exchange("Scan", {"TableName": "shop"}, Response(503, b"<html>\xff\x00", {}, 10, True))
EXCHANGES = [GET, FAILED, PAGE]


def encoded(exchanges: list[Exchange], *, kind: int = EXCHANGE, head: dict[str, Any] | None = None) -> bytes:
    frames = [pack_frame(HEADER, encode_header(HEAD) if head is None else head)]
    frames += [pack_frame(kind, encode_exchange(exchange)) for exchange in exchanges]
    return b"".join([*frames, pack_end(frames)])


def decoded(raw: bytes, *, whole: bool = True) -> tuple[Header, list[Exchange]]:
    frames = read_frames(raw, "x.ddb.msgpack", whole=whole)
    header = decode_header(next(frames), "x.ddb.msgpack")
    return header, [decode_exchange(frame, "x.ddb.msgpack") for frame in frames]


def raw_frame(kind: int, packed: bytes) -> bytes:
    """A frame with a right checksum around any bytes."""
    crc = zlib.crc32(packed, zlib.crc32(bytes([kind])))
    return bytes([0x93, kind, 0xCE]) + crc.to_bytes(4, "big") + b"\xc6" + len(packed).to_bytes(4, "big") + packed


def file_of(*frames: bytes) -> bytes:
    return b"".join([*frames, pack_end(list(frames))])


def refused(raw: bytes, *, whole: bool = True) -> CassetteError:
    with pytest.raises(CassetteError) as caught:
        decoded(raw, whole=whole)
    assert caught.value.path == "x.ddb.msgpack"
    assert caught.value.offset is not None
    assert 0 <= caught.value.offset <= len(raw)
    assert caught.value.remedy
    return caught.value


# -- what is written is read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [EXCHANGE, COMPRESSED_EXCHANGE])
def test_every_field_of_header_and_exchanges_comes_back(kind: int) -> None:
    assert decoded(encoded(EXCHANGES, kind=kind)) == (HEAD, EXCHANGES)


def test_an_empty_cassette_is_a_header_and_an_end() -> None:
    assert decoded(encoded([])) == (HEAD, [])


def test_the_order_of_keys_does_not_change_the_bytes() -> None:
    one = {"a": {"S": "1"}, "b": {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}}
    other = {"b": {"M": {"y": {"N": "2"}, "x": {"N": "1"}}}, "a": {"S": "1"}}
    assert pack_frame(EXCHANGE, one) == pack_frame(EXCHANGE, other)


def test_binaries_are_stored_as_bytes_and_come_back_as_base64() -> None:
    raw = pack_frame(EXCHANGE, {"params": {"Item": {"x": {"B": "c2VjcmV0"}, "y": {"BS": ["AQ==", "Ag=="]}}}})
    assert b"c2VjcmV0" not in raw
    assert b"secret" in raw


@pytest.mark.parametrize(
    "value",
    [
        {"B": "not base64"},
        {"B": "AAF="},  # decodes, but is spelled otherwise than by an encoder
        {"B": "AA E="},
        {"B": ""},
        {"B": "é"},
        {"B": {"S": "an attribute named B"}},
        {"BS": []},
        {"BS": ["AAE=", "no"]},
        {"BS": "AAE="},
        {"B": "AAE=", "S": "two keys"},
        {"S": "lone surrogate \ud800"},
        {"N": 2**64 - 1},
        {"N": -(2**63)},
        {"N": 2**64},
        {"N": -(2**63) - 1},
        {"N": 10**400},
        {"x": [None, True, False, 1.5, -0.0, -1, 0, "", [], {}]},
        {"": {"": ""}},
    ],
    ids=repr,
)
def test_any_json_survives(value: dict[str, Any]) -> None:
    exchange = Exchange("GetItem", {"v": value}, Response(200, {"v": [value]}))
    assert decoded(encoded([exchange]))[1] == [exchange]


def test_a_body_that_claims_to_be_base64_of_any_size_takes_the_shortest_length() -> None:
    for size, marker in ((10, 0xC4), (300, 0xC5), (70_000, 0xC6)):
        assert pack_frame(EXCHANGE, {"x": "y" * size})[7] == marker


@pytest.mark.parametrize("value", [object(), {1, 2}, 1j], ids=["object", "set", "complex"])
def test_what_json_cannot_hold_is_refused_when_writing(value: object, tmp_path: Path) -> None:
    exchange = Exchange("GetItem", {"x": value}, Response(200, {}))
    with pytest.raises(CassetteError, match="cannot hold an exchange"):
        write(tmp_path / "x.ddb.msgpack", HEAD, [exchange])
    assert not list(tmp_path.iterdir())


def test_what_is_nested_beyond_reason_is_refused_when_writing(tmp_path: Path) -> None:
    tree: Any = {}
    for _ in range(5_000):
        tree = {"M": tree}
    with pytest.raises(CassetteError, match="nested on more than 200 levels"):
        write(tmp_path / "x.ddb.msgpack", HEAD, [Exchange("PutItem", tree, Response(200, {}))])


# -- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [EXCHANGE, COMPRESSED_EXCHANGE])
def test_a_file_cut_off_at_any_byte_is_refused_at_a_byte_it_has(kind: int) -> None:
    raw = encoded(EXCHANGES, kind=kind)
    for length in range(len(raw)):
        assert refused(raw[:length]).offset in range(length + 1)


@pytest.mark.parametrize("kind", [EXCHANGE, COMPRESSED_EXCHANGE])
def test_no_flipped_bit_goes_unnoticed(kind: int) -> None:
    raw = encoded(EXCHANGES, kind=kind)
    for position in range(len(raw)):
        for bit in range(8):
            flipped = bytearray(raw)
            flipped[position] ^= 1 << bit
            refused(bytes(flipped))


def test_a_journal_is_read_as_far_as_it_was_written() -> None:
    frames = [pack_frame(HEADER, encode_header(HEAD)), *(pack_frame(EXCHANGE, encode_exchange(e)) for e in EXCHANGES)]
    assert decoded(b"".join(frames), whole=False) == (HEAD, EXCHANGES)
    assert decoded(b"".join(frames[:2]), whole=False) == (HEAD, [GET])
    assert "cut off" in refused(b"".join(frames)).problem


def test_exchanges_that_are_missing_added_moved_or_doubled_are_noticed() -> None:
    header, *exchanges, end = [
        pack_frame(HEADER, encode_header(HEAD)),
        *(pack_frame(EXCHANGE, encode_exchange(e)) for e in EXCHANGES),
        encoded(EXCHANGES)[-len(pack_end([b"0123456"])) :],
    ]
    end = pack_end([header, *exchanges])
    one, two, three = exchanges
    for wrong in ([one, two], [one, three, two], [one, two, three, three], [three]):
        assert refused(b"".join([header, *wrong, end])).problem == "exchanges are missing, added or moved"


def test_bytes_behind_the_end_are_noticed() -> None:
    raw = encoded(EXCHANGES)
    problem = refused(raw + b"\x00")
    assert (problem.problem, problem.offset) == ("there are bytes behind the end", len(raw))


def test_two_headers_or_none_are_noticed() -> None:
    header, exchange = pack_frame(HEADER, encode_header(HEAD)), pack_frame(EXCHANGE, encode_exchange(GET))
    for frames in ((header, header), (exchange,), (exchange, header)):
        assert refused(file_of(*frames)).problem == "the header is not at the beginning"


def test_an_end_without_a_header_is_no_cassette() -> None:
    alone = pack_frame(END, {"exchanges": -1, "checksum": 0})
    assert refused(alone).problem == "the header is not at the beginning"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "the file is empty"),
        (b"\x93", "the file is cut off"),
        (b"interactions:\n- request:\n", "this is not a cassette"),
        (b'{"version": 1}', "this is not a cassette"),
        (b"\x80\x04\x95 a pickle", "this is not a cassette"),
        (b"PK\x03\x04 a zip archive", "this is not a cassette"),
        (b"version https://git-lfs.github.com/spec/v1\n", "this is not a cassette"),
        (b"<<<<<<< HEAD\n", "this is not a cassette"),
        (msgpack.packb({"format": "dynamodb-cassette"}), "this is not a cassette"),
        (file_of(pack_frame(HEADER, {"format": "other", "version": 1})), "this is not a cassette"),
    ],
)
def test_a_foreign_file_is_called_foreign(raw: bytes, problem: str) -> None:
    assert refused(raw).problem == problem


def test_a_newer_version_says_so_and_asks_for_an_upgrade() -> None:
    raw = file_of(
        pack_frame(HEADER, {"format": "dynamodb-cassette", "version": 2, "recorded": 7}),
        raw_frame(EXCHANGE, b"whatever that may hold"),
    )
    problem = refused(raw)
    assert "version 2, newer than 1" in problem.problem
    assert problem.remedy == "upgrade pytest-dynamodb-cassette"
    assert problem.offset == 0


def test_a_field_this_version_does_not_know_is_passed_over() -> None:
    body = {**encode_exchange(GET), "later": {"x": 1}}
    raw = file_of(pack_frame(HEADER, {**encode_header(HEAD), "later": 1}), pack_frame(EXCHANGE, body))
    assert decoded(raw) == (HEAD, [GET])


def removed(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda body: body.pop(name)


def changed(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda body: body.update({name: value})


RESPONSE = {"status": 200, "body": {}}
WRONG = [
    (removed("operation"), "the field 'operation' is missing"),
    (removed("params"), "the field 'params' is missing"),
    (removed("attempts"), "the field 'attempts' is missing"),
    (removed("response"), "the field 'response' is missing"),
    (changed("operation", 1), "the field 'operation' is no str"),
    (changed("params", []), "the field 'params' is no dict"),
    (changed("attempts", "1"), "the field 'attempts' is no int"),
    (changed("attempts", True), "the field 'attempts' is no int"),
    (changed("elapsed", 10**400), "the field 'elapsed' is out of range"),
    (changed("elapsed", -1), "the field 'elapsed' is out of range"),
    (changed("tokens", "x"), "the field 'tokens' is no list"),
    (changed("tokens", [[]]), "the field 'tokens' holds something other than text"),
    (changed("owner", None), "the field 'owner' is no str"),
    (changed("response", {"status": 200}), "the field 'body' is missing"),
    (changed("response", {**RESPONSE, "status": "200"}), "the field 'status' is no int"),
    (changed("response", {**RESPONSE, "body": "x"}), "the field 'body' is no dict"),
    (changed("response", {**RESPONSE, "headers": {"x": 1}}), "the field 'headers' holds something other than text"),
    (changed("response", {**RESPONSE, "exhausted": 1}), "the field 'exhausted' is no bool"),
    (changed("response", {"status": 200, "raw": "not binary"}), "the field 'raw' is no binary"),
    (changed("response", {"status": 200, "raw": {}}), "the field 'raw' is no str"),
    (changed("failure", {"kind": "X"}), "the field 'message' is missing"),
    (changed("failure", []), "the field 'failure' is no dict"),
]


@pytest.mark.parametrize(("change", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_a_field_of_a_wrong_type_is_named_with_the_byte_of_its_frame(
    change: Callable[[dict[str, Any]], None], problem: str
) -> None:
    body = encode_exchange(GET)
    change(body)
    header = pack_frame(HEADER, encode_header(HEAD))
    found = refused(file_of(header, pack_frame(EXCHANGE, body)))
    assert (found.problem, found.offset) == (problem, len(header))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", "1"),
        ("version", None),
        ("node_id", 1),
        ("recorded", 1),
        ("recorder", {"botocore": 1}),
        ("tables", {"t": "pk"}),
        ("tables", {"t": [1]}),
        ("tables", []),
        ("pseudonyms", [1]),
        ("memos", {"x": 1}),
    ],
)
def test_a_header_of_wrong_types_is_refused(name: str, value: Any) -> None:
    refused(file_of(pack_frame(HEADER, {**encode_header(HEAD), name: value})))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\xc1",
        b"\x81\xa1a",
        b"\x80\x80",
        msgpack.packb([1]),
        msgpack.packb({1: "a"}),
        msgpack.packb({b"a": "a"}),
        msgpack.packb({"a": {b"b": 1}}),
        msgpack.packb({"a": msgpack.ExtType(1, b"ten")}),
        msgpack.packb({"a": msgpack.ExtType(1, b"")}),
        msgpack.packb({"a": msgpack.ExtType(1, b"9" * 4301)}),
        msgpack.packb({"a": msgpack.ExtType(2, b"9")}),
        msgpack.packb({"a": msgpack.Timestamp(1)}),
        b"\x81\xa1a\xc7\x04\xff\x00\x00\x00\x00",  # the same timestamp spelled with a length of its own
        b"\x81\xa1a\xc8\x00\x04\xff\x00\x00\x00\x00",
        b"\x81\xa1a\xa1\xff",  # text that is not UTF-8
        b"\x81\xa1a" + b"\x91" * 3_000 + b"\xc0",
    ],
    ids=lambda packed: repr(packed[:24]),
)
def test_a_body_that_is_no_map_of_json_is_refused(packed: bytes) -> None:
    refused(file_of(pack_frame(HEADER, encode_header(HEAD)), raw_frame(EXCHANGE, packed)))


# -- hostile files ---------------------------------------------------------------------------------------------------


def memory_of_refusing(raw: bytes) -> int:
    """The most memory in use while a file is refused, in bytes."""
    refused(raw)  # imports and caches
    tracemalloc.start()
    try:
        refused(raw)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "marker", [b"\xdd", b"\xdf", b"\xdb", b"\xc6", b"\xc9"], ids=["array", "map", "text", "bin", "ext"]
)
@pytest.mark.parametrize("levels", [1, 200])
def test_a_length_inside_a_body_is_not_believed(marker: bytes, levels: int) -> None:
    size = 200_000
    for claimed in (2**32 - 1, size - 2_000):
        packed = b"\x81\xa1a" + (marker + claimed.to_bytes(4, "big")) * levels
        packed += b"\x01" * (size - 3_000 - len(packed))
        assert (
            memory_of_refusing(file_of(pack_frame(HEADER, encode_header(HEAD)), raw_frame(EXCHANGE, packed)))
            < 12 * size
        )


def test_a_frames_length_is_not_believed() -> None:
    header = pack_frame(HEADER, encode_header(HEAD))
    raw = header + bytes([0x93, EXCHANGE, 0xCE]) + b"\x00" * 4 + b"\xc6\xff\xff\xff\xff" + b"x" * 100
    found = refused(raw)
    assert (found.problem, found.offset) == ("the file is cut off", len(raw))
    assert memory_of_refusing(raw) < 50_000


def test_a_zip_bomb_does_not_unpack() -> None:
    bomb = zlib.compress(b"\x00" * 300_000_000, 9)
    raw = file_of(pack_frame(HEADER, encode_header(HEAD)), raw_frame(COMPRESSED_EXCHANGE, bomb))
    budget = cassette_frames._FREE_UNPACKED_BYTES + cassette_frames._UNPACKED_PER_BYTE * len(raw)
    assert memory_of_refusing(raw) < 2.5 * budget
    assert "more than a cassette may hold" in refused(raw).problem


def test_many_small_bombs_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cassette_frames, "_FREE_UNPACKED_BYTES", 100_000)
    body = encode_exchange(Exchange("Scan", {"x": "y" * 90_000}, Response(200, {})))
    bomb = raw_frame(COMPRESSED_EXCHANGE, zlib.compress(msgpack.packb(body), 9))
    header = pack_frame(HEADER, encode_header(HEAD))
    assert len(decoded(file_of(header, bomb))[1]) == 1
    assert "more than a cassette may hold" in refused(file_of(header, *[bomb] * 50)).problem


@pytest.mark.parametrize("packed", [b"", b"no zlib", zlib.compress(b"\x80")[:-1]])
def test_compressed_data_that_is_none_or_breaks_off_is_refused(packed: bytes) -> None:
    refused(file_of(pack_frame(HEADER, encode_header(HEAD)), raw_frame(COMPRESSED_EXCHANGE, packed)))


def test_what_is_written_compressed_can_always_be_read(tmp_path: Path) -> None:
    """However well it compresses: 40 pages of one megabyte of the same letter are no bomb."""
    page = Exchange("Scan", {"TableName": "t"}, Response(200, {"Items": [{"x": {"S": "y" * 1_000_000}}]}))
    write(tmp_path / "x.ddb.msgpack", HEAD, [page] * 40, compress=True)
    assert read(tmp_path / "x.ddb.msgpack").exchanges == [page] * 40


# -- files -----------------------------------------------------------------------------------------------------------


def test_loading_and_saving_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "one.ddb.msgpack", tmp_path / "two.ddb.msgpack"
    write(first, HEAD, EXCHANGES)
    save_cassette(load_cassette(first), second)
    assert first.read_bytes() == second.read_bytes() == encoded(EXCHANGES)


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir], ids=["missing", "folder"])
def test_what_cannot_be_read_is_a_cassette_error_naming_it(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    make(path)
    with pytest.raises(CassetteError, match=r"x\.ddb\.msgpack: cannot be read"):
        load_cassette(path)


def test_a_damaged_file_is_named_with_byte_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "x.ddb.msgpack"
    path.write_bytes(encoded(EXCHANGES)[:-3])
    with pytest.raises(CassetteError) as caught:
        load_cassette(path)
    length = path.stat().st_size
    assert str(caught.value) == (
        f"{path}, byte {length}: the file is cut off (restore the file from version control, or record it again)"
    )
