"""How a value is written in a key, and whether keys then sort as the values do.

A value has one spelling, whatever it looked like before it was stored: ``Decimal("1.10")`` comes back from DynamoDB as
``Decimal("1.1")``, and must find its item again. Text sorts by its code points, so that numbers need a width, and
moments one zone.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import re
import uuid
from typing import Any, Literal

from pytest_dynamodb.client.models.declaration import InvalidKey
from pytest_dynamodb.errors import DynamoDbError, quoted
from pytest_dynamodb.values import canonical_number

# --- spellings ---


def plain(value: object) -> Any:
    """What a value is in a key: an ``Enum`` what its value is, a number without outer zeros, a moment in UTC.

    Raises ``InvalidKey``.
    """
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, decimal.Decimal):
        try:
            return decimal.Decimal(canonical_number(str(value)))
        except DynamoDbError as problem:
            raise InvalidKey(f"{value} is no number that DynamoDB can store: {problem}") from problem
    if isinstance(value, float):
        return value + 0.0  # -0.0 comes back as 0.0
    if isinstance(value, datetime.datetime):
        return in_utc(value)
    return value


def in_utc(moment: datetime.datetime) -> datetime.datetime:
    """The same moment in UTC; one without a time zone as it is. Raises ``InvalidKey`` past the ends of time."""
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(datetime.timezone.utc)
    except OverflowError as problem:
        raise InvalidKey(f"{moment} has no year in UTC") from problem


def native(value: object, what: str) -> str | int | decimal.Decimal | bytes:
    """A value that is a whole key by itself, in a type of DynamoDB's keys. Raises ``InvalidKey``."""
    found = plain(value)
    if isinstance(found, bool) or not isinstance(found, (int, decimal.Decimal, bytes)):
        found = text(found, "", what)
    if found in ("", b""):
        raise InvalidKey(f"{what} may not be empty")
    native_value: str | int | decimal.Decimal | bytes = found
    return native_value


def text(value: object, spec: str, what: str) -> str:
    """A value as text. Moments are written so that they sort: in UTC, to the microsecond. Raises ``InvalidKey``."""
    value = plain(value)
    if isinstance(value, datetime.datetime) and not spec:
        return value.isoformat(timespec="microseconds")
    if isinstance(value, datetime.date) and spec:
        spec = spec.replace("%Y", f"{value.year:04d}")  # which is not padded everywhere
    kinds = (bool, float) if spec else ()
    if not isinstance(value, (str, int, decimal.Decimal, datetime.date, uuid.UUID, *kinds)) or (
        isinstance(value, bool) and not spec
    ):
        raise InvalidKey(f"{what} is a {type(value).__name__}: give text, a whole number, a date or a UUID")
    try:
        return str(value) if isinstance(value, decimal.Decimal) and not spec else format(value, spec)
    except (ValueError, TypeError) as problem:
        raise InvalidKey(f"{what} is {quoted(value)}, which has no format {spec!r}: {problem}") from problem


# --- order ---

SortOrder = Literal["free", "steady", "start"]
"""How texts of a value's kind sort:

``free``     as the values do, and one may go on where another ends
``steady``   as the values do, and all are of one length
``start``    the same, but several values have one text, and this is the first of them
"""

PADDED = re.compile(r"0([1-9][0-9]*)[dxXbo]?")
"""A format by which whole numbers, if they are not negative, sort as text: as long as they fit into it."""

_DIRECTIVES = ("%Y", "%m", "%d", "%H", "%M", "%S", "%f")
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_LEAST = (1, 1, 1, 0, 0, 0, 0)


def order_of(value: object, spec: str, field: str, template: str) -> SortOrder:
    """How a value's text sorts among others of its kind. Raises ``InvalidKey``, with a format that has an order."""
    value, what = plain(value), f"{field} in the key {template!r}"
    if isinstance(value, bool):
        raise InvalidKey(f"{what} is a bool, which has no bounds there: give it, or filter by {field}")
    if isinstance(value, int):
        return _of_whole(value, spec, what, field)
    if isinstance(value, datetime.date):
        return _of_moment(value, spec, what, field)
    if isinstance(value, uuid.UUID):
        return "steady"
    if isinstance(value, str) and not spec:
        return "free"
    if isinstance(value, str):
        raise InvalidKey(f"{what} has the format {spec!r}, by which text does not sort: write {{{field}}}")
    raise InvalidKey(
        f'{what} is a {type(value).__name__}, which does not sort as text: make "{{{field}}}" the whole of an '
        "attribute, with a Decimal, which then is a number"
    )


def _of_whole(value: int, spec: str, what: str, field: str) -> SortOrder:
    if PADDED.fullmatch(spec) is None:
        raise InvalidKey(
            f"{what} is a number of no fixed width, and text has 10 before 9: write {{{field}:012d}}, or make "
            f'"{{{field}}}" the whole of an attribute, which then is a number'
        )
    if value < 0:
        raise InvalidKey(
            f"{what} is {value}, and text has -1 before -2: numbers below 0 sort only where "
            f'"{{{field}}}" is the whole of an attribute, which then is a number'
        )
    check_width(value, spec, what)
    return "steady"


def check_width(value: object, spec: str, what: str) -> None:
    """Raise ``InvalidKey`` for a whole number that does not fit into its padded format, and so would sort anywhere."""
    value, padded = plain(value), PADDED.fullmatch(spec)
    if padded is None or isinstance(value, bool) or not isinstance(value, int):
        return
    digits = len(format(value, spec))
    if digits > int(padded[1]):
        wider = re.sub(r"[0-9]+", f"0{max(digits, 12)}", spec, count=1)
        raise InvalidKey(f"{what} is {value}, too long for the format {spec}, so that it would not sort: write {wider}")


def _of_moment(value: datetime.date, spec: str, what: str, field: str) -> SortOrder:
    if not spec:
        return "steady"
    parts = _PARTS if isinstance(value, datetime.datetime) else _PARTS[:3]
    known = re.findall(r"%.?", spec)
    if not known or known != list(_DIRECTIVES[: len(known)]):
        finest = "".join(_DIRECTIVES[: len(parts)])
        raise InvalidKey(f"{what} has the format {spec!r}, by which it does not sort: write {{{field}}} or {finest}")
    rest = dict(zip(parts[len(known) :], _LEAST[len(known) :], strict=False))
    if not rest:
        return "steady"
    if value != value.replace(**rest):
        raise InvalidKey(
            f"{what} is {value}, of which the format {spec!r} leaves out {', '.join(rest)}: give the first moment of "
            f"those that are written alike, or write {{{field}}}"
        )
    return "start"
