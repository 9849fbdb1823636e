"""Rules of single writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.errors import ValidationException

_ONLY_OLD = "ReturnValues can only be ALL_OLD or NONE"


def check_return_values(params: Mapping[str, Any]) -> None:
    """PutItem and DeleteItem have nothing new to return. AWS looks at it after the item's values.

    (dynalite, test/putItem; API reference, DeleteItem: ReturnValues.)
    """
    if params.get("ReturnValues") not in {None, "ALL_OLD", "NONE"}:
        raise ValidationException(_ONLY_OLD)
