"""What DynamoDB answers to a bad expression: one table of messages in two editions, and the error that renders them.

AWS has been replacing its validator region by region since 2026-06 (dynamodb-conformance, registry/splits.json). So a
wording is never written where a rule is checked; it is looked up here by the kind of error.

``older``  the wording of the long-lived validator
``newer``  that of its successor, in which some sentences about key conditions differ
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pytest_dynamodb.errors import ValidationException

Edition: TypeAlias = Literal["older", "newer"]
"""The validator whose messages are meant: AWS's long-lived one, or its successor."""

# Where a line names no source, dynalite's suite of cases run against AWS has it (test/{scan,query,updateItem,getItem}).
# "inferred": seen in no capture; the sentence is ours, in AWS's manner.
_OLDER: dict[str, str] = {
    # the text
    "empty": "Invalid {expression}: The expression can not be empty;",
    # extenddb, test_expression_size_limit (seen on AWS): only conditions and filters say how long they are
    "too-long": "Invalid {expression}: Expression size has exceeded the maximum allowed size;",
    "too-long-condition": (
        "Invalid {expression}: Expression size has exceeded the maximum allowed size; expression size: {size}"
    ),
    # dynamodb-conformance, error-messages/updateItem
    "syntax": 'Invalid {expression}: Syntax error; token: "{token}", near: "{near}"',
    "redundant-parentheses": "Invalid {expression}: The expression has redundant parentheses;",
    # aws-sdk-js#3721
    "too-many-operators": "Invalid {expression}: The expression contains too many operators; operator count: {count}",
    # inferred
    "nesting": "Invalid {expression}: The expression has too many nesting levels; maximum: {maximum}",
    # names, values, functions
    "unknown-function": "Invalid {expression}: Invalid function name; function: {token}",
    "misused-function": (
        "Invalid {expression}: The function is not allowed to be used this way in an expression; function: {token}"
    ),
    "reserved-word": "Invalid {expression}: Attribute name is a reserved keyword; reserved keyword: {token}",
    "undefined-name": (
        "Invalid {expression}: An expression attribute name used in the document path is not defined; "
        "attribute name: {token}"
    ),
    "undefined-value": (
        "Invalid {expression}: An expression attribute value used in expression is not defined; "
        "attribute value: {token}"
    ),
    # floci#3073, scylladb#25947: seen on AWS
    "list-position": "Invalid {expression}: List index is not within the allowable range; index: [{index}]",
    "path-depth": (  # inferred
        "Invalid {expression}: The document path has too many nesting elements; nesting levels: {count}"
    ),
    # operands
    "operand-count": (
        "Invalid {expression}: Incorrect number of operands for operator or function; "
        "operator or function: {token}, number of operands: {count}"
    ),
    # reapit/foundations#8255
    "in-operands": (
        "Invalid {expression}: The IN operator is provided with too many operands; number of operands: {count}"
    ),
    "same-operands": (
        "Invalid {expression}: The first operand must be distinct from the remaining operands for this operator or "
        "function; operator: {token}, first operand: {path}"
    ),
    "needs-path": "Invalid {expression}: Operator or function requires a document path; operator or function: {token}",
    "operand-type": (
        "Invalid {expression}: Incorrect operand type for operator or function; "
        "operator or function: {token}, operand type: {type}"
    ),
    "attribute-type": (
        "Invalid {expression}: Invalid attribute type name found; type: {type}, "
        "valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
    ),
    "between-types": (
        "Invalid {expression}: The BETWEEN operator requires same data type for lower and upper bounds; "
        "lower bound operand: AttributeValue: {low}, upper bound operand: AttributeValue: {high}"
    ),
    "between-order": (
        "Invalid {expression}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {low}, upper bound operand: AttributeValue: {high}"
    ),
    # updates and projections
    "repeated-section": ('Invalid {expression}: The "{token}" section can only be used once in an update expression;'),
    # typedorm#264 and others, seen on AWS since 2022; dynalite's suite is from before the last part was added
    "update-operand-type": (
        "Invalid {expression}: Incorrect operand type for operator or function; "
        "operator: {token}, operand type: {type}, typeSet: ALLOWED_FOR_{token}_OPERAND"
    ),
    "overlapping-paths": (
        "Invalid {expression}: Two document paths overlap with each other; must remove or rewrite one of these paths; "
        "path one: {path}, path two: {other}"
    ),
    "conflicting-paths": (
        "Invalid {expression}: Two document paths conflict with each other; must remove or rewrite one of these paths; "
        "path one: {path}, path two: {other}"
    ),
    # key conditions
    "key-operator": "Invalid operator used in KeyConditionExpression: {token}",
    "key-nested-operation": "KeyConditionExpressions cannot contain nested operations",
    "key-nested-attribute": "KeyConditionExpressions cannot have conditions on nested attributes",
    "key-first-operand": (
        "Invalid condition in KeyConditionExpression: {token} operator must have the key attribute as its first operand"
    ),
    "key-several-attributes": (
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
    ),
    "key-no-attribute": "Invalid condition in KeyConditionExpression: No key attribute specified",
    "key-repeated": "KeyConditionExpressions must only contain one condition per key",
    # the maps of placeholders
    "names-empty": "ExpressionAttributeNames must not be empty",
    "values-empty": "ExpressionAttributeValues must not be empty",
    "names-key": 'ExpressionAttributeNames contains invalid key: Syntax error; key: "{token}"',
    "values-key": 'ExpressionAttributeValues contains invalid key: Syntax error; key: "{token}"',
    # extenddb, test_expression_attribute_map_validation (seen on AWS): only names say how long they are
    "names-key-size": (
        "ExpressionAttributeNames contains invalid key: "
        "The expression attribute map contains a key that is too long; size of key: {size}"
    ),
    "values-key-size": (
        "ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is too long;"
    ),
    "names-value": "ExpressionAttributeNames contains invalid value: Empty attribute name for key {token}",
    "names-size": "ExpressionAttributeNames exceeds max size",  # inferred
    "values-size": "ExpressionAttributeValues exceeds max size",  # inferred
    # dynamodb-conformance, error-messages/query and updateItem
    "unused-names": "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{keys}}}",
    "unused-values": "Value provided in ExpressionAttributeValues unused in expressions: keys: {{{keys}}}",
}

_NEWER: dict[str, str] = {
    # dynamodb-conformance, error-messages/queryKeyConditionOperands: captured in October 2026
    "key-repeated": ("Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"),
    # extenddb, test_key_condition_nested_attributes: also run against AWS
    "key-nested-attribute": (
        "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes"
    ),
}

MESSAGES: dict[Edition, dict[str, str]] = {"older": _OLDER, "newer": {**_OLDER, **_NEWER}}
"""Every message by edition and kind of error."""


class ExpressionError(ValidationException):
    """An expression, or its names and values, that DynamoDB rejects; the message is DynamoDB's.

    ``kind``        the kind of error, a key of ``MESSAGES``
    ``expression``  the parameter at fault, such as ``"FilterExpression"``
    ``token``       the word, placeholder, operator or function at fault, or None
    ``position``    where in the text it stands, counted in characters from 0, or None where there is no text
    """

    kind: str
    expression: str
    token: str | None
    position: int | None

    def __init__(
        self, kind: str, *, expression: str = "", token: str | None = None, position: int | None = None, **details: Any
    ) -> None:
        self.kind, self.expression, self.token, self.position = kind, expression, token, position
        self.details = details
        super().__init__(self.render())

    def render(self, edition: Edition = "older") -> str:
        """The message in an edition, without the envelope that some operations put it in."""
        return MESSAGES[edition][self.kind].format(expression=self.expression, token=self.token, **self.details)
