"""What a table is set to, apart from its keys and items. Frozen: a change makes new settings, so snapshots share them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TableSettings:
    """Everything that DescribeTable and its neighbours tell of a table besides its keys, indexes and items."""

    arn: str
    id: str
    created: float
    attribute_types: Mapping[str, str] = field(default_factory=dict)

    def is_usable(self, now: float) -> bool:
        """Whether data may be read and written."""
        return True
