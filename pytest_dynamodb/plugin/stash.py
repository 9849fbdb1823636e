"""What the plugin keeps on tests: how each was answered, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_dynamodb.plugin.runs import CassetteRun

RUN: pytest.StashKey[CassetteRun] = pytest.StashKey()
#: By phase: ``setup``, ``call``.
OUTCOME = pytest.StashKey[dict[str, str]]()
