"""Where something stands in a statement."""

from __future__ import annotations

from typing import NamedTuple


class At(NamedTuple):
    """Line and column, counted from 1, and length, in characters."""

    line: int
    column: int
    length: int

    def __str__(self) -> str:
        """As messages have it: ``1:27:11``."""
        return f"{self.line}:{self.column}:{self.length}"
