"""Explaining a request: what it would read, write and cost. It is carried out on a copy, so that nothing changes."""

from __future__ import annotations

from pytest_dynamodb.simulation.explain.explain import explain
from pytest_dynamodb.simulation.explain.explanation import Explanation

__all__ = ["Explanation", "explain"]
