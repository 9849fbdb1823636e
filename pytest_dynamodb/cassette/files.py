"""Cassettes from files, and into files."""

from __future__ import annotations

import os

from pytest_dynamodb.cassette.cassette import Cassette
from pytest_dynamodb.cassette.store import read, write


def load_cassette(path: str | os.PathLike[str]) -> Cassette:
    """The cassette in the file at ``path``, for reading.

    Raises ``CassetteError`` naming the file, the byte offset and a remedy if it is missing, damaged, foreign or newer
    than this release.
    """
    return Cassette(path, contents=read(path))


def save_cassette(cassette: Cassette, path: str | os.PathLike[str]) -> None:
    """Write ``cassette`` to the file at ``path`` in one atomic step. Raises ``CassetteError`` if that fails."""
    write(path, cassette.header, cassette.exchanges)
