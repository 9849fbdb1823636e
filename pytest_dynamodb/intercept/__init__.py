"""``use_cassette`` and ``mock_dynamodb``: let a provider answer the DynamoDB clients of this process for a while.

Both work with ``with``, with ``async with`` and as decorators of functions and coroutine functions. They nest; the
innermost one answers. The pytest plugin is built from the same parts.
"""

from __future__ import annotations

from pytest_dynamodb.intercept.cassettes import (
    CassetteInterception,
    SecretWarning,
    UnplayedWarning,
    open_cassette,
    use_cassette,
)
from pytest_dynamodb.intercept.interception import Interception
from pytest_dynamodb.intercept.mocks import mock_dynamodb

__all__ = [
    "CassetteInterception",
    "Interception",
    "SecretWarning",
    "UnplayedWarning",
    "mock_dynamodb",
    "open_cassette",
    "use_cassette",
]
