"""ARNs in ResourceArn members: which table they name, and what is wrong with the others (ack-api-quirks, DDB-TABLE-442;
dynalite's tests, tagResource).
"""

from __future__ import annotations

import re
from typing import Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.errors import ValidationException, error_for

_PARTS: Final = 6
_TABLE: Final = re.compile(r"table/[a-zA-Z0-9_.-]{3,255}")


def table_name_of_arn(call: Call, arn: str) -> str:
    """The table that the request's ARN names, whether there is one or not.

    Raises ValidationException for what is no table's ARN of this region, AccessDeniedException for another account's.
    """
    if not arn.startswith("arn:"):
        raise ValidationException(f"{INVALID}ARNs must start with 'arn:': {arn}")
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[2] != "dynamodb":
        raise ValidationException(f"{INVALID}Provided Arn is not a DynamoDB resource arn: {arn}")
    _, _, _, region, account, resource = parts
    if not resource.startswith("table/") or "/index/" in resource:
        raise ValidationException(
            f"{INVALID}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}"
        )
    if region != call.region.name or not _TABLE.fullmatch(resource):
        raise ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    _check_account(call, account, arn)
    return resource.removeprefix("table/")


def _check_account(call: Call, account: str, arn: str) -> None:
    own, action = call.region.account, f"dynamodb:{call.operation}"
    if account != own:
        raise error_for(
            "AccessDeniedException",
            f"User: arn:aws:iam::{own}:root is not authorized to perform: {action} on resource: {arn} "
            f"because no resource-based policy allows the {action} action",
        )


def table_of_arn(call: Call, arn: str, *, told: bool = True) -> Table:
    """The table of an ARN. Raises ResourceNotFoundException, which tells the ARN or does not, by operation."""
    table = call.region.find(table_name_of_arn(call, arn), call.clock.now())
    if table is None:
        which = f": ResourcArn: {arn} not found" if told else ""  # spelt so by AWS
        raise error_for("ResourceNotFoundException", "Requested resource not found" + which)
    return table
