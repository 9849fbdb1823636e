"""Reads that are behind, off unless an engine is given ``Consistency``: see ``staleness``."""

from __future__ import annotations

from pytest_dynamodb.engine.consistency.staleness import Consistency

__all__ = ["Consistency"]
