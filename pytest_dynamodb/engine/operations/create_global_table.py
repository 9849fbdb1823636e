"""CreateGlobalTable."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.legacy import unsupported


def create_global_table(_: Call) -> dict[str, Any]:
    """Raises ValidationException: AWS no longer makes tables of the version of 2017."""
    raise unsupported()
