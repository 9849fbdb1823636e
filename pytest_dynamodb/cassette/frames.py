"""Bytes of a cassette: frames, each with its own checksum, and the JSON in them as msgpack.

The specification is ``docs/reference/cassette-format.md``; the only place that imports msgpack is this one.

    file   = header-frame exchange-frame* end-frame
    frame  = 0x93 kind 0xce crc32[4] bin body          (a msgpack array of three: kind, CRC-32, body)
"""

from __future__ import annotations

import binascii
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgpack

from pytest_dynamodb.errors import CassetteError

HEADER, EXCHANGE, END, COMPRESSED_EXCHANGE = 0, 1, 2, 3
_KINDS = frozenset({HEADER, EXCHANGE, END, COMPRESSED_EXCHANGE})
_CHECKSUM_OF_KIND = {kind: zlib.crc32(bytes([kind])) for kind in _KINDS}
_HEAD = struct.Struct(">BBBIB")  # array of three, kind, an integer of 32 bits, the checksum, and how wide a length is

MOST_LEVELS = 200
"""Maps and lists within each other in a frame's body. (DynamoDB takes 32 in an attribute, which is about 80 here.)"""

_FREE_UNPACKED_BYTES, _UNPACKED_PER_BYTE = 2**20, 128
_FREE_OBJECTS, _OBJECTS_PER_BYTE = 250_000, 8
"""Compressed exchanges may unpack to this many bytes plus a multiple of the file's size; and once they are beyond the
free bytes, to this many objects plus a multiple of it. (A byte may be an object, which takes up to 80 bytes of memory.)
More is taken for a bomb."""

_CONTAINERS = bytes([*range(0x80, 0xA0), 0xDC, 0xDD, 0xDE, 0xDF])
"""The bytes with which msgpack's maps and arrays begin."""

_BIG_INTEGER = 1  # msgpack extension: an integer beyond 64 bits, as decimal text
_BIN_HEADERS = {0xC4: 1, 0xC5: 2, 0xC6: 4}  # marker of bin 8/16/32 -> bytes of its length
_RECORD_AGAIN = "restore the file from version control, or record it again"


class Frame(NamedTuple):
    """One frame of a file: where it begins, what it is, its decoded body, and where it ends."""

    offset: int
    kind: int
    body: dict[str, Any]
    end: int


def pack_frame(kind: int, body: dict[str, Any]) -> bytes:
    """A frame holding ``body``. Raises ``ValueError`` for what JSON could not have held, or nested too deeply.

    An exchange that compresses so well that a reader would take it for a bomb is left as it is.
    """
    packed = _pack(body)
    if kind == COMPRESSED_EXCHANGE:
        compressed = zlib.compress(packed, 6)
        if len(packed) <= _UNPACKED_PER_BYTE * len(compressed) and _has_few_objects(
            packed, _OBJECTS_PER_BYTE * len(compressed)
        ):
            packed = compressed
        else:
            kind = EXCHANGE
    return _framed(kind, packed)


def pack_draft(kind: int, body: dict[str, Any]) -> bytes:
    """A frame that reads like ``pack_frame``'s, in a fifth of the time: keys as they come, binaries left in base64.

    It takes what ``pack_frame`` takes, and nothing else.
    """
    check_levels(body)
    try:
        packed: bytes = msgpack.packb(body, use_bin_type=True, unicode_errors="surrogatepass")
    except (OverflowError, ValueError):
        return pack_frame(kind, body)  # an integer beyond 64 bits, or what no cassette can hold
    return _framed(kind, packed)


def _framed(kind: int, packed: bytes) -> bytes:
    crc = _checksum(kind, packed)
    return bytes([0x93, kind, 0xCE]) + crc.to_bytes(4, "big") + _bin_header(len(packed)) + packed


def pack_end(frames: Iterator[bytes] | list[bytes]) -> bytes:
    """The frame that closes a file of ``frames``, header included: their number, a checksum over their checksums."""
    count, crc = -1, 0
    for frame in frames:
        count, crc = count + 1, zlib.crc32(frame[3:7], crc)
    return pack_frame(END, {"checksum": crc, "exchanges": count})


def read_frames(raw: bytes, path: str, *, whole: bool = True) -> Iterator[Frame]:
    """The header frame and the exchange frames of a file's bytes.

    ``whole=False`` reads a journal, which has no end frame, may break off anywhere (what is left of its last frame is
    passed over) and may have further headers, the last of which holds. Raises ``CassetteError`` naming the byte where
    the file stops making sense; a length is believed only if the file has that many bytes.
    """
    position, count, chain, budget = 0, -1, 0, _Budget(len(raw))
    if not raw:
        raise CassetteError(path, "the file is empty", offset=0, remedy=_RECORD_AGAIN)
    while position < len(raw):
        start = position
        try:
            kind, crc, body_at, position = _frame_bounds(raw, start, path)
        except _CutOff as cut:
            if whole or start == 0:
                raise CassetteError(path, str(cut), offset=len(raw), remedy=_RECORD_AGAIN) from None
            return
        packed = raw[body_at:position]
        if _checksum(kind, packed) != crc:
            raise CassetteError(
                path, "the checksum does not match, the file is damaged", offset=start, remedy=_RECORD_AGAIN
            )
        if kind == COMPRESSED_EXCHANGE:
            packed = _decompress(packed, budget, path, start)
        body = _unpack(packed, path, body_at)
        if kind == END and count >= 0:
            if position != len(raw):
                raise CassetteError(path, "there are bytes behind the end", offset=position, remedy=_RECORD_AGAIN)
            if body.get("exchanges") != count or body.get("checksum") != chain:
                raise CassetteError(path, "exchanges are missing, added or moved", offset=start, remedy=_RECORD_AGAIN)
            return
        if (kind == HEADER) != (count == -1) and (whole or count == -1):
            raise CassetteError(path, "the header is not at the beginning", offset=start, remedy=_RECORD_AGAIN)
        count, chain = count + 1, zlib.crc32(raw[start + 3 : start + 7], chain)
        yield Frame(start, kind, body, position)
    if whole:
        raise CassetteError(path, "the file is cut off: its end is missing", offset=len(raw), remedy=_RECORD_AGAIN)


class _CutOff(Exception):
    """A file ends in the middle of a frame. Says what is wrong with it; never leaves this module."""


def _frame_bounds(raw: bytes, start: int, path: str) -> tuple[int, int, int, int]:
    """Kind, checksum, and where the body begins and ends."""
    if len(raw) - start < _HEAD.size:
        problem = "this is not a cassette" if start == 0 and raw[:1] != b"\x93" else "the file is cut off"
        raise _CutOff(problem)
    array, kind, integer, crc, marker = _HEAD.unpack_from(raw, start)
    if array != 0x93 or integer != 0xCE or kind not in _KINDS or marker not in _BIN_HEADERS:
        problem = "this is not a cassette" if start == 0 else "no frame begins here, the file is damaged"
        raise CassetteError(path, problem, offset=start, remedy=_RECORD_AGAIN)
    body_at = start + _HEAD.size + _BIN_HEADERS[marker]
    end = body_at + int.from_bytes(raw[start + _HEAD.size : body_at], "big")
    if end > len(raw):
        raise _CutOff("the file is cut off")
    return kind, crc, body_at, end


def _checksum(kind: int, packed: bytes) -> int:
    return zlib.crc32(packed, _CHECKSUM_OF_KIND[kind])


def _bin_header(length: int) -> bytes:
    for marker, width in _BIN_HEADERS.items():
        if length < 1 << 8 * width:
            return bytes([marker]) + length.to_bytes(width, "big")
    raise ValueError(f"an exchange of {length} bytes is too large for a cassette")


class _Budget:
    """What the compressed exchanges of a file of ``size`` bytes may still unpack to."""

    def __init__(self, size: int) -> None:
        self._bytes = self._all_bytes = _FREE_UNPACKED_BYTES + _UNPACKED_PER_BYTE * size
        self._objects = _FREE_OBJECTS + _OBJECTS_PER_BYTE * size

    @property
    def most(self) -> int:
        """The size of the next exchange."""
        return max(self._bytes, 1)

    def covers(self, body: bytes) -> bool:
        """Take off an unpacked exchange. Returns whether the file may hold as much."""
        self._bytes -= len(body)
        if self._all_bytes - self._bytes <= _FREE_UNPACKED_BYTES:
            return True
        self._objects -= _objects(body, self._objects)
        return self._objects >= 0


def _decompress(packed: bytes, budget: _Budget, path: str, offset: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(packed, budget.most)
    except zlib.error as problem:
        raise CassetteError(
            path, f"compressed data is damaged: {problem}", offset=offset, remedy=_RECORD_AGAIN
        ) from None
    if not unpacker.eof or not budget.covers(body):
        problem_text = "compressed data is incomplete or unpacks to more than a cassette may hold"
        raise CassetteError(path, problem_text, offset=offset, remedy=_RECORD_AGAIN)
    return body


# --- JSON as msgpack ---


def _pack(body: dict[str, Any]) -> bytes:
    check_levels(body)
    packed: bytes = msgpack.packb(_to_disk(body), use_bin_type=True, unicode_errors="surrogatepass")
    return packed


def check_levels(tree: Any) -> None:
    """Raise ``ValueError`` for maps and lists within each other on more than ``MOST_LEVELS`` levels."""
    level = [tree]
    for _ in range(MOST_LEVELS):
        level = [
            inner
            for node in level
            for inner in (node.values() if isinstance(node, dict) else node)
            if isinstance(inner, (dict, list, tuple))
        ]
        if not level:
            return
    raise ValueError(f"it is nested on more than {MOST_LEVELS} levels")


def _unpack(packed: bytes, path: str, offset: int) -> dict[str, Any]:
    try:
        if b"\xdc" in packed or b"\xdd" in packed:  # arrays for which msgpack makes room before it has seen an element
            _walk_through(packed)
        body = msgpack.unpackb(
            packed, raw=False, strict_map_key=True, unicode_errors="surrogatepass", ext_hook=_big_integer
        )
        if (
            len(packed) - len(packed.translate(None, _CONTAINERS)) > MOST_LEVELS
        ):  # no less are needed for as many levels
            check_levels(body)
        # Binaries to convert (bin 8, 16 and 32) and timestamps to refuse (0xff is their type, -1) have these bytes.
        if b"\xc4" in packed or b"\xc5" in packed or b"\xc6" in packed or b"\xff" in packed:
            body = _from_disk(body)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as problem:
        reason = f"{type(problem).__name__}: {problem}"
        raise CassetteError(path, f"undecodable msgpack ({reason})", offset=offset, remedy=_RECORD_AGAIN) from None
    if not isinstance(body, dict):
        raise CassetteError(path, "a frame's body is not a map", offset=offset, remedy=_RECORD_AGAIN)
    return body


def _walk_through(packed: bytes) -> None:
    """Raise for an array that claims more elements than there are, without making room for any."""
    walker = msgpack.Unpacker(None, max_buffer_size=len(packed))
    walker.feed(packed)
    walker.skip()


_LENGTHS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
"""The bytes of the length that stands behind the markers of binaries, extensions and texts."""
_SIZES = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_SIZES |= {0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17, 0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
"""The bytes behind all other markers that have any: numbers, short extensions, and how many a container holds."""
_SIZES |= {0xA0 + length: length for length in range(32)}


def _has_few_objects(packed: bytes, most: int) -> bool:
    return len(packed) <= most or _objects(packed, most) <= most


def _objects(packed: bytes, most: int) -> int:
    """How many objects msgpack would make of these bytes, keys included; or any number above ``most``."""
    position = count = 0
    while position < len(packed) and count <= most:
        marker = packed[position]
        position, count = position + 1 + _SIZES.get(marker, 0), count + 1
        width = _LENGTHS.get(marker)
        if width is not None:
            length = int.from_bytes(packed[position : position + width], "big")
            position += width + length + (0xC7 <= marker <= 0xC9)  # an extension's type
    return count


def _to_disk(value: Any) -> Any:
    """Maps in key order, binary attribute values as ``bin``, integers beyond 64 bits as text in an extension."""
    if isinstance(value, dict):
        if len(value) == 1:
            converted = _binary_to_disk(value)
            if converted is not None:
                return converted
        return {key: _to_disk(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_to_disk(element) for element in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return msgpack.ExtType(_BIG_INTEGER, str(value).encode())
    return value


def _binary_to_disk(value: dict[str, Any]) -> dict[str, Any] | None:
    """``{"B": …}`` and ``{"BS": […]}`` with their base64 text as bytes, where that is undone without loss."""
    ((tag, content),) = value.items()
    if tag == "B" and isinstance(content, str):
        raw = _base64(content)
        return None if raw is None else {"B": raw}
    if tag == "BS" and isinstance(content, list) and content:
        members = [_base64(member) if isinstance(member, str) else None for member in content]
        return None if None in members else {"BS": members}
    return None


def _base64(text: str) -> bytes | None:
    try:
        raw = binascii.a2b_base64(text)
    except ValueError:  # binascii.Error, or text that is not ASCII
        return None
    return raw if b64encode(raw).decode() == text else None


def _big_integer(code: int, data: bytes) -> int:
    if code != _BIG_INTEGER or len(data) > 4_300:  # as many digits as Python's own JSON reader takes
        raise ValueError(f"unknown msgpack extension {code}")
    return int(data)


def _from_disk(value: Any) -> Any:
    if isinstance(value, dict):
        restored = {}
        for key, element in value.items():
            if not isinstance(key, str):
                raise ValueError(f"a map's key is {type(key).__name__}, not text")
            restored[key] = _from_disk(element)
        return restored
    if isinstance(value, list):
        return [_from_disk(element) for element in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, msgpack.Timestamp):
        raise ValueError("unknown msgpack extension -1")
    return value
