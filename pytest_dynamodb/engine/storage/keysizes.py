"""How large the values of keys may be (developer guide, "Quotas": Partition keys and sort keys)."""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.values import value_size

MAX_HASH_SIZE: Final = 2048
MAX_RANGE_SIZE: Final = 1024
"""Bytes of a partition key and of a sort key, in a table and in an index."""


def is_too_large(tag: str, content: str, limit: int) -> bool:
    """Whether a key's value has more bytes than ``limit``. A number never has."""
    # Text is at most four bytes a character: most keys need not be measured.
    return 4 * len(content) > limit and tag != "N" and value_size({tag: content}) > limit
