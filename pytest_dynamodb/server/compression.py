"""Content codings: requests that come compressed, answers that go out compressed to whoever takes them so."""

from __future__ import annotations

import zlib
from functools import lru_cache

#: Answers up to here go out as they are (facts collected from AWS: compression begins above 4 KB).
WORTHWHILE = 4096

_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's words for the wrappers

#: Names of codings to ``wbits``, the preferred one first. HTTP's "deflate" is zlib's format (RFC 9110, 8.4.1.2).
_CODINGS = {b"gzip": _GZIP, b"x-gzip": _GZIP, b"deflate": _ZLIB}


class TooLarge(Exception):
    """It would be larger than allowed."""


def decoded(body: bytes, coding: bytes, limit: int) -> bytes:
    """The body as it was before it was compressed; as it is under a coding that is not known.

    Raises ``TooLarge`` beyond ``limit`` bytes, however small it came, and ``zlib.error`` for what is damaged or cut.
    """
    wbits = _CODINGS.get(coding.strip().lower())
    if wbits is None:
        return body
    try:
        return _decompressed(body, wbits, limit)
    except zlib.error:
        if wbits != _ZLIB:
            raise
        return _decompressed(body, _RAW, limit)  # what some clients mean by "deflate"


def _decompressed(body: bytes, wbits: int, limit: int) -> bytes:
    stream = zlib.decompressobj(wbits)
    plain = stream.decompress(body, limit + 1)
    if len(plain) > limit:
        raise TooLarge
    if not stream.eof:
        raise zlib.error("cut off")
    return plain


@lru_cache(maxsize=256)
def accepted(header: bytes) -> bytes | None:
    """The coding to use for whoever sends this ``Accept-Encoding``; ``None`` for none."""
    weights = {}
    for part in header.lower().split(b","):
        name, _, parameter = part.partition(b";")
        weights[name.strip()] = _weight(parameter)
    for name in (b"gzip", b"deflate"):
        if weights.get(name, 0.0) > 0:
            return name
    return None


def _weight(parameter: bytes) -> float:
    name, _, value = parameter.strip().partition(b"=")
    if name.strip() != b"q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def encoded(body: bytes, coding: bytes) -> bytes:
    """``body``, compressed quickly rather than well: it does not travel far."""
    stream = zlib.compressobj(1, zlib.DEFLATED, _CODINGS[coding])
    return stream.compress(body) + stream.flush()
