"""A region of last resort, so that clients can be made where no region is configured, and no request misled by it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import NoRegionError


class LastResortRegion(str):
    """``us-east-1`` for clients that only ever replay; remembers that nobody configured it.

    botocore passes a region through ``str.replace`` (it strips "fips-"), which would forget the class.
    """

    __slots__ = ()

    def replace(self, *_: Any, **__: Any) -> LastResortRegion:
        """Itself: the name holds nothing to replace."""
        return self


LAST_RESORT = LastResortRegion("us-east-1")

_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "AWS_ENDPOINT_URL")
"""botocore's own variables for endpoints, from the more to the less specific."""


def refuse_last_resort(context: Mapping[str, Any], url: str) -> None:
    """Raise botocore's ``NoRegionError`` when a request is about to reach AWS in a region that nobody chose."""
    region = context.get("client_region")
    if isinstance(region, LastResortRegion) and "amazonaws" in (urlsplit(url).hostname or ""):
        raise NoRegionError


def names_own_endpoint(endpoint: str | None) -> bool:
    """Whether a client's endpoint was named in code; one from the environment gives way to a chosen upstream."""
    if endpoint is None:
        return False
    configured = {os.environ.get(name, "").rstrip("/") for name in _ENDPOINT_VARIABLES}
    return endpoint.rstrip("/") not in configured
