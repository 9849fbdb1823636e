"""What a request would read, write and cost: looked up on a copy, so that nothing changes."""

from __future__ import annotations

from pytest_dynamodb.engine.explain.explanation import Explanation
from pytest_dynamodb.engine.explain.reading import explain

__all__ = ["Explanation", "explain"]
