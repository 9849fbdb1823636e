"""Writes on their way from one replica to the others. The last writer wins.

A write takes the same time to every region (``Lifecycle.replication``). So writes arrive in the order in which they
were made, and a write made here is later than any that is still on its way here.
"""

from __future__ import annotations

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.inbox import ReplicatedWrite
from pytest_dynamodb.engine.table import Table


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
