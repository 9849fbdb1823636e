"""The records that writes leave in a stream, and shards that a test splits."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.schema import key_parts
from pytest_dynamodb.engine.storage.partition import StoredItem
from pytest_dynamodb.engine.streams.stream import Stream
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.values import item_size

# --- records ---

BY_TTL: Final = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
"""The identity in records of what time to live deleted (developer guide, "DynamoDB Streams and Time to Live")."""

_OLD: Final = frozenset({"OLD_IMAGE", "NEW_AND_OLD_IMAGES"})
_NEW: Final = frozenset({"NEW_IMAGE", "NEW_AND_OLD_IMAGES"})


def capture(call: Call, table: Table, written: Written) -> None:
    """Keep a record of a change if the table's stream is on and anything has changed.

    (Streams: "If a PutItem or UpdateItem does not change any data, no record is written.")
    """
    old, new = written.change.old, written.change.new
    settings = table.settings.stream
    if settings is None or not settings.enabled or (old and new and old.attributes == new.attributes):
        return
    stream = stream_of(call.region, table)
    item = new or old
    if stream is None or item is None:
        return
    stream.settle(written.time)
    keys = table.keys.key_of(item.attributes)
    size = item_size(keys)
    told: dict[str, Any] = {"ApproximateCreationDateTime": float(int(written.time)), "Keys": keys}
    for member, image, views in (("NewImage", new, _NEW), ("OldImage", old, _OLD)):
        if image is not None and stream.view_type in views:
            told[member] = image.attributes
            size += image.size
    told |= {"SizeBytes": size, "StreamViewType": stream.view_type}
    body: dict[str, Any] = {
        "eventID": f"{call.random.getrandbits(128):032x}",
        "eventName": event_name(old, new),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": call.region.name,
        "dynamodb": told,
    }
    if written.identity is not None:
        body["userIdentity"] = written.identity
    stream.add(table.keys.identity(item.attributes), written.time, size, body)


def event_name(old: StoredItem | None, new: StoredItem | None) -> str:
    """What happened to an item."""
    return "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"


def stream_of(region: Region, table: Table) -> Stream | None:
    """The table's latest stream, to be changed; made where there is none yet. ``None`` if it never had one."""
    settings = table.settings.stream
    if settings is None:
        return None
    arn = f"{table.arn}/stream/{settings.label}"
    stream = region.streams.get(arn)
    if stream is None:
        schema = [{"AttributeName": name, "KeyType": role} for name, _, role in key_parts(table.keys)]
        stream = region.streams[arn] = Stream(
            region.owner, arn, table.name, settings.label, settings.view_type, schema, settings.since
        )
    elif stream.owner is not region.owner:
        stream = region.streams[arn] = stream.owned_by(region.owner)
    return stream


def close_stream(region: Region, table: Table, now: float) -> None:
    """Close the table's stream: it was switched off, or the table deleted."""
    stream = stream_of(region, table)
    if stream is not None and stream.closed is None:
        stream.settle(now)
        stream.close(now)


# --- shards ---


def split_shards(region: Region, table: Table, now: float, children: int) -> list[str]:
    """Replace the open shards of the table's stream by ``children`` of each; the ids of those that are open now.

    Raises ResourceNotFoundException if the stream is off, and ``ValueError`` for less than one child.
    """
    if children < 1:
        raise ValueError(f"a shard has at least one child, not {children}")
    stream = stream_of(region, table)
    if stream is None or stream.closed is not None:
        raise error_for("ResourceNotFoundException", f"Requested resource not found: Stream of {table.name} not found")
    stream.settle(now)
    stream.replace_shards(now, children=children)
    return [shard.id for shard in stream.open_shards]
