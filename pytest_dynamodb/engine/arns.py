"""ARNs in requests: what is in one, and what the name of a table may be.

==========================================================  =============================================
a TableName, also in batches, transactions and statements   is
==========================================================  =============================================
a name                                                      the table of the request's account and region
the ARN of a table there                                    that table
a table's ARN with another region or partition              a ValidationException
a table's ARN with another account                          an AccessDeniedException
another ARN: of an index, a stream, another service         a ValidationException
==========================================================  =============================================

(ack-api-quirks, DDB-TABLE-011, and ExtendDB/extenddb#200, both captured from AWS. Whether a resource policy lets other
accounts in is not looked at here.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

_PARTS: Final = 6
_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{1,255}")
_SHORTEST: Final = 3  # a name of one letter is let through here, too: see ``validation.constraints``

_FORMAT: Final = (
    "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where Resource "
    "name must have length less than or equal to 255, Resource name must have length greater than or equal to 3, "
    "Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
)
_TOO_SHORT: Final = "Table name of ARN must have length greater than or equal to 3"
_OTHER_TYPE: Final = "Invalid resource type"
_DETECTED: Final = "1 validation error detected: "


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN. ``resource`` is all that follows the account, such as ``table/app/index/by_owner``."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def table(self) -> str | None:
        """The name of the table that it is the ARN of; ``None`` if it is one of anything else."""
        kind, _, name = self.resource.partition("/")
        return name if self.service == "dynamodb" and kind == "table" and _NAME.fullmatch(name) else None


def parse_arn(text: str) -> Arn | None:
    """The ARN that a text is, of whatever service; ``None`` if it is none."""
    parts = text.split(":", _PARTS - 1)
    return Arn(*parts[1:]) if len(parts) == _PARTS and parts[0] == "arn" else None


def broken_table_arn(text: str) -> str | None:
    """What AWS says of a TableName that begins with ``arn:`` and is no table's ARN; ``None`` if it is one."""
    arn = parse_arn(text)
    kind, _, name = ("", "", "") if arn is None else arn.resource.partition("/")
    if arn is None or arn.service != "dynamodb" or not kind:
        return _FORMAT
    if kind != "table":
        return _OTHER_TYPE
    if len(name) < _SHORTEST and len(name) != 1:
        return _TOO_SHORT
    return None if arn.table else _FORMAT


def own_table_name(text: str, own: Arn) -> str:
    """The table that a TableName names, whether there is one or not. ``own`` is where the request is answered.

    Raises ValidationException and AccessDeniedException: see above.
    """
    if not text.startswith("arn:"):
        return text
    broken = broken_table_arn(text)
    if broken is not None:
        raise ValidationException(f"{_DETECTED}Value '{text}' at 'tableName' failed to satisfy constraint: {broken}")
    arn = parse_arn(text)
    assert arn is not None
    for what, given, expected in (("partition", arn.partition, own.partition), ("region", arn.region, own.region)):
        if given != expected:
            raise ValidationException(f"{_DETECTED}Invalid AWS {what} in '{text}'")
    if arn.account != own.account:
        raise access_denied()
    return str(arn.table)


def access_denied() -> DynamoDbError:
    """The error for what belongs to another account."""
    return error_for("AccessDeniedException", "Access is denied")
