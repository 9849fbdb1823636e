"""The in-memory DynamoDB: a pure library that takes and gives the wire's JSON. See docs/explanation/engine.md."""

from __future__ import annotations

from pytest_dynamodb.engine.call import Lifecycle
from pytest_dynamodb.engine.engine import DEFAULT_ACCOUNT, DEFAULT_REGION, Engine, Snapshot

__all__ = ["DEFAULT_ACCOUNT", "DEFAULT_REGION", "Engine", "Lifecycle", "Snapshot"]
