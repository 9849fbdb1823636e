"""Buckets that S3 has: moto's, LocalStack's, MinIO's, or AWS's, by a client of boto3 or botocore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from pytest_dynamodb.errors import ConfigurationError

Client: TypeAlias = Any
"""An S3 client: ``boto3.client("s3")``."""

_ABSENT = 404


class S3Buckets:
    """The buckets that a client reaches (``engine.files.Files``).

    ``client`` gives the client, or ``None`` where there is no S3 to use: then there are no buckets. It is asked anew
    for each export and import, so that what starts and stops in between, such as moto, counts as it stands.
    """

    def __init__(self, client: Callable[[], Client | None]) -> None:
        self._find = client
        self._client: Client = None

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is a bucket of this name. Raises ``ConfigurationError`` for one that may not be looked at."""
        self._client = self._find()
        if self._client is None:
            return False
        try:
            self._client.head_bucket(Bucket=bucket)
        except self._client.exceptions.ClientError as problem:
            if problem.response["ResponseMetadata"]["HTTPStatusCode"] == _ABSENT:
                return False
            raise self._unusable(bucket, problem) from problem
        return True

    def _unusable(self, bucket: str, problem: Exception) -> ConfigurationError:
        where = self._client.meta.endpoint_url
        return ConfigurationError(
            f"the bucket {bucket!r} at {where} cannot be used: {problem}. Name another client with `buckets=`"
        )

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """The keys in a bucket that begin with a prefix, sorted."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        try:
            return sorted(found["Key"] for page in pages for found in page.get("Contents", ()))
        except self._client.exceptions.ClientError as problem:
            raise self._unusable(bucket, problem) from problem

    def read(self, bucket: str, key: str) -> bytes:
        """What is in an object."""
        try:
            content: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self._client.exceptions.ClientError as problem:
            raise self._unusable(bucket, problem) from problem
        return content

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Put an object."""
        try:
            self._client.put_object(Bucket=bucket, Key=key, Body=content)
        except self._client.exceptions.ClientError as problem:
            raise self._unusable(bucket, problem) from problem
