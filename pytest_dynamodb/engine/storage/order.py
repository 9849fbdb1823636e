"""What the contents of values are ordered by: in comparisons, and the members of sets."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

ORDER: Final[dict[str, Callable[[str], Any]]] = {
    # Text is ordered by UTF-8 bytes, which is the order of code points, which is Python's.
    "S": str,
    "N": Decimal,
    "B": b64decode,
}
"""By type. Text and binary go bytewise and numbers by value, in sets as in sort keys (dynamodb-conformance,
updateItem/basic, captured 2026-10-09)."""
