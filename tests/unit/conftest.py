"""An engine to begin with. A module that needs a table makes it in a fixture of the same name, of this one."""

from __future__ import annotations

import pytest

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine


@pytest.fixture
def engine(clock: VirtualClock) -> Engine:
    """An engine without tables; its time is the clock's."""
    return Engine(clock=clock)
