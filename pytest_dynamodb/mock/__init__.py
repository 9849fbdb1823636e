"""``Mock``: an in-memory DynamoDB for a test to inspect, fill, reset and move in time."""

from __future__ import annotations

from pytest_dynamodb.mock.mock import LoadSource, Mock
from pytest_dynamodb.mock.problems import LoadError
from pytest_dynamodb.mock.tables import Tables, TableView

__all__ = ["LoadError", "LoadSource", "Mock", "TableView", "Tables"]
