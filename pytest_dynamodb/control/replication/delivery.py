"""Writes on their way from one replica to the others, and their arrival. The last writer wins.

A write takes the same time to every region (``Lifecycle.replication``). So writes arrive in the order in which they
were made, and a write made here is later than any that is still on its way here.
"""

from __future__ import annotations

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.region import ReplicatedWrite
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.writes.write import tell

# --- sending ---


def send(call: Call, table: Table, written: Written) -> None:
    """Send a write to the other replicas, unless it came from one of them."""
    change = written.change
    item = change.new or change.old
    if item is None or written.replicated or not table.settings.replicas:
        return
    keys, attributes = table.keys, item.attributes
    place = (table.name, keys.identity(attributes), keys.order(attributes))
    if call.region.inbox:
        call.region.inbox.overtaken(place)
    lag = 0.0 if table.settings.strong else call.lifecycle.replication
    message = ReplicatedWrite(written.time + lag, place, keys.key_of(attributes), change.new)
    for name in table.settings.replicas:
        call.region_of(call.region.account, name).inbox.add(message)


# --- arrival ---


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
