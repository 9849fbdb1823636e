"""Writes that arrive from other regions."""

from __future__ import annotations

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.writes.write import tell


def deliver(call: Call) -> None:
    """Apply to the call's region what is due there. A replica's stream records it like any other write."""
    region, now = call.region, call.clock.now()
    for due, (name, _, _), key, item in region.inbox.take(now):
        table = region.find(name, now)
        if table is None or not table.settings.replicas or table.settings.status == "DELETING":
            continue
        table = region.writable(table)
        if item is None and table.get(key) is None:
            continue
        change = table.delete(key) if item is None else table.put(item)
        tell(call, table, Written(change, due, replicated=True))
