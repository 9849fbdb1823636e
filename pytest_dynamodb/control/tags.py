"""Tags of tables: rules and operations (API reference, Tag; ack-api-quirks, DDB-TABLE-442)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.tables.lookup import require_settled, table_name_of_arn, table_of_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.errors import ValidationException

# --- rules ---

MOST_TAGS: Final = 50
_LONGEST_KEY, _LONGEST_VALUE = 128, 256

_ALLOWED: Final = re.compile(r"[\w\s.:/=+\-@]*", re.UNICODE)
"""Letters, digits and spaces of any script, and a few signs ("Tagging restrictions in DynamoDB", developer guide)."""


def check_tags(tags: Sequence[Mapping[str, Any]]) -> None:
    """Raise ValidationException for the first invalid tag."""
    seen: set[str] = set()
    for tag in tags:
        key, value = tag.get("Key"), tag.get("Value")
        check_tag_key(key)
        if value is None or len(value) > _LONGEST_VALUE or not _ALLOWED.fullmatch(value):
            raise ValidationException(f"The Tag Value provided is invalid, Value: {_shown(value)}")
        if key in seen:
            raise ValidationException(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
        seen.add(str(key))
    check_tag_count(seen)


def check_tag_key(key: str | None) -> None:
    """Raise ValidationException for an invalid tag key."""
    if not key or len(key) > _LONGEST_KEY or not _ALLOWED.fullmatch(key):
        raise ValidationException(f"The Tag Key provided is invalid, Key: {_shown(key)}")
    if key.lower().startswith("aws:"):
        raise ValidationException(f"Tag Key cannot be prefixed with aws:, Key: {key}")


def check_tag_count(keys: Iterable[str]) -> None:
    """Raise ValidationException for more tags than a table may have."""
    if len(set(keys)) > MOST_TAGS:
        raise ValidationException("Number of Tags exceed the current limit for the provided ResourceArn")


def _shown(text: str | None) -> str:
    return "null" if text is None else text


# --- TagResource ---


def tag_resource(call: Call) -> dict[str, Any]:
    """Put tags on a table, replacing those with the same keys; all of them or none. AWS applies them a little later.

    Raises ValidationException, AccessDeniedException, ResourceNotFoundException and ResourceInUseException.
    """
    arn, tags = call.params["ResourceArn"], call.params["Tags"]
    table_name_of_arn(call, arn)
    if not tags:
        raise ValidationException("Atleast one Tag needs to be provided as Input.")
    check_tags(tags)
    table = table_of_arn(call, arn)
    require_settled(table)
    both = {**table.settings.tags, **{tag["Key"]: tag["Value"] for tag in tags}}
    check_tag_count(both)
    table = call.writable(table)
    table.settings = replace(table.settings, tags=both)
    return {}


# --- UntagResource ---


def untag_resource(call: Call) -> dict[str, Any]:
    """Remove tags from a table; keys that it does not have are ignored.

    Raises ValidationException, AccessDeniedException, ResourceNotFoundException and ResourceInUseException.
    """
    arn, keys = call.params["ResourceArn"], call.params["TagKeys"]
    table_name_of_arn(call, arn)
    if not keys:
        raise ValidationException("Atleast one Tag Key needs to be provided as Input.")
    for key in keys:
        check_tag_key(key)
    check_tag_count(keys)
    table = table_of_arn(call, arn, told=False)
    require_settled(table)
    left = {key: value for key, value in table.settings.tags.items() if key not in keys}
    table = call.writable(table)
    table.settings = replace(table.settings, tags=left)
    return {}


# --- ListTagsOfResource ---


def list_tags_of_resource(call: Call) -> dict[str, Any]:
    """All tags of a table, on one page.

    Raises ValidationException, AccessDeniedException and ResourceNotFoundException.
    """
    tags = table_of_arn(call, call.params["ResourceArn"]).settings.tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
