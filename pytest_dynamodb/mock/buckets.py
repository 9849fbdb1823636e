"""Buckets that are folders: where a mock exports to and imports from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

#: Characters that file systems of all kinds take in a name.
_SAFE: Final = " !#$&'()+,-.=@[]^_`{}~"


class Buckets:
    """The folders in a folder, each a bucket of its name (``engine.files.Files``).

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> buckets = Buckets(folder.name)
    >>> buckets.has_bucket("exports")
    False
    >>> (Path(folder.name) / "exports").mkdir()
    >>> buckets.write("exports", "2026/../a.json", b"{}")
    >>> buckets.keys("exports", "2026/")
    ['2026/../a.json']
    >>> folder.cleanup()
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is a folder of this name."""
        return (self._folder / _name(bucket)).is_dir()

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """The files in a bucket whose keys begin with a prefix, sorted."""
        top = self._folder / _name(bucket)
        found = ("/".join(map(unquote, path.relative_to(top).parts)) for path in top.rglob("*") if path.is_file())
        return sorted(key for key in found if key.startswith(prefix))

    def read(self, bucket: str, key: str) -> bytes:
        """What is in a file."""
        return self._path(bucket, key).read_bytes()

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Write a file, and the folders on its way."""
        path = self._path(bucket, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _path(self, bucket: str, key: str) -> Path:
        return self._folder.joinpath(_name(bucket), *map(_name, key.split("/")))


def _name(part: str) -> str:
    """A name within a folder, never one of a folder above it."""
    name = quote(part, safe=_SAFE)
    return name.replace(".", "%2E") if not name.strip(".") else name
