"""Cassettes on disk: read whole and checked, written in one atomic step, and the journal kept meanwhile."""

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

SUFFIX = ".ddb.msgpack"


class Contents(NamedTuple):
    """What a cassette file holds."""

    header: codec.Header
    exchanges: list[Exchange]


def read(path: str | os.PathLike[str], *, whole: bool = True) -> Contents:
    """The contents of the file at ``path``; ``whole=False`` also accepts a journal. Raises ``CassetteError``."""
    name = os.fspath(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as problem:
        raise CassetteError(name, f"cannot be read: {problem.strerror or problem}") from None
    with codec.collector_paused(many=len(raw) > codec.MANY_BYTES):
        found = frames.read_frames(raw, name, whole=whole)
        header = codec.decode_header(next(found), name)
        return Contents(header, [codec.decode_exchange(frame, name, header) for frame in found])


def write(
    path: str | os.PathLike[str], header: codec.Header, exchanges: Iterable[Exchange], *, compress: bool = False
) -> None:
    """Replace the file at ``path``, so that at any moment it is the old one or the new one, whole.

    A link stays one: what it leads to is replaced.
    """
    target = Path(os.path.realpath(path))
    packed = [_frame(target, frames.HEADER, codec.encode_header(header))]
    kind = frames.COMPRESSED_EXCHANGE if compress else frames.EXCHANGE
    packed += [_frame(target, kind, codec.encode_exchange(exchange, header)) for exchange in exchanges]
    data = b"".join([*packed, frames.pack_end(packed)])
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as problem:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise CassetteError(str(target), f"cannot be written: {problem.strerror or problem}") from problem


def _frame(path: Path, kind: int, body: dict[str, object], *, draft: bool = False) -> bytes:
    try:
        return frames.pack_draft(kind, body) if draft else frames.pack_frame(kind, body)
    except (ValueError, TypeError, OverflowError) as problem:
        raise CassetteError(str(path), f"cannot hold an exchange: {problem}") from None


class Journal:
    """Exchanges as they come, in a file beside the cassette to be.

    It is what remains of a recording whose process was killed; a finished recording deletes it. Written through to
    the operating system after each exchange.
    """

    def __init__(self, cassette: str | os.PathLike[str], header: codec.Header) -> None:
        self._target, self._header = Path(cassette), header
        self.path = self._target.with_name(f".{self._target.name}.{os.getpid()}.journal")
        try:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(self._target)
            self._file = open(  # noqa: SIM115 - lives as long as the recording, closed by discard()
                os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", buffering=0
            )
        except OSError as problem:
            raise CassetteError(str(self.path), f"cannot be written: {problem.strerror or problem}") from problem
        self._file.write(_frame(self._target, frames.HEADER, codec.encode_header(header)))

    def append(self, exchange: Exchange) -> None:
        """Add one exchange. Raises ``CassetteError`` if a cassette cannot hold it or the disk is full."""
        frame = _frame(self._target, frames.EXCHANGE, codec.encode_exchange(exchange, self._header), draft=True)
        try:
            self._file.write(frame)
        except OSError as problem:
            raise CassetteError(str(self.path), f"cannot be written: {problem.strerror or problem}") from problem

    def holds(self, values: Iterable[str]) -> bool:
        """Whether any of these texts stands in it."""
        raw = self.path.read_bytes()
        return any(value.encode("utf-8", "surrogatepass") in raw for value in values)

    def rewrite(self, header: codec.Header, exchanges: Iterable[Exchange]) -> None:
        """Begin anew with these exchanges. Raises ``CassetteError`` as ``append`` does."""
        self._header = header
        packed = [_frame(self._target, frames.HEADER, codec.encode_header(header))]
        bodies = (codec.encode_exchange(exchange, header) for exchange in exchanges)
        packed += [_frame(self._target, frames.EXCHANGE, body, draft=True) for body in bodies]
        try:
            self._file.seek(0)
            self._file.write(b"".join(packed))
            self._file.truncate()
        except OSError as problem:
            raise CassetteError(str(self.path), f"cannot be written: {problem.strerror or problem}") from problem

    def discard(self) -> None:
        """Close and delete it."""
        self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


def _sweep(target: Path) -> None:
    """Delete journals and temporary files that dead processes left of this cassette."""
    for left in left_behind(target.parent, of=target.name):
        with contextlib.suppress(OSError):
            left.unlink()


def left_behind(folder: Path, *, of: str = "") -> list[Path]:
    """Journals and temporary files of dead processes in a folder, of all cassettes or of the one with that name.

    None where a process cannot be asked whether it lives without touching it: anywhere but on POSIX systems.
    """
    if os.name != "posix":
        return []
    wanted = f".{_escaped(of)}" if of else f".*{SUFFIX}"
    found = [path for suffix in ("journal", "tmp") for path in folder.glob(f"{wanted}.*.{suffix}")]
    owners = {path: path.name.split(".")[-2] for path in found}
    return sorted(path for path, owner in owners.items() if owner.isdigit() and not _alive(int(owner)))


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "[?*" else letter for letter in name)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Keep other processes from rewriting cassettes of the same folder: shared ones, and those of several workers."""
    folder = Path(path).parent
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        import msvcrt

        with open(folder / ".dynamodb-cassette.lock", "ab") as file:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
