"""Upstreams: where live, recorded and verified requests go."""

from __future__ import annotations

from urllib.parse import urlsplit

from pytest_dynamodb.errors import ConfigurationError


def endpoint_of(upstream: str) -> str | None:
    """The URL of ``upstream``, or ``None`` for ``"aws"``. Raises ``ConfigurationError`` for anything else."""
    if upstream == "aws":
        return None
    parts = urlsplit(upstream)
    if parts.scheme in ("http", "https") and parts.hostname:
        return upstream
    raise ConfigurationError(f'upstream must be "aws" or a URL such as http://127.0.0.1:8000, not {upstream!r}')
