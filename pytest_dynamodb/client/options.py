"""Options of calls that are left as they are, where ``None`` would switch them off."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Unchanged(Enum):
    """The one value that stands for no change; an ``Enum``, so that type checkers know it."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
