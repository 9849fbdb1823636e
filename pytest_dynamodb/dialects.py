"""Dialects: whose answers an in-memory DynamoDB gives, where AWS's regions and times differ.

AWS has been replacing its validator since June 2026, operation by operation and region by region, so there is no one
wording of an error and no one order of checks. A dialect is a day and, perhaps, a region:

===============  =================================================================================
``"today"``      what most regions answer, as captured last: on the day ``CAPTURED``
``"classic"``    what the long-lived validator answered everywhere before June 2026
``"2026-10-07"`` what most regions were known to answer on that day; a ``date`` says the same
``"eu-west-2"``  what that region answers, as captured last
===============  =================================================================================

What differs is a table of the engine: ``engine.validation.surfaces.CHANGES``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

CAPTURED: Final = date(2026, 10, 9)
"""The day of the newest answers of AWS that the table has (dynamodb-conformance, captures and registry/splits.json)."""

REGIONS: Final = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
        *("ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
        *("ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1"),
        *("eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("il-central-1", "me-central-1", "mx-central-1", "sa-east-1"),
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
    }
)
"""Regions whose answers have been captured (registry/regions.json, October 2026)."""

MEANT: Final = f'"today", "classic", a day such as {CAPTURED}, or a region such as eu-west-2'
"""What may be given, for messages and helps."""


@dataclass(frozen=True, eq=False, repr=False)
class Dialect:
    """One of them: ``name`` as it was given, the ``day`` whose answers it has, and the ``region``, if it is of one.

    Made by ``dialect_of``, which gives the same object for the same name.
    """

    name: str
    day: date
    region: str | None = None

    def __str__(self) -> str:
        return self.name


def dialect_of(given: str | date | Dialect) -> Dialect:
    """The dialect of a name, a day (as a date, or a text such as ``"2026-10-07"``) or a region's name.

    Raises ``ConfigurationError`` for anything else, and for a region of which no answers are known.
    """
    if isinstance(given, Dialect):
        return given
    if isinstance(given, datetime):
        given = given.date()
    if isinstance(given, date):
        given = given.isoformat()
    if not isinstance(given, str):
        raise _unknown(given)
    return _dialect_of(given)


@lru_cache(maxsize=128)
def _dialect_of(name: str) -> Dialect:
    if name == "today":
        return Dialect(name, CAPTURED)
    if name == "classic":
        return Dialect(name, date.min)
    if name in REGIONS:
        return Dialect(name, CAPTURED, name)
    try:
        return Dialect(name, date.fromisoformat(name))
    except ValueError:
        raise _unknown(name) from None


def _unknown(name: object) -> Exception:
    from pytest_dynamodb.errors import ConfigurationError  # which a pytest run without DynamoDB does not need

    if isinstance(name, str) and re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]+", name):
        return ConfigurationError(
            f'dialect: no answers of the region {name} are known; "today" is what most regions answer'
        )
    return ConfigurationError(f"dialect must be {MEANT}, not {name!r}")


TODAY: Final = dialect_of("today")
CLASSIC: Final = dialect_of("classic")

VARIABLE: Final = "PYTEST_DYNAMODB_DIALECT"
"""The environment variable that chooses one where nothing else does: of tests, clients and commands."""

TABLE: Final = f"answers of DynamoDB as of {CAPTURED}"
"""How reports and ``--version`` say how new the table is."""
