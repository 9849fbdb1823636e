"""What is kept on a test for as long as it runs, beside what ``state`` keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_dynamodb.plugin.runs import CassetteRun, FirstPass

RUN: pytest.StashKey[CassetteRun] = pytest.StashKey()
"""How a test is answered; nothing for a test that this plugin has no say in."""
FIRST_PASS: pytest.StashKey[FirstPass] = pytest.StashKey()
"""Set while a test is recorded in two passes."""
