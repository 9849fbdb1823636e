"""Buckets for exports and imports. They are given to the engine, which opens no file itself."""

from __future__ import annotations

from typing import Protocol


class Files(Protocol):
    """Buckets of objects by key, as S3 has them."""

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is a bucket of this name."""

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """The keys in a bucket that begin with a prefix, sorted."""

    def read(self, bucket: str, key: str) -> bytes:
        """The content of an object."""

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Put an object into an existing bucket."""
