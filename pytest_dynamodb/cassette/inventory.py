"""What there is in a cassette, for those who only tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.exchange import Exchange


class Inventory(NamedTuple):
    """A cassette at a moment: its file, whether that ``exists``, what it holds, and what of that has been played."""

    path: Path
    exists: bool
    header: Header
    options: CassetteOptions
    matcher: Matcher
    exchanges: Sequence[Exchange]
    played: Sequence[Exchange]
