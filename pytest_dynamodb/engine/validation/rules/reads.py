"""Rules of GetItem, Query and Scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.errors import ValidationException

_NO_KEY_CONDITION = "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."

# dynamodb-conformance, error-messages/scan
_NO_TOTAL = (
    "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
)
_NO_SEGMENT = (
    "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
)
_SEGMENT_TOO_LARGE = (
    "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
    "Segment: {segment} is not less than TotalSegments: {total}"
)


def check_key_condition(params: Mapping[str, Any]) -> None:
    """A Query says what it queries, in one way or the other (dynalite, test/query)."""
    if params.get("KeyConditions") is None and params.get("KeyConditionExpression") is None:
        raise ValidationException(_NO_KEY_CONDITION)


def check_segments(params: Mapping[str, Any]) -> None:
    """Segment and TotalSegments come together, and the first is one of the second."""
    segment, total = params.get("Segment"), params.get("TotalSegments")
    if segment is None and total is None:
        return
    if total is None:
        raise ValidationException(_NO_TOTAL)
    if segment is None:
        raise ValidationException(_NO_SEGMENT)
    if segment >= total:
        raise ValidationException(_SEGMENT_TOO_LARGE.format(segment=segment, total=total))
