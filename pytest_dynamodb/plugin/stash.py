"""What the plugin keeps on tests: how each was answered, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_dynamodb.hooks.active import Owner
from pytest_dynamodb.plugin.outcomes import TestAttempt

if TYPE_CHECKING:
    from pytest_dynamodb.plugin.runs import CassetteRun

RUN: pytest.StashKey[CassetteRun] = pytest.StashKey()
ATTEMPT = pytest.StashKey[TestAttempt]()
"""The attempt at a test that is under way."""
OWNER = pytest.StashKey[Owner]()
"""Whose what the test starts is."""
