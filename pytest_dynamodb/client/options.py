"""The default of options that are left unchanged: ``None`` would switch them off."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Unchanged(Enum):
    """The one value that stands for no change; an ``Enum``, so that type checkers know it."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
