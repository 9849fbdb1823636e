"""Rules of single writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.engine.validation.constraints import is_deep
from pytest_dynamodb.engine.validation.wording import wording_of
from pytest_dynamodb.expressions.messages import Dialect

_ONLY_OLD = "ReturnValues can only be ALL_OLD or NONE"


def check_return_values(params: Mapping[str, Any], *, operation: str = "", dialect: Dialect = "classic") -> None:
    """PutItem and DeleteItem have nothing new to return. AWS looks at it after the item's values.

    (dynalite, test/putItem; behind the envelope of ``operation`` in ``2026``: error-messages/deleteItem, 2026-10-09;
    unless a value is nested too deep for the newer validator: deepRequests.)
    """
    if params.get("ReturnValues") not in {None, "ALL_OLD", "NONE"}:
        raise wording_of(operation, "classic" if is_deep(params) else dialect).refusal(_ONLY_OLD)
