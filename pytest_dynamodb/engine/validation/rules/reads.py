"""Rules of GetItem, Query and Scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.messages import ENVELOPE

_DUPLICATE_NAME = "One or more parameter values were invalid: Duplicate value in attribute name: {name}"
_NO_KEY_CONDITION = "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."

# dynamodb-conformance, tier1/query/select (newer than May 2026): Query alone puts the first behind an envelope
_SPECIFIC_NEEDS_NAMES = (
    "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
)
_NAMES_NEED_SPECIFIC = "Cannot specify the {parameter} when choosing to get {what}"
_PROJECTED_NEEDS_INDEX = "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"

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


def check_attributes_to_get(params: Mapping[str, Any]) -> None:
    """No name twice in AttributesToGet (dynalite, test/getItem)."""
    seen: set[str] = set()
    for name in params.get("AttributesToGet") or ():
        if name in seen:
            raise ValidationException(_DUPLICATE_NAME.format(name=name))
        seen.add(name)


def check_key_condition(params: Mapping[str, Any]) -> None:
    """A Query says what it queries, in one way or the other (dynalite, test/query)."""
    if params.get("KeyConditions") is None and params.get("KeyConditionExpression") is None:
        raise ValidationException(_NO_KEY_CONDITION)


def check_select(operation: str, params: Mapping[str, Any]) -> None:
    """Select agrees with what names attributes, and with the presence of an index."""
    select = params.get("Select")
    if select is None:
        return
    naming = [name for name in ("AttributesToGet", "ProjectionExpression") if params.get(name) is not None]
    if select == "SPECIFIC_ATTRIBUTES":
        if not naming:
            raise ValidationException((ENVELOPE if operation == "Query" else "") + _SPECIFIC_NEEDS_NAMES)
    elif naming:
        what = "only the Count" if select == "COUNT" else select
        raise ValidationException(_NAMES_NEED_SPECIFIC.format(parameter=naming[0], what=what))
    if select == "ALL_PROJECTED_ATTRIBUTES" and params.get("IndexName") is None:
        raise ValidationException(_PROJECTED_NEEDS_INDEX)


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
