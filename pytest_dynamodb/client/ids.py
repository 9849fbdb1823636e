"""Ids that applications give to items."""

from __future__ import annotations

import os
import time
import uuid


def new_id() -> str:
    """A new UUID of version 7 (RFC 9562) as text: ids that are made later sort after earlier ones, by milliseconds.

    As a default, it makes a model's key: ``order_id: str = Field(default_factory=new_id)``.
    """
    milliseconds, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big")
    bits = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (chance >> 68 & 0xFFF) << 64 | 0b10 << 62
    return str(uuid.UUID(int=bits | chance & (1 << 62) - 1))
