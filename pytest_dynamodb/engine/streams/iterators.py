"""Shard iterators: opaque texts that say where to read on, and until when they may be used."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import astuple, dataclass
from typing import Final

from pytest_dynamodb.errors import ValidationException, error_for

VALID_SECONDS: Final = 15 * 60.0
"""Streams API reference, GetShardIterator."""

_INVALID: Final = "Invalid ShardIterator: {text}"
_EXPIRED: Final = (
    "Iterator expired. The iterator was created at time {created} while right now it is {now} which is further in the "
    "future than the tolerated delay of 900000 milliseconds."
)


@dataclass(frozen=True, slots=True)
class Iterator:
    """The sequence number to read from next, in a shard of a stream, and when this was said."""

    arn: str
    shard: str
    number: int
    issued: float

    def text(self) -> str:
        """What clients pass around: the ARN first, as AWS's, then nothing to be relied on."""
        told = json.dumps(astuple(self), separators=(",", ":")).encode()
        return f"{self.arn}|1|{base64.urlsafe_b64encode(told).decode()}"


def read_iterator(text: str, now: float) -> Iterator:
    """The iterator of a text. Raises ValidationException, or ExpiredIteratorException after 15 minutes."""
    try:
        arn, shard, number, issued = json.loads(base64.urlsafe_b64decode(text.rsplit("|", 1)[-1]))
        iterator = Iterator(str(arn), str(shard), int(number), float(issued))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise ValidationException(_INVALID.format(text=text)) from None
    if iterator.issued + VALID_SECONDS <= now:
        raise error_for("ExpiredIteratorException", _EXPIRED.format(created=_ms(iterator.issued), now=_ms(now)))
    return iterator


def _ms(time: float) -> int:
    return int(time * 1000)
