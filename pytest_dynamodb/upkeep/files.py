"""Cassettes where they lie: the files of a folder, and what one of them holds together with how it is packed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pytest_dynamodb.cassette import codec, frames
from pytest_dynamodb.cassette.store import SUFFIX, Contents, contents_of


def cassettes_in(folder: Path) -> Iterator[Path]:
    """The cassette files in ``folder`` and below, sorted by path; without journals and failed attempts."""
    yield from sorted(path for path in folder.rglob(f"*{SUFFIX}") if not path.name.startswith("."))


class Packed(NamedTuple):
    """What a file holds, its bytes, and whether exchanges in it are compressed."""

    contents: Contents
    raw: bytes
    compressed: bool


EMPTY = Packed(Contents(codec.Header(), []), b"", compressed=False)
"""A file that is not there."""


def unpack(raw: bytes, name: str) -> Packed:
    """The cassette in these bytes, called ``name`` in errors. Raises ``CassetteError``."""
    found = list(frames.read_frames(raw, name))
    compressed = any(frame.kind == frames.COMPRESSED_EXCHANGE for frame in found)
    return Packed(contents_of(iter(found), name), raw, compressed)
