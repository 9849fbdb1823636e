"""Rules of CreateTable's and UpdateTable's other members: streams, encryption, table class, tags (ack-api-quirks,
DDB-TABLE-442).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.tables.keys import INVALID
from pytest_dynamodb.engine.tables.tags import check_tags
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

_CLASSES: Final = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")


def check_options(params: Mapping[str, Any]) -> None:
    """Raises ValidationException for the first option of a CreateTable that is wrong."""
    if (stream := params.get("StreamSpecification")) is not None:
        _check_new_stream(stream)
    if (encryption := params.get("SSESpecification")) is not None:
        check_encryption(encryption)
    check_table_class(params.get("TableClass"))
    if params.get("Tags"):
        check_tags(params["Tags"])


def _check_new_stream(stream: Mapping[str, Any]) -> None:
    view = stream.get("StreamViewType")
    if truth(stream.get("StreamEnabled")) and view is None:
        raise ValidationException(f"{INVALID}Table is being created with a stream enabled, UpdateViewType is required")
    if not truth(stream.get("StreamEnabled")) and view is not None:
        raise ValidationException(
            f"{INVALID}Table is being created with a stream disabled, UpdateViewType should not be specified"
        )


def check_encryption(encryption: Mapping[str, Any]) -> None:
    """The members of an SSESpecification go together."""
    kind, key = encryption.get("SSEType"), encryption.get("KMSMasterKeyId")
    if encryption.get("Enabled") is not None and not truth(encryption["Enabled"]):
        for member, value in (("SSEType", kind), ("KMSMasterKeyId", key)):
            if value is not None:
                raise ValidationException(f"{INVALID}{member} can not be specified if Enabled is false")
    if kind == "AES256":
        raise ValidationException(f"{INVALID}SSEType AES256 is not supported")
    if key is not None and kind is None:
        raise ValidationException(f"{INVALID}SSEType KMS is required if KMSMasterKeyId is specified")


def check_table_class(table_class: str | None) -> None:
    """A class that there is."""
    if table_class is not None and table_class not in _CLASSES:
        raise ValidationException(
            "Invalid table-class parameter provided. "
            f"Please try again with a valid table-class value: [{', '.join(_CLASSES)}]."
        )
