"""ARNs of what outlives its table: backups, exports and imports (ack-api-quirks, DDB-BACKUP-012, DDB-EXPORT-006)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.errors import ValidationException, error_for

Kind = Literal["backup", "export", "import"]

_ARN: Final = re.compile(
    r"arn:(aws[a-z-]*):dynamodb:([a-z0-9-]*):(\d{12}):table/([a-zA-Z0-9_.-]{3,255}/(backup|export|import)/[a-zA-Z0-9-]+)"
)


@dataclass(frozen=True, slots=True)
class RecordArn:
    """An ARN's region, and the resource in it: ``app/backup/01791504762511-2779fadd``."""

    text: str
    region: str
    resource: str


def record_arn(call: Call, text: str, kind: Kind) -> RecordArn:
    """An ARN of a kind of record. Raises ValidationException, or AccessDeniedException for another account's."""
    found = _ARN.fullmatch(text)
    if found is None or found[5] != kind:
        raise ValidationException(f"Invalid {kind.capitalize()} ARN")
    if found[3] != call.region.account:
        raise error_for("AccessDeniedException", "Access is denied")
    return RecordArn(text, found[2], found[4])


def arn_of(call: Call, resource: str) -> str:
    """The ARN of a record of the call's region."""
    return call.region.arn(resource)
