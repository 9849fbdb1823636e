"""The extra that spans and metrics need."""

from __future__ import annotations

from pytest_dynamodb.errors import ConfigurationError


def require_opentelemetry() -> None:
    """Raise ``ConfigurationError`` where the extra is missing."""
    try:
        import opentelemetry.metrics
        import opentelemetry.trace  # noqa: F401 - both are in opentelemetry-api
    except ImportError as problem:
        raise ConfigurationError(
            "spans and metrics need opentelemetry-api: install pytest-dynamodb-cassette[otel]"
        ) from problem
