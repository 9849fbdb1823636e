"""What a function is handed: records in JSON as Lambda spells them, the event around them, and the context."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from random import Random
from typing import Any, Final, TypeAlias

Record: TypeAlias = dict[str, Any]
"""A record as a function sees it."""

PAYLOAD: Final = 6 * 1024 * 1024
"""How large the event of one invocation may be, in bytes (Lambda quotas, "Invocation payload")."""


@dataclass(frozen=True, slots=True)
class StreamedRecord:
    """A record on its way: how the function sees it, how filters see it, its sequence number, its time in seconds since
    the epoch, and the item that it is about.
    """

    record: Record
    seen: Any
    number: str
    time: float
    item: str

    @property
    def size(self) -> int:
        """How many bytes it takes in an event."""
        return len(json.dumps(self.record, separators=(",", ":"), ensure_ascii=False).encode())


# --- events ---


def lambda_event(records: list[Record]) -> Any:
    """As an event source mapping hands records over."""
    return {"Records": records}


def pipe_event(records: list[Record]) -> Any:
    """As a pipe does: the list alone (EventBridge user guide, "EventBridge Pipes batching and concurrency")."""
    return records


SHAPES: Final[dict[str, Callable[[list[Record]], Any]]] = {"lambda": lambda_event, "pipes": pipe_event}
"""How the records of a batch stand in an event, by who hands them over."""


def failed_of(entries: list[StreamedRecord], answer: Any) -> list[StreamedRecord]:
    """What an answer says failed: from the earliest record that it names on; all, if it names one that is not there.

    (Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda".)
    """
    named = answer.get("batchItemFailures") if isinstance(answer, Mapping) else None
    if not named:
        return []
    numbers = [entry.number for entry in entries]
    found: list[Any] = [failure.get("itemIdentifier") if isinstance(failure, Mapping) else None for failure in named]
    if any(number not in numbers for number in found):
        return entries
    return entries[min(map(numbers.index, found)) :]


# --- windows ---


@dataclass(frozen=True, slots=True)
class Window:
    """A tumbling window of a shard: from ``start`` up to, not including, ``end``, in seconds since the epoch."""

    start: float
    end: float

    @classmethod
    def around(cls, time: float, seconds: int) -> Window:
        """The window of so many seconds in which a time lies."""
        start = time // seconds * seconds
        return cls(start, start + seconds)

    def told(self) -> dict[str, str]:
        """How an event names it."""
        return {"start": _moment(self.start), "end": _moment(self.end)}


def _moment(time: float) -> str:
    return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- what was discarded ---


def discard_note(
    source: str,
    shard: str,
    arn: str,
    entries: Sequence[StreamedRecord],
    condition: str,
    *,
    attempts: int,
    context: LambdaContext,
    now: float,
) -> dict[str, Any]:
    """What a destination is sent of a batch that is given up; ``source`` names the part about the stream.

    (Lambda developer guide, "Retain discarded records for a DynamoDB event source in Lambda".)
    """
    return {
        "requestContext": {
            "requestId": context.aws_request_id,
            "functionArn": context.invoked_function_arn,
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": _precisely(now),
        source: {
            "shardId": shard,
            "startSequenceNumber": entries[0].number,
            "endSequenceNumber": entries[-1].number,
            "approximateArrivalOfFirstRecord": _moment(entries[0].time),
            "approximateArrivalOfLastRecord": _moment(entries[-1].time),
            "batchSize": len(entries),
            "streamArn": arn,
        },
    }


def _precisely(time: float) -> str:
    return datetime.fromtimestamp(time, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- the context ---


@dataclass(frozen=True)
class LambdaContext:
    """Lambda's context object, as far as a function can see it. (Lambda developer guide, "Using the Lambda context
    object to retrieve Python function information".)
    """

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "128"
    log_group_name: str = ""
    log_stream_name: str = ""
    identity: None = None
    client_context: None = None

    @classmethod
    def of(cls, function: str, arn: str, random: Random) -> LambdaContext:
        """A new invocation's, of a function that reads the stream of the given ARN."""
        _, partition, _, region, account, *_ = arn.split(":")
        request = str(uuid.UUID(int=random.getrandbits(128), version=4))
        return cls(
            function,
            f"arn:{partition}:lambda:{region}:{account}:function:{function}",
            request,
            log_group_name=f"/aws/lambda/{function}",
            log_stream_name=f"1970/01/01/[$LATEST]{request.replace('-', '')}",
        )

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run: always fifteen minutes, Lambda's most, as nothing here measures it."""
        return 15 * 60 * 1000
