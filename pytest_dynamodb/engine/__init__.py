"""The in-memory DynamoDB: a pure library that takes and gives the wire's JSON. See docs/explanation/engine.md."""

from __future__ import annotations

from pytest_dynamodb.engine.engine import DEFAULT_ACCOUNT, DEFAULT_REGION, Engine, Snapshot
from pytest_dynamodb.engine.lifecycle import Lifecycle

__all__ = ["DEFAULT_ACCOUNT", "DEFAULT_REGION", "Engine", "Lifecycle", "Snapshot"]
