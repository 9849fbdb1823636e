"""S3 as a process has it: where exports of the mock go and imports come from, unless it is told.

A test double never reaches AWS by itself.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from pytest_dynamodb.hooks.internals import default_region

_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def s3_at_hand() -> Any | None:
    """A new S3 client, as the process's settings make it: where moto's mock is on, or where an endpoint is configured.

    The endpoint is that of ``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL`` or a profile. ``None`` where the client would
    reach AWS.
    """
    import boto3

    client = boto3.client("s3", region_name=str(default_region()))
    return client if _moto_is_on() or not _is_aws(client.meta.endpoint_url) else None


def s3_at(url: str) -> Any:
    """A client of the S3 at an endpoint, with the process's credentials and region."""
    import boto3

    return boto3.client("s3", endpoint_url=url, region_name=str(default_region()))


def _is_aws(url: str) -> bool:
    return f".{urlsplit(url).hostname}".endswith(_AWS)


def _moto_is_on() -> bool:
    """Whether moto answers the process's botocore clients just now. Nothing is imported to find out."""
    stubber = getattr(sys.modules.get("moto.core.models"), "botocore_stubber", None)
    return bool(getattr(stubber, "enabled", False))
