"""Generated data for tests with Hypothesis: values, keys and items that DynamoDB stores, and a test of a repository.

Needs the extra ``hypothesis``.
"""

from __future__ import annotations

try:
    import hypothesis  # noqa: F401 - so that whoever lacks it is told so
except ModuleNotFoundError as _absent:
    raise ModuleNotFoundError(
        "pytest_dynamodb.strategies needs Hypothesis: install pytest-dynamodb-cassette[hypothesis]", name="hypothesis"
    ) from _absent

from pytest_dynamodb.strategies.items import items, keys
from pytest_dynamodb.strategies.repository import RepositoryMachine
from pytest_dynamodb.strategies.values import attribute_values, numbers, texts

__all__ = ["RepositoryMachine", "attribute_values", "items", "keys", "numbers", "texts"]
