"""Finding tables by name and by ARN, and times as AWS writes them."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final

from pytest_dynamodb.engine.arns import access_denied, parse_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

# --- tables by name ---

_IN_USE: Final = "Attempt to change a resource which is still in use: "
_DOING: Final = {"CREATING": "created", "UPDATING": "updated", "DELETING": "deleted"}


def existing(call: Call, given: str | None = None) -> Table:
    """The table that a control plane request names, whatever its status.

    Raises as ``Call.name``, and ResourceNotFoundException.
    """
    name = call.name(given)
    table = call.region.find(name, call.clock.now())
    if table is None:
        raise error_for("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    return table


def require_active(table: Table) -> None:
    """Raise ResourceInUseException for a table that is being created, changed or deleted."""
    doing = _DOING.get(table.settings.status)
    if doing is not None:
        raise in_use(f"Table is being {doing}: {table.name}")


def in_use(detail: str) -> DynamoDbError:
    """The error for a table that is being changed."""
    return error_for("ResourceInUseException", _IN_USE + detail)


def require_settled(table: Table) -> None:
    """Raise ResourceInUseException for a table that is being created or deleted."""
    if table.settings.status != "UPDATING":
        require_active(table)


# --- tables by ARN ---
# ResourceArn members, and what is wrong with ARNs (ack-api-quirks, DDB-TABLE-442; dynalite's tests, tagResource).

_TABLE: Final = re.compile(r"table/([a-zA-Z0-9_.-]{3,255}|[a-zA-Z0-9_.-])")


def table_name_of_arn(call: Call, arn: str) -> str:
    """The name of the table in the request's ARN, whether it exists or not.

    Raises ValidationException for what is not the ARN of a table in this region, AccessDeniedException for another
    account's, whatever its region (ExtendDB/extenddb#227, checked against AWS).
    """
    if not arn.startswith("arn:"):
        raise ValidationException(f"{INVALID_VALUES}ARNs must start with 'arn:': {arn}")
    parsed = parse_arn(arn)
    if parsed is None or parsed.service != "dynamodb":
        raise ValidationException(f"{INVALID_VALUES}Provided Arn is not a DynamoDB resource arn: {arn}")
    if not parsed.resource.startswith("table/") or "/index/" in parsed.resource:
        raise ValidationException(
            f"{INVALID_VALUES}Invalid resource arn provided, only table or stream is accepted. Provided resource "
            f"arn: {arn}"
        )
    if parsed.account != call.region.account:
        raise access_denied()
    if parsed.region != call.region.name or not _TABLE.fullmatch(parsed.resource):
        raise ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    return parsed.resource.removeprefix("table/")


def table_of_arn(call: Call, arn: str, *, told: bool = True) -> Table:
    """The table of an ARN. Raises ResourceNotFoundException; ``told`` says whether its message includes the ARN."""
    table = call.region.find(table_name_of_arn(call, arn), call.clock.now())
    if table is None:
        which = f": ResourcArn: {arn} not found" if told else ""  # spelt so by AWS
        raise error_for("ResourceNotFoundException", "Requested resource not found" + which)
    return table


# --- times ---
# As AWS writes them in texts: always in English, always UTC.

_FIRST: Final = -62_135_596_800.0
"""Of the years 1 and 9999."""
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
    """A time that a request gives, limited to the years that can be written.

    >>> moment_of(10**400) == moment_of(float("nan")) == moment_of(float("inf"))
    True
    """
    if given != given:  # noqa: PLR0124  # only what is no number differs from itself
        return _LAST
    return float(min(max(given, _FIRST), _LAST))
