"""What follows from a change of an item: a record in the table's stream, an entry of its history, writes elsewhere."""

from __future__ import annotations

from pytest_dynamodb.engine.backups.recovery import DAY_SECONDS
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.delivery import send
from pytest_dynamodb.engine.streams.capture import capture
from pytest_dynamodb.engine.table import Change, Table


def follow(
    call: Call, table: Table, change: Change, now: float, *, identity: dict[str, str] | None = None, sent: bool = True
) -> None:
    """Tell of a change to a table that is ours. Not ``sent`` is what comes from another replica."""
    settings = table.settings
    if settings.stream is not None:
        capture(call.region, table, change, now, call.random, identity=identity)
    if table.history is not None and settings.recovery is not None:
        kept = now - settings.recovery.days * DAY_SECONDS
        table.history.note(now, change.old, change.new, kept=kept)
    if sent and settings.replicas:
        send(call, table, change, now)
