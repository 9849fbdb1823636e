"""Time to live: expired items are deleted as the engine's clock moves on.

AWS does this in the background, "typically within a few days" (developer guide, "TTL"), and shows them until then. Here
it is done before the first request after the clock has moved. So a test that lets time pass need not wait, and one that
writes an item that has expired long ago sees it until then.
"""

from __future__ import annotations

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.streams.capture import BY_TTL
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.writes.write import tell


def expire(call: Call) -> None:
    """Delete what has expired by now from the tables of the call's region."""
    now = call.clock.now()
    for table in list(call.region.tables.values()):
        if table.expiry is not None or table.settings.ttl.enabled:
            found = call.region.find(table.name, now)
            if found is not None and found.settings.is_usable(now):  # nothing ends in what is on its way down
                _settle(call, found, now)


def _settle(call: Call, table: Table, now: float) -> None:
    ttl = table.settings.ttl
    wanted = ttl.attribute if ttl.enabled else None
    if table.expiry is None or table.expiry.attribute != wanted:
        table = call.writable(table)
        # What has ended when the time to live is switched on goes as soon as the clock moves.
        table.expire_by(wanted, ttl.changed or now)
    if table.expiry is not None and table.expiry.swept < now:
        _sweep(call, table, now)


def _sweep(call: Call, table: Table, now: float) -> None:
    table = call.writable(table)
    if table.expiry is None:
        return
    table.expiry.swept = now
    for item in table.expiry.due(now):
        change = table.delete(item.attributes)
        tell(call, table, Written(change, now, identity=BY_TTL))
