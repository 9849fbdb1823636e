"""Rules of single writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.validation.constraints import is_deep
from pytest_dynamodb.engine.validation.wording import CLASSIC, Wording

_ONLY_OLD = "ReturnValues can only be ALL_OLD or NONE"


def check_return_values(wording: Wording, params: Mapping[str, Any]) -> None:
    """PutItem and DeleteItem have nothing new to return. AWS looks at it after the item's values.

    (dynalite, test/putItem; behind an envelope where the operation has one: error-messages/deleteItem, 2026-10-09; but
    not if a value is nested too deep for the newer validator: deepRequests.)
    """
    if params.get("ReturnValues") not in {None, "ALL_OLD", "NONE"}:
        raise (CLASSIC if is_deep(params) else wording).refusal(_ONLY_OLD)
