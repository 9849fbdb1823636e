"""Cassettes on disk: read whole and checked, written in one atomic step."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pytest_dynamodb.cassette import codec, frames
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.files import problem_with, read_plain, replace

SUFFIX = ".ddb.msgpack"


class Contents(NamedTuple):
    """What a cassette file holds."""

    header: codec.Header
    exchanges: list[Exchange]


def read(path: str | os.PathLike[str], *, whole: bool = True) -> Contents:
    """The contents of the file at ``path``; ``whole=False`` also accepts a journal. Raises ``CassetteError``."""
    name = os.fspath(path)
    with unreadable(name):
        raw = read_plain(name)
    with codec.collector_paused(many=len(raw) > codec.MANY_BYTES):
        return contents_of(frames.read_frames(raw, name, whole=whole), name)


def contents_of(found: Iterator[frames.Frame], name: str) -> Contents:
    """What the frames of the file called ``name`` hold; of several headers, as a journal may have, the last one."""
    header = codec.decode_header(next(found), name)
    exchanges = []
    for frame in found:
        if frame.kind == frames.HEADER:
            header = codec.decode_header(frame, name)
        else:
            exchanges.append(codec.decode_exchange(frame, name, header))
    return Contents(header, exchanges)


def write(
    path: str | os.PathLike[str], header: codec.Header, exchanges: Iterable[Exchange], *, compress: bool = False
) -> None:
    """Replace the file at ``path``, so that at any moment it is the old one or the new one, whole.

    A link stays one: what it leads to is replaced. A file that is there keeps its permissions.
    """
    packed = [frame_of(path, frames.HEADER, codec.encode_header(header))]
    kind = frames.COMPRESSED_EXCHANGE if compress else frames.EXCHANGE
    packed += [frame_of(path, kind, codec.encode_exchange(exchange, header)) for exchange in exchanges]
    put(path, b"".join([*packed, frames.pack_end(packed)]))


def put(path: str | os.PathLike[str], content: bytes) -> None:
    """Replace the file at ``path`` by one with this content, as ``write`` does."""
    with unwritable(path):
        replace(path, content)


def remove(path: Path) -> None:
    """Delete the cassette at ``path``, if there is one. Raises ``CassetteError``."""
    with unwritable(path, "cannot be deleted"):
        path.unlink(missing_ok=True)


def exists(path: Path) -> bool:
    """Whether there is anything at ``path``. Raises ``CassetteError`` where that cannot be told."""
    with unreadable(path):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True


def frame_of(path: str | os.PathLike[str], kind: int, body: dict[str, object], *, draft: bool = False) -> bytes:
    """A frame for the file at ``path``. Raises ``CassetteError`` for what no cassette can hold."""
    try:
        return frames.pack_draft(kind, body) if draft else frames.pack_frame(kind, body)
    except (ValueError, TypeError, OverflowError) as problem:
        raise CassetteError(os.fspath(path), f"cannot hold an exchange: {problem}") from None


@contextlib.contextmanager
def unreadable(path: str | os.PathLike[str]) -> Iterator[None]:
    """Make a ``CassetteError`` of what goes wrong with the file at ``path``, with a remedy."""
    try:
        yield
    except OSError as problem:
        said, remedy = problem_with(problem)
        raise CassetteError(os.fspath(path), f"cannot be read: {said}", remedy=remedy) from problem


@contextlib.contextmanager
def unwritable(path: str | os.PathLike[str], what: str = "cannot be written") -> Iterator[None]:
    """The same of what goes wrong when the file at ``path`` is written."""
    try:
        yield
    except OSError as problem:
        said, remedy = problem_with(problem)
        raise CassetteError(os.fspath(path), f"{what}: {said}", remedy=remedy) from problem


@contextlib.contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Keep other processes from rewriting cassettes of the same folder: shared ones, and those of several workers."""
    folder = Path(path).parent
    with unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        import msvcrt

        with unwritable(folder, "cannot be locked"):
            file = open(folder / ".dynamodb-cassette.lock", "ab")  # noqa: SIM115 - closed below
        with file:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        with unwritable(folder, "cannot be locked"):
            descriptor = os.open(folder, os.O_RDONLY)
        try:
            with unwritable(folder, "cannot be locked"):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
