"""Clients of botocore without the cost of the first in each session."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def read_models_once(models_read_once: None) -> None:
    """Most tests here make clients in sessions of their own."""
