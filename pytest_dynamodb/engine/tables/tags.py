"""Rules of tags (API reference, Tag; ack-api-quirks, DDB-TABLE-442)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.errors import ValidationException

MOST_TAGS: Final = 50
_LONGEST_KEY, _LONGEST_VALUE = 128, 256

#: Letters, digits and spaces of any script, and a few signs ("Tagging restrictions in DynamoDB", developer guide).
_ALLOWED: Final = re.compile(r"[\w\s.:/=+\-@]*", re.UNICODE)


def check_tags(tags: Sequence[Mapping[str, Any]]) -> None:
    """Raises ValidationException for the first tag that cannot be one."""
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
    """A key that a tag may have."""
    if not key or len(key) > _LONGEST_KEY or not _ALLOWED.fullmatch(key):
        raise ValidationException(f"The Tag Key provided is invalid, Key: {_shown(key)}")
    if key.lower().startswith("aws:"):
        raise ValidationException(f"Tag Key cannot be prefixed with aws:, Key: {key}")


def check_tag_count(keys: Iterable[str]) -> None:
    """No more tags than a table may have."""
    if len(set(keys)) > MOST_TAGS:
        raise ValidationException("Number of Tags exceed the current limit for the provided ResourceArn")


def _shown(text: str | None) -> str:
    return "null" if text is None else text
