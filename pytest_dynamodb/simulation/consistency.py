"""Stale reads: reads without ConsistentRead may see tables as they were a moment ago."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields
from random import Random
from typing import Any, NamedTuple

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.engine import Restorer, Simulator
from pytest_dynamodb.engine.handlers import Handler
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import Part, changes_nothing, parts


@dataclass(frozen=True, slots=True)
class Consistency:
    """How stale eventually consistent reads may be.

    ``lag``        seconds on the engine's clock for which a write may be invisible to reads without ConsistentRead
    ``index_lag``  the same for reads of global indexes, which cannot be consistent; ``lag`` unless given
    ``chance``     probability that a read within that time is stale. With 1.0, every such read is, so that a missing
                   ConsistentRead shows in every run
    ``seed``       determines which reads are stale, if ``chance`` is less than 1.0
    """

    lag: float = 1.0
    index_lag: float | None = None
    chance: float = 1.0
    seed: int = 0

    def simulator(self) -> Staleness:
        """A simulator with these settings that has seen no writes."""
        return Staleness(self)


class _Past(NamedTuple):
    """A table as it was until a time, in seconds since the epoch."""

    until: float
    table: Table


class Staleness(Simulator):
    """Gives reads stale tables."""

    def __init__(self, settings: Consistency) -> None:
        self._settings = settings
        self._random = Random(settings.seed)  # noqa: S311  # of a test double
        self._past: dict[tuple[str, str, str], deque[_Past]] = {}
        self._renewed: dict[tuple[str, str], float] = {}

    def anew(self) -> Staleness:
        """A simulator with the same settings that has seen no writes."""
        return Staleness(self._settings)

    def carry_out(self, call: Call, handler: Handler, engine: Restorer) -> dict[str, Any]:
        """The answer, from the past or the present state of the tables."""
        if not changes_nothing(call.operation, call.params):
            return self._kept(call, handler)
        if not OPERATIONS[call.operation].items:
            return handler(call)
        values = {field.name: getattr(call, field.name) for field in fields(Call)}
        return handler(StaleCall(**values, staleness=self))

    def _kept(self, call: Call, handler: Handler) -> dict[str, Any]:
        """Carry out a request that may write, and keep the tables that it changed as they were before."""
        before, now = call.region.tables.copy(), call.clock.now()
        place = (call.region.account, call.region.name)
        if self._renewed.get(place) != now:  # once for all that is written at one time: nobody sees what is between
            self._renewed[place] = now
            call.region.renew()
        try:
            return handler(call)
        finally:
            for name, table in call.region_of(*place).tables.items():
                old = before.get(name)
                if old is not None and old is not table and old.settings.id == table.settings.id:
                    self._keep((*place, name), _Past(now, old))

    def _keep(self, place: tuple[str, str, str], past: _Past) -> None:
        known = self._past.setdefault(place, deque())
        oldest = past.until - max(self._settings.lag, self._settings.index_lag or 0.0)
        while known and known[0].until <= oldest:
            known.popleft()
        if not known or known[-1].until != past.until:
            known.append(past)

    def seen(self, call: Call, table: Table) -> Table:
        """The table that a read sees."""
        reads = (part for part in parts(call.operation, call.params) if part.table == table.name)
        read = next(reads, Part(table.name, "get", {}))
        settings, index = self._settings, table.indexes.get(str(read.index_name))
        is_global = index is not None and index.schema.is_global
        if read.consistent and not is_global:
            return table
        lag = settings.index_lag if is_global and settings.index_lag is not None else settings.lag
        seen_until = call.clock.now() - lag
        for until, past in self._past.get((call.region.account, call.region.name, table.name), ()):
            if until > seen_until and past.settings.id == table.settings.id:
                if index is not None and index.name not in past.indexes:
                    return table
                return past if self._is_behind() else table
        return table

    def _is_behind(self) -> bool:
        chance = self._settings.chance
        return chance >= 1.0 or self._random.random() < chance


@dataclass(slots=True, kw_only=True)
class StaleCall(Call):
    """A read that may see an older table."""

    staleness: Staleness

    def table(self, given: str | None = None) -> Table:
        """As ``Call.table``, but perhaps as the table was before."""
        table = Call.table(self, given)  # not super(): dataclasses with slots are other classes than they were
        return self.staleness.seen(self, table)
