"""``use_cassette`` and ``mock_dynamodb``: a provider put over the DynamoDB clients of this process for a while.

Both work with ``with``, with ``async with`` and as decorators of functions and coroutine functions; they nest, and the
innermost answers. The pytest plugin is built on the same parts.
"""

from __future__ import annotations

from pytest_dynamodb.intercept.cassettes import (
    CassetteInterception,
    UnplayedWarning,
    open_cassette,
    use_cassette,
)
from pytest_dynamodb.intercept.interception import Interception
from pytest_dynamodb.intercept.mocks import mock_dynamodb

__all__ = [
    "CassetteInterception",
    "Interception",
    "UnplayedWarning",
    "mock_dynamodb",
    "open_cassette",
    "use_cassette",
]
