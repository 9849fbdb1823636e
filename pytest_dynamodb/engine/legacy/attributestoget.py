"""AttributesToGet: names of whole attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException

DUPLICATE: Final = INVALID_VALUES + "Duplicate value in attribute name: {name}"


def attributes_to_get(params: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names, or ``None`` if there are none. Raises ``ValidationException`` for a name that comes twice."""
    given = params.get("AttributesToGet")
    if given is None:
        return None
    seen: set[str] = set()
    for name in given:
        if name in seen:
            raise ValidationException(DUPLICATE.format(name=name))
        seen.add(name)
    return tuple(given)
