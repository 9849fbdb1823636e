"""ExclusiveStartKey: whether it is a key of what is read, and lies where the read goes.

(dynalite's suite, test/query and test/scan, whose cases ran against AWS: messages and order.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.reads.span import Spans, holds
from pytest_dynamodb.engine.schema import KeyPart, KeySchema
from pytest_dynamodb.engine.storage.hashorder import in_segment
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.storage.partition import Identity
from pytest_dynamodb.engine.validation.keys import NO_MATCH, check_key
from pytest_dynamodb.engine.validation.values import checked_start_key
from pytest_dynamodb.engine.validation.wording import Wording
from pytest_dynamodb.errors import ValidationException

INVALID_START_KEY: Final = "The provided starting key is invalid"
INVALID_KEY: Final = f"{INVALID_START_KEY}: {NO_MATCH}"
OUTSIDE: Final = "The provided starting key is outside query boundaries based on provided conditions"
NOT_IN_RANGE: Final = "The provided starting key does not match the range key predicate"
ONE_ROW: Final = "The query can return at most one row and cannot be restarted"
OTHER_SEGMENT: Final = (
    f"{INVALID_START_KEY}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
    "TotalSegments: {total} Segment: {segment}"
)


def read_start_key(wording: Wording, params: Mapping[str, Any]) -> Attributes | None:
    """The start key's attributes, canonical; ``None`` where there is none. Raises ValidationException for bad values.

    An empty one is no start key in SDKs' sense, but to AWS it is one without attributes.
    """
    given = params.get("ExclusiveStartKey")
    if given is None:
        return None
    return checked_start_key(given, wording=wording).attributes


def check_count(start: Attributes, source: Source, *, message: str = INVALID_START_KEY) -> None:
    """Raise ValidationException if a start key has not as many attributes as there are key attributes."""
    if len(start) != len(source.key_names):
        raise ValidationException(message)


def check_key_attribute(start: Attributes, part: KeyPart) -> None:
    """Check that a start key has an attribute of the key that is queried by. Raises ValidationException."""
    name, _ = part
    value = start.get(name)
    if value is None:
        raise ValidationException(INVALID_START_KEY)
    check_key({name: value}, (part,))


def check_table_key(start: Attributes, keys: KeySchema) -> None:
    """Check that a start key has a key of the table in it. Raises ValidationException."""
    try:
        check_key({name: start[name] for name in keys.names if name in start}, keys.parts)
    except ValidationException as problem:
        raise ValidationException(f"{INVALID_START_KEY}: {problem.message}") from problem


def check_within(start: Attributes, source: Source, identity: Identity, spans: Spans) -> None:
    """Check that a start key lies where a Query looks. Raises ValidationException."""
    elsewhere = source.identity(start) != identity
    if not spans:
        if elsewhere:
            raise ValidationException(OUTSIDE)
        return
    if not holds(spans, source.order(start)):
        raise ValidationException(NOT_IN_RANGE)
    if elsewhere:
        raise ValidationException(ONE_ROW)


def check_scan_key(start: Attributes, source: Source) -> None:
    """Check that a Scan's start key has the attributes that a LastEvaluatedKey has. Raises ValidationException.

    Whether those of the table's key are of its types is ``check_table_key``'s to say, later.
    """
    if source.index is None:
        check_count(start, source, message=INVALID_KEY)
        return
    check_count(start, source)
    for part in source.keys.parts:
        check_key_attribute(start, part)


def check_segment(start: Attributes, source: Source, segment: tuple[int, int]) -> None:
    """Check that a Scan's start key lies in the segment that is read. Raises ValidationException."""
    if segment != (0, 1) and not in_segment(source.identity(start), *segment, tags=source.keys.hash_tags):
        raise ValidationException(OTHER_SEGMENT.format(total=segment[1], segment=segment[0]))
