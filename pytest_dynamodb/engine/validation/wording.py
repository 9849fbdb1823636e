"""What AWS says about a value that may not be, which depends on the operation and on where the value stands.

AWS checks values in one of two layers (dynamodb-conformance, error-messages/valueLayers; captured 2026-10-09):

``older``    every operation of the ``classic`` dialect; BatchWriteItem, Scan and transactions in ``2026``. A value of
             ExpressionAttributeValues or of a start key is reported with its place
``current``  the rest of ``2026``. Places are not named; PutItem, UpdateItem and DeleteItem put what is wrong with the
             content of a value behind an envelope
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.messages import ENVELOPE, ENVELOPED, Dialect
from pytest_dynamodb.values.numbers import NUMBER_NOT_NUMERIC, NUMBER_UNDERFLOW

_INVALID = "One or more parameter values were invalid: "

# dynalite's cases run against AWS (test/{getItem,putItem,scan}) and, for the columns that differ, valueLayers.
MESSAGES: dict[str, dict[str, str]] = {
    "older": {
        "empty": "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        "several": (
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        ),
        "null": f"{_INVALID}Null attribute value types must have the value of true",
        "empty-SS": f"{_INVALID}An string set  may not be empty",
        "empty-NS": f"{_INVALID}An number set  may not be empty",
        "empty-BS": f"{_INVALID}Binary sets should not be empty",
        "duplicate-SS": f"{_INVALID}Input collection {{members}} contains duplicates.",
        "duplicate-NS": "Input collection contains duplicates",
        "duplicate-BS": f"{_INVALID}Input collection {{members}}of type BS contains duplicates.",
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
    "duplicate-NS": f"{_INVALID}Input collection contains duplicates.",
}

_EXPRESSION_VALUE = "ExpressionAttributeValues contains invalid value: {message} for key {name}"
_START_KEY = "The provided starting key is invalid: {message}"

#: Problems with a value as a whole: never enveloped (error-messages/valueLayers; names inferred).
_OF_THE_WHOLE = frozenset({"empty", "several", "empty-name"})
#: Problems that the older layer finds in a start key before it knows that it is one (dynalite, test/{query,scan}).
_BEFORE_THE_PLACE = frozenset({"number", "empty-NS", "duplicate-SS", "duplicate-NS", "duplicate-BS"})

#: Operations that have kept the older layer.
_OLDER_STILL = frozenset({"BatchWriteItem", "Scan", "TransactGetItems", "TransactWriteItems"})

_EXPONENT = re.compile(r"[eE]\+?([0-9]+)\Z")
_MAX_EXPONENT = 2**31 - 1


class Fault(Exception):
    """What is wrong with a value, before it is known who asks: a key of ``MESSAGES`` and what its sentence needs."""

    def __init__(self, kind: str, **details: Any) -> None:
        self.kind, self.details = kind, details
        super().__init__(kind)


@dataclass(frozen=True, slots=True)
class Wording:
    """How an operation words what is wrong with values: one of ``wording_of``."""

    layer: Literal["older", "current"] = "older"
    enveloped: bool = False
    #: Exponents of numbers are 32-bit integers that wrap, as in Java's BigDecimal. Operations that have left the older
    #: layer read them in full, and it is taken that they did so before (limits/numberExponent).
    wraps: bool = False
    #: Levels that values of expressions may have over and above those of stored ones (limits/nestingDepth).
    spare_levels: int = 0

    def refusal(self, message: str) -> ValidationException:
        """The error for what is wrong with Expected, AttributeUpdates or a condition, but not with its values."""
        return ValidationException(ENVELOPE + message if self.enveloped else message)

    def about(self, fault: Fault) -> ValidationException:
        """The error for a value of an item, a key, Expected, AttributeUpdates or a condition's list."""
        message = self._sentence(fault)
        if self.enveloped and fault.kind not in _OF_THE_WHOLE:
            message = ENVELOPE + message
        return ValidationException(message)

    def about_expression_value(self, fault: Fault, name: str) -> ValidationException:
        """The error for the value of ExpressionAttributeValues by that name."""
        if self.layer == "current":
            return self.about(fault)
        return ValidationException(_EXPRESSION_VALUE.format(message=self._sentence(fault), name=name))

    def about_start_key(self, fault: Fault) -> ValidationException:
        """The error for a value of an ExclusiveStartKey."""
        if self.layer == "current" or fault.kind in _BEFORE_THE_PLACE:
            return self.about(fault)
        return ValidationException(_START_KEY.format(message=self._sentence(fault)))

    def _sentence(self, fault: Fault) -> str:
        details = dict(fault.details)
        if fault.kind == "number" and self.layer == "older":
            details["message"] = _older_number(details["text"], details["message"], wraps=self.wraps)
        if "members" in details:
            details["members"] = _members(self.layer, fault.kind, details["members"])
        return MESSAGES[self.layer][fault.kind].format(**details)


CLASSIC = Wording()
_OLDER = Wording(wraps=True)
_TRANSACTION = Wording(wraps=True, spare_levels=1)


@cache
def wording_of(operation: str, dialect: Dialect) -> Wording:
    """How an operation words what is wrong with values, in a dialect."""
    if operation == "TransactWriteItems":
        return _TRANSACTION
    if operation in _OLDER_STILL:
        return _OLDER
    if dialect == "classic":
        return CLASSIC
    return Wording("current", enveloped=operation in ENVELOPED[dialect])


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
