"""Moments as AWS writes them in texts: always in English, always UTC."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final

#: Of the years 1 and 9999.
_FIRST: Final = -62_135_596_800.0
_LAST: Final = 253_402_300_799.0

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment_in_words(moment: float) -> str:
    """Such as "Monday, February 13, 2023 at 10:25:39 AM Coordinated Universal Time".

    >>> moment_in_words(1_676_283_939.5)
    'Monday, February 13, 2023 at 10:25:39 AM Coordinated Universal Time'
    """
    at = datetime.fromtimestamp(moment, timezone.utc)
    hour, half = at.hour % 12 or 12, "AM" if at.hour < 12 else "PM"
    day = f"{_DAYS[at.weekday()]}, {_MONTHS[at.month - 1]} {at.day}, {at.year}"
    return f"{day} at {hour}:{at.minute:02d}:{at.second:02d} {half} Coordinated Universal Time"


def moment_in_label(moment: float) -> str:
    """Such as "2023-02-13T10:25:39.500": to the millisecond, as in a stream's label.

    >>> moment_in_label(1_676_283_939.5)
    '2023-02-13T10:25:39.500'
    """
    at = datetime.fromtimestamp(moment, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}"


def moment_in_zulu(moment: float, *, thousandths: bool = False) -> str:
    """Such as "2023-02-13T10:25:39Z".

    >>> moment_in_zulu(1_676_283_939.5)
    '2023-02-13T10:25:39Z'
    >>> moment_in_zulu(1_676_283_939.5, thousandths=True)
    '2023-02-13T10:25:39.500Z'
    """
    at = moment_in_label(moment)
    return (at if thousandths else at[:-4]) + "Z"


def moment_of(given: float) -> float:
    """A time that a request gives, within the years that can be written.

    >>> moment_of(10**400) == moment_of(float("nan")) == moment_of(float("inf"))
    True
    """
    if given != given:  # noqa: PLR0124  # only what is no number differs from itself
        return _LAST
    return float(min(max(given, _FIRST), _LAST))
