"""Buckets, and an engine that reads and writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine
from pytest_dynamodb.mock.writing import Buckets


@pytest.fixture
def buckets(tmp_path: Path) -> Buckets:
    """A folder with one bucket, ``lake``, which is empty."""
    (tmp_path / "lake").mkdir()
    return Buckets(tmp_path)


@pytest.fixture
def engine(clock: VirtualClock, buckets: Buckets) -> Engine:
    """An engine without tables, on the clock and over the buckets."""
    return Engine(clock=clock, files=buckets)
