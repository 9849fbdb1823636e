"""Segment and TotalSegments of a parallel Scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.errors import ValidationException

WHOLE: Final = (0, 1)
"""Segment 0 of one: everything."""

# dynamodb-conformance, error-messages/scan
_NO_TOTAL: Final = (
    "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
)
_NO_SEGMENT: Final = (
    "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
)
_TOO_HIGH: Final = (
    "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
    "Segment: {segment} is not less than TotalSegments: {total}"
)


def segment_of(params: Mapping[str, Any]) -> tuple[int, int]:
    """The segment that a Scan reads, and of how many. Raises ValidationException."""
    segment, total = params.get("Segment"), params.get("TotalSegments")
    if segment is None and total is None:
        return WHOLE
    if total is None:
        raise ValidationException(_NO_TOTAL)
    if segment is None:
        raise ValidationException(_NO_SEGMENT)
    if segment >= total:
        raise ValidationException(_TOO_HIGH.format(segment=segment, total=total))
    return segment, total
