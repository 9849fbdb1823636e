"""The table that statements name."""

from __future__ import annotations

import pytest

from engine_requests import table
from pytest_dynamodb.engine import Engine


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """An engine with an empty table ``T`` of keys ``pk`` and ``sk``."""
    table(engine, "T")
    return engine
