"""Files as this package reads and writes them: plain ones, whole, replaced in one step; and what their errors mean.

What is read may be anything that somebody has put into a project's folder, and what is written must not end up
elsewhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import zlib
from pathlib import Path
from typing import Final

_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)

_REMEDIES: Final = {
    errno.EACCES: "check the permissions of it and of its folders",
    errno.EPERM: "check the permissions of it and of its folders",
    errno.EROFS: "that file system is mounted read-only: name another folder, or mount it otherwise",
    errno.ENOSPC: "make room on that disk, then run it again",
    errno.EDQUOT: "make room within your quota, then run it again",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`), or record less in one test",
    errno.ENAMETOOLONG: "shorten its name, or those of its folders",
    errno.ELOOP: "its links lead in a circle, or to where none is expected: remove them",
    errno.ENOTDIR: "there is a file where a folder is expected: rename one of them",
    errno.EEXIST: "there is a file where a folder is expected: rename one of them",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOENT: "check its path: there is no such file or folder",
    errno.EMFILE: "close some files, or raise the limit on open ones (`ulimit -n`)",
    errno.ENFILE: "close some files: the system has no room for more open ones",
}


class NotPlain(OSError):
    """What a path leads to is no plain file: reading it could wait for ever or never end."""


def read_plain(path: str | os.PathLike[str]) -> bytes:
    """The content of a plain file. Raises ``OSError``, ``NotPlain`` among others; never waits for another program."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAIT)
    except OSError as problem:
        if problem.errno == errno.ENXIO:  # a socket, or a device that is not there
            _check(Path(path).stat().st_mode)
        raise
    try:
        _check(os.fstat(descriptor).st_mode)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def gunzip(packed: bytes) -> bytes:
    """What gzip has compressed, all of its members. Raises ``OSError`` for what is damaged, and for a bomb."""
    parts, left = list[bytes](), _most(packed)
    while packed:
        plain, packed = _unpacked(packed, 31, left)
        parts.append(plain)
        left -= len(plain)
        packed = packed.lstrip(b"\0")  # zeros may follow a member
    return b"".join(parts)


def inflate(packed: bytes) -> bytes:
    """What zlib has compressed: HTTP's "deflate". Raises ``OSError`` as ``gunzip`` does."""
    return _unpacked(packed, 15, _most(packed))[0]


FREE_BYTES, BYTES_PER_BYTE = 64 * 2**20, 128
"""What is compressed may unpack to this many bytes plus a multiple of its size. More is taken for a bomb."""


def _most(packed: bytes) -> int:
    return FREE_BYTES + BYTES_PER_BYTE * len(packed)


def _unpacked(packed: bytes, form: int, most: int) -> tuple[bytes, bytes]:
    """What stands compressed at the beginning of ``packed``, in zlib's words for formats, and what comes after it."""
    stream = zlib.decompressobj(form)
    try:
        plain = stream.decompress(packed, most + 1)
    except zlib.error as problem:
        raise OSError(f"compressed data is damaged: {problem}") from None
    if len(plain) > most:
        raise OSError(f"it unpacks to more than {most} bytes: unpack it first, if it is meant")
    if not stream.eof:
        raise OSError("compressed data is cut off")
    return plain, stream.unused_data


def replace(path: str | os.PathLike[str], content: bytes, *, mode: int = 0o644) -> None:
    """Make ``content`` the content of a file, in one step: at any moment it is the old one or the new one, whole.

    A link stays one: what it leads to is replaced. A file that is there keeps its permissions; a new one gets ``mode``,
    less what the umask takes. Missing folders are made. Raises ``OSError`` with ``path`` as its file name, and leaves
    nothing behind then.
    """
    try:
        _replace(Path(os.path.realpath(path)), content, mode)
    except OSError as problem:
        problem.filename, problem.filename2 = os.fspath(path), None  # nobody knows the temporary one
        raise


def _replace(target: Path, content: bytes, mode: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    before = _mode_of(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    descriptor = create(temporary, mode)
    try:
        try:
            if before is not None and hasattr(os, "fchmod"):
                os.fchmod(descriptor, before)
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def create(path: Path, mode: int) -> int:
    """A descriptor to write a new file by. What has its name is removed first, and a link never followed."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, mode)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte: a system that has room for some of them says so only when it is asked for the rest."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def problem_with(problem: OSError) -> tuple[str, str]:
    """What a file's error says, and what to do about it."""
    said = problem.strerror or str(problem)
    return said, _REMEDIES.get(problem.errno or 0, "look at that path and at the folder it is in")


def _mode_of(target: Path) -> int | None:
    """The permissions of the file that is to be replaced. Raises ``NotPlain`` for what a file may not replace."""
    try:
        found = os.lstat(target)
    except FileNotFoundError:
        return None
    _check(found.st_mode)
    return stat.S_IMODE(found.st_mode) & 0o777


def _check(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for is_one, name in _KINDS if is_one(mode)), "something else")
        raise NotPlain(errno.EISDIR if kind == "a folder" else 0, f"it is {kind}, not a plain file")
