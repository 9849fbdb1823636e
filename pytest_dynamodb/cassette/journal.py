"""The journal of a recording under way, and what is left of recordings that did not come to their end."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pytest_dynamodb.cassette import codec, frames
from pytest_dynamodb.cassette.store import SUFFIX, Contents, contents_of, frame_of, unreadable, unwritable
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.files import create, read_plain, write_all

UNSAVED: Final = ".unsaved"
"""What the name of a journal ends in whose recording could not be written: it is kept until somebody takes it."""

_NAME: Final = re.compile(rf"\.?(?P<cassette>.*{re.escape(SUFFIX)})(\.[\w-]+)*\.(journal|unsaved)", re.DOTALL)
_RECORDING: Final = re.compile(rf"\..*{re.escape(SUFFIX)}(\.\d+)?\.\d+\.journal", re.DOTALL)
"""The journal of one recording, unlike the file by which several workers join theirs."""
_open: Final = set[Path]()
"""The journals of this process."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What becomes of a recording: whether it ``adds`` to its cassette, and whose it is where several ``share`` it."""

    adds: bool = False
    shared: bool = False
    owner: str = ""


class Journal:
    """Exchanges as they come, in a file beside the cassette to be.

    It is what remains of a recording whose process was killed, or that could not be written; a finished recording
    deletes it. Written through to the operating system after each exchange.
    """

    def __init__(self, cassette: str | os.PathLike[str], header: codec.Header, purpose: Purpose | None = None) -> None:
        self._target, self._header, self._purpose = Path(cassette), header, purpose or Purpose()
        self.path: Path = _free_name(self._target)
        first = self._first(header)
        with unwritable(self.path):
            self._target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(self._target)
            self._file = create(self.path, 0o600)
        _open.add(self.path)
        try:
            self._write(first)
        except CassetteError:
            self.discard()
            raise

    def append(self, exchange: Exchange) -> None:
        """Add one exchange. Raises ``CassetteError`` if a cassette cannot hold it or the disk is full."""
        self._write(frame_of(self._target, frames.EXCHANGE, codec.encode_exchange(exchange, self._header), draft=True))

    def holds(self, values: Iterable[str]) -> bool:
        """Whether any of these texts stands in it."""
        with unreadable(self.path):
            raw = read_plain(self.path)
        return any(value.encode("utf-8", "surrogatepass") in raw for value in values)

    def rewrite(self, header: codec.Header, exchanges: Iterable[Exchange]) -> None:
        """Begin anew with these exchanges. Raises ``CassetteError`` as ``append`` does."""
        self._header = header
        packed = [self._first(header)]
        bodies = (codec.encode_exchange(exchange, header) for exchange in exchanges)
        packed += [frame_of(self._target, frames.EXCHANGE, body, draft=True) for body in bodies]
        with unwritable(self.path):
            os.lseek(self._file, 0, os.SEEK_SET)
            os.ftruncate(self._file, 0)
        self._write(b"".join(packed))

    def discard(self) -> None:
        """Close and delete it."""
        self._close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def set_aside(self, header: codec.Header) -> Path:
        """Close it and keep it, under a name that no recording deletes: ``NAME.unsaved``. Returns its path.

        ``header`` says what is known by now, if there is room for it.
        """
        with contextlib.suppress(CassetteError):
            self._write(self._first(header))
        self._close()
        for number in range(1, 1000):
            kept = self._target.with_name(f"{self._target.name}{f'.{number}' if number > 1 else ''}{UNSAVED}")
            with contextlib.suppress(OSError):
                if not os.path.lexists(kept):
                    self.path.rename(kept)
                    return kept
        return self.path

    def _first(self, header: codec.Header) -> bytes:
        purpose = self._purpose
        about = {"adds": purpose.adds, "shared": purpose.shared, "owner": purpose.owner}
        return frame_of(self._target, frames.HEADER, {**codec.encode_header(header), "journal": about})

    def _write(self, packed: bytes) -> None:
        """Add these bytes, or none of them."""
        with unwritable(self.path):
            end = os.lseek(self._file, 0, os.SEEK_CUR)
            try:
                write_all(self._file, packed)
            except OSError:
                os.ftruncate(self._file, end)
                os.lseek(self._file, end, os.SEEK_SET)
                raise

    def _close(self) -> None:
        _open.discard(self.path)
        with contextlib.suppress(OSError):
            os.close(self._file)


def _free_name(target: Path) -> Path:
    """A name for a journal: a cassette may be recorded twice at a time, even if only one of them can win."""
    name, number = target.with_name(f".{target.name}.{os.getpid()}.journal"), 1
    while name in _open:
        number += 1
        name = target.with_name(f".{target.name}.{number}.{os.getpid()}.journal")
    return name


# --- what is left ---


@dataclass(frozen=True, slots=True)
class Left:
    """What a journal holds: its exchanges, what was to become of them, and whether its last one broke off."""

    contents: Contents
    purpose: Purpose
    broke_off: bool


def is_journal(path: Path) -> bool:
    """Whether a file is, by its name, the journal of a cassette."""
    return _NAME.fullmatch(path.name) is not None


def cassette_of(path: Path) -> Path:
    """The cassette to which a journal was to become, by its name. Raises ``CassetteError`` for another name."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise CassetteError(
            str(path),
            "this is the name of no journal",
            remedy=f"those are called .NAME{SUFFIX}.PID.journal or NAME{SUFFIX}{UNSAVED}",
        )
    return path.with_name(found["cassette"])


def read_journal(path: Path) -> Left:
    """What the journal at ``path`` holds. Raises ``CassetteError`` as ``read`` does."""
    with unreadable(path):
        raw = read_plain(path)
    found = list(frames.read_frames(raw, str(path), whole=False))
    contents = contents_of(iter(found), str(path))
    about: Any = found[0].body.get("journal")
    about = about if isinstance(about, dict) else {}
    owner = about.get("owner")
    purpose = Purpose(about.get("adds") is True, about.get("shared") is True, owner if isinstance(owner, str) else "")
    return Left(contents, purpose, found[-1].end != len(raw))


def left_behind(folder: Path, *, of: str = "") -> list[Path]:
    """Journals and temporary files of dead processes in a folder, of all cassettes or of the one with that name.

    None where a process cannot be asked whether it lives without touching it: anywhere but on POSIX systems.
    """
    if os.name != "posix":
        return []
    wanted = f".{_escaped(of)}" if of else f".*{SUFFIX}"
    found = [path for suffix in ("journal", "tmp") for path in folder.glob(f"{wanted}.*.{suffix}")]
    owners = {path: path.name.split(".")[-2] for path in found}
    return sorted(path for path, owner in owners.items() if owner.isdigit() and not _lives(path, int(owner)))


def _sweep(target: Path) -> None:
    """Delete journals and temporary files that dead processes left of this cassette."""
    for left in left_behind(target.parent, of=target.name):
        with contextlib.suppress(OSError):
            left.unlink()


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "[?*" else letter for letter in name)


def _lives(path: Path, process: int) -> bool:
    """Whether the process lives that a file is of. In a container, each may have the number of the one before."""
    if process == os.getpid():
        return path in _open or _RECORDING.fullmatch(path.name) is None
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
