"""What AWS says about a value that is not allowed: it depends on the operation and on where the value stands.

AWS checks values in one of two layers (dynamodb-conformance, error-messages/valueLayers; captured 2026-10-09):

``older``    a value of ExpressionAttributeValues or of a start key is reported with its place
``current``  places are not named; some operations put what is wrong with the content of a value behind an envelope

Which operation has which is in ``surfaces``.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Literal

from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values.numbers import NUMBER_NOT_NUMERIC, NUMBER_UNDERFLOW

ENVELOPE = "1 validation error detected: "

INVALID_VALUES = "One or more parameter values were invalid: "
"""How a sentence about a parameter begins, of values as of tables."""

# dynalite's cases run against AWS (test/{getItem,putItem,scan}) and, for the columns that differ, valueLayers.
MESSAGES: dict[str, dict[str, str]] = {
    "older": {
        "empty": "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        "several": (
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        ),
        "null": f"{INVALID_VALUES}Null attribute value types must have the value of true",
        "empty-SS": f"{INVALID_VALUES}An string set  may not be empty",
        "empty-NS": f"{INVALID_VALUES}An number set  may not be empty",
        "empty-BS": f"{INVALID_VALUES}Binary sets should not be empty",
        "duplicate-SS": f"{INVALID_VALUES}Input collection {{members}} contains duplicates.",
        "duplicate-NS": "Input collection contains duplicates",
        "duplicate-BS": f"{INVALID_VALUES}Input collection {{members}}of type BS contains duplicates.",
        # dynamodb-conformance, validation-ordering/deepRequests (2026-10-09), as is the next
        "nesting": (
            "Nesting Levels have exceeded supported limits: "
            "Attributes in the item have nested levels beyond supported limit"
        ),
        "empty-name": "Empty attribute name",
        "number": "{message}",
    }
}
MESSAGES["current"] = {
    **MESSAGES["older"],
    "duplicate-NS": f"{INVALID_VALUES}Input collection contains duplicates.",
}

_EXPRESSION_VALUE = "ExpressionAttributeValues contains invalid value: {message} for key {name}"
_START_KEY = "The provided starting key is invalid: {message}"

_OF_THE_WHOLE = frozenset({"empty", "several", "empty-name"})
"""Problems with a value as a whole: never enveloped (error-messages/valueLayers; names inferred)."""
_BEFORE_THE_PLACE = frozenset({"number", "empty-NS", "duplicate-SS", "duplicate-NS", "duplicate-BS"})
"""Problems that the older layer finds in a start key before it knows that it is one (dynalite, test/{query,scan})."""

_EXPONENT = re.compile(r"[eE]\+?([0-9]+)\Z")
_MAX_EXPONENT = 2**31 - 1


class BadValue(Exception):
    """What is wrong with a value, raised where it is found: a key of ``MESSAGES`` and what its sentence needs.

    ``Wording`` makes it the error that the operation answers with.
    """

    kind: str
    details: dict[str, Any]

    def __init__(self, kind: str, **details: Any) -> None:
        self.kind, self.details = kind, details
        super().__init__(kind)


@dataclass(frozen=True, slots=True)
class Wording:
    """How an operation words what is wrong with values. Each ``surfaces.Surface`` is one.

    ``layer``         which of the two layers above
    ``enveloped``     whether sentences about contents and expressions stand behind ``ENVELOPE``
    ``wraps``         whether exponents of numbers are 32-bit integers that wrap, as in Java's BigDecimal. Operations
                      that have left the older layer read them in full, and it is taken that they did so before
                      (limits/numberExponent)
    ``spare_levels``  levels that values of expressions may have over and above those of stored ones
                      (limits/nestingDepth)
    """

    layer: Literal["older", "current"] = "older"
    enveloped: bool = False
    wraps: bool = False
    spare_levels: int = 0

    def refusal(self, message: str) -> ValidationException:
        """The error for an expression, for Expected, AttributeUpdates or a condition, but not for a value in them."""
        return ValidationException(ENVELOPE + message if self.enveloped else message)

    def about(self, problem: BadValue) -> ValidationException:
        """The error for a value of an item, a key, Expected, AttributeUpdates or a condition's list."""
        message = self._sentence(problem)
        if self.enveloped and problem.kind not in _OF_THE_WHOLE:
            message = ENVELOPE + message
        return ValidationException(message)

    def about_expression_value(self, problem: BadValue, name: str) -> ValidationException:
        """The error for the value of ExpressionAttributeValues by that name."""
        if self.layer == "current":
            return self.about(problem)
        return ValidationException(_EXPRESSION_VALUE.format(message=self._sentence(problem), name=name))

    def about_start_key(self, problem: BadValue) -> ValidationException:
        """The error for a value of an ExclusiveStartKey."""
        if self.layer == "current" or problem.kind in _BEFORE_THE_PLACE:
            return self.about(problem)
        return ValidationException(_START_KEY.format(message=self._sentence(problem)))

    def _sentence(self, problem: BadValue) -> str:
        details = dict(problem.details)
        if problem.kind == "number" and self.layer == "older":
            details["message"] = _older_number(details["text"], details["message"], wraps=self.wraps)
        if "members" in details:
            details["members"] = _members(self.layer, problem.kind, details["members"])
        return MESSAGES[self.layer][problem.kind].format(**details)


CLASSIC = Wording()
"""The words of the long-lived validator."""


def _older_number(text: str, message: str, *, wraps: bool) -> str:
    if not text:
        return NUMBER_NOT_NUMERIC.removesuffix(": {number}")
    if not wraps:
        return message
    exponent = _EXPONENT.search(text)
    if exponent is None or len(exponent[1]) < 10 or (power := int(exponent[1][:20])) < _MAX_EXPONENT:
        return message
    return NUMBER_UNDERFLOW if power == _MAX_EXPONENT else NUMBER_NOT_NUMERIC.format(number=text)


def _members(layer: str, kind: str, members: list[str]) -> str:
    """The members of a set as sent; in the current layer, in order up to the first repeat and quoted."""
    if layer == "older":
        return f"[{', '.join(members)}]"
    binary = kind == "duplicate-BS"
    repeat = next((place for place, member in enumerate(members) if member in members[:place]), len(members))
    listed = [*sorted(members[:repeat], key=b64decode if binary else str.encode), *members[repeat:]]
    return f"[{(',' if binary else ', ').join(json.dumps(member, ensure_ascii=False) for member in listed)}]"
