"""The tables of a global table, wherever they are, and who may leave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.replication.rules import ONE_OF_STRONG
from pytest_dynamodb.engine.settings import Event, Replica, TableSettings
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException

SOURCE_SECONDS: Final = 24 * 3600.0
"""How long the region that a replica was made from cannot leave (ack-api-quirks, DDB-TABLE-266)."""


def members(call: Call, table: Table) -> Iterator[tuple[Region, Table]]:
    """The other replicas' tables, with their regions."""
    for name in table.settings.replicas:
        region = call.region_of(call.region.account, name)
        found = region.find(table.name, call.clock.now())
        if found is not None and found.settings.replicas:
            yield region, found


def check_may_leave(table: Table, region: str, now: float) -> None:
    """Raises ValidationException for a replica that cannot be deleted alone, or not yet."""
    settings = table.settings
    if settings.strong:
        raise ValidationException(ONE_OF_STRONG)
    check_no_source(settings.replicas, region, now)


def check_no_source(replicas: Mapping[str, Replica], region: str, now: float) -> None:
    """Raises ValidationException for a region that another replica was made from in the last day."""
    if any(one.source == region and one.since > now - SOURCE_SECONDS for one in replicas.values()):
        raise ValidationException(
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the "
            "table in the last 24 hours."
        )


def leave(call: Call, table: Table, gone: str) -> None:
    """Let the other replicas know that one goes."""
    for region, member in members(call, table):
        if region.name != gone:
            own = region.writable(member)
            own.settings = without(own.settings, [gone], call.clock.now() + call.lifecycle.delete_table)


def without(settings: TableSettings, gone: list[str], due: float) -> TableSettings:
    """Settings of a table that loses replicas at a time, and is no global table any more with the last of them."""
    going = {
        name: replace(one, ready=due, doing="DELETING") if name in gone else one
        for name, one in settings.replicas.items()
    }
    left = {name: one for name, one in settings.replicas.items() if name not in gone}
    after: dict[str, Any] = {"replicas": left} if left else {"replicas": {}, "strong": False, "witnesses": ()}
    return replace(settings, replicas=going).then(Event(due, after))
