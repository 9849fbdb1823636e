"""What a table is set to, apart from its keys and items. Frozen: a change makes new settings, so snapshots share them.

What takes time is told in advance: settings hold the ``events`` that are still to come, each with when it is due and
what it changes. ``at(now)`` is what the settings have become by then; nothing has to happen in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

Status: TypeAlias = Literal["CREATING", "ACTIVE", "UPDATING", "DELETING", "GONE"]
"""AWS's of tables and indexes, and ``GONE`` of what is no longer there."""

Dimension: TypeAlias = tuple[str, str, str]
"""What auto scaling is of: a region, an index or "" for the table, and reads or writes."""

Online = TypeVar("Online", "IndexSettings", "VectorIndex")

_USABLE: Final = frozenset({"ACTIVE", "UPDATING"})


@dataclass(frozen=True, slots=True)
class Throughput:
    """Provisioned units of a table or an index; zeros on demand."""

    read: int = 0
    write: int = 0
    decreases: int = 0  # on the UTC day of ``last_decrease``
    last_increase: float | None = None
    last_decrease: float | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """Read and write units of a ceiling (OnDemandThroughput) or a floor (WarmThroughput). ``None``: not set."""

    read: int | None = None
    write: int | None = None


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What a global secondary index is set to. Local ones have no settings of their own."""

    status: Status = "ACTIVE"
    backfilling: bool | None = None  # told while an index is added to a table, not of those made with it
    throughput: Throughput = field(default_factory=Throughput)
    ceiling: Units = field(default_factory=Units)
    warm: Units = field(default_factory=Units)
    warm_changing: bool = False


@dataclass(frozen=True, slots=True)
class Encryption:
    """Encryption by a key of the account's. ``status`` is ENABLED, or UPDATING while the key is changed."""

    status: str
    key_arn: str


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """A stream that is or was on, and since when. ``label`` is in its ARN and stays known when it is off."""

    label: str
    view_type: str
    since: float
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class TimeToLive:
    """The attribute that says when items end. ``changed`` is when it was last switched."""

    attribute: str | None = None
    enabled: bool = False
    changed: float | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """Point-in-time recovery that is on: since when, and how far back it goes."""

    since: float
    days: int = 35


@dataclass(frozen=True, slots=True)
class Restored:
    """Where a table comes from, told while it is restored: the state at ``time``, of a table, in a backup or not."""

    time: float
    table_arn: str
    backup_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Replica:
    """A replica in another region: when it was made, from which region's, and what it has of its own."""

    since: float
    source: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    ready: float = 0.0  # when a change of it is done
    doing: str = "CREATING"  # until then


@dataclass(frozen=True, slots=True)
class Insights:
    """Contributor insights of a table or an index, and when they were last switched."""

    enabled: bool
    mode: str
    changed: float
    number: int = 0  # in the names of rules


@dataclass(frozen=True, slots=True)
class Destination:
    """A Kinesis stream that a table is set to write to."""

    arn: str
    enabled: bool
    ready: float  # when ``doing`` is done
    doing: str
    precision: str | None = None


class SearchElement(NamedTuple):
    """An attribute of a search schema: its name, its type tag and its role (HASH, INLINE_FILTER)."""

    name: str
    tag: str
    role: str


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """A vector index: the attribute with the vector, what it is searched by besides, what it holds, how it stands."""

    name: str
    attribute: str
    dimensions: int
    function: str
    schema: tuple[SearchElement, ...]
    projection: str
    included: tuple[str, ...]
    status: Status = "CREATING"
    backfilling: bool | None = None  # told while an index is added to a table, not of those made with it

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes of the search schema."""
        return tuple(element.name for element in self.schema)

    @property
    def partition(self) -> SearchElement | None:
        """The HASH attribute of the search schema, of which there is one at most."""
        return next((element for element in self.schema if element.role == "HASH"), None)


OnlineIndex: TypeAlias = IndexSettings | VectorIndex
"""What comes to a table and goes while the table is there: global secondary indexes and vector indexes."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change that is due at a time: of the table's settings, or of those of one index."""

    due: float
    changes: Mapping[str, Any]
    index: str | None = None


@dataclass(frozen=True, slots=True)
class TableSettings:
    """Everything that DescribeTable and its neighbours tell of a table besides its keys, indexes and items."""

    arn: str
    id: str
    created: float
    attribute_types: Mapping[str, str] = field(default_factory=dict)
    status: Status = "ACTIVE"
    on_demand: bool = False
    was_on_demand: bool = False  # a table that never was has no BillingModeSummary
    on_demand_since: float | None = None
    throughput: Throughput = field(default_factory=Throughput)
    ceiling: Units = field(default_factory=Units)
    warm: Units = field(default_factory=Units)
    warm_changing: bool = False
    indexes: Mapping[str, IndexSettings] = field(default_factory=dict)
    table_class: str | None = None
    table_class_changed: float | None = None
    encryption: Encryption | None = None
    stream: StreamSettings | None = None
    deletion_protection: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    ttl: TimeToLive = field(default_factory=TimeToLive)
    policy: str | None = None
    policy_revision: int | None = None  # of a policy set later than the table was made
    recovery: Recovery | None = None
    restored: Restored | None = None
    replicas: Mapping[str, Replica] = field(default_factory=dict)  # by region, without this one
    witnesses: tuple[str, ...] = ()
    strong: bool = False  # MultiRegionConsistency of a global table
    scaling: Mapping[Dimension, Mapping[str, Any]] = field(default_factory=dict)
    settings_mode: str | None = None  # GlobalTableSettingsReplicationMode, where it was set
    insights: Mapping[str, Insights] = field(default_factory=dict)  # by index; "" is the table
    destinations: tuple[Destination, ...] = ()
    vectors: Mapping[str, VectorIndex] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def is_usable(self, now: float) -> bool:
        """Whether data may be read and written: not while the table is on its way up or down."""
        return (self.at(now) if self.events else self).status in _USABLE

    def at(self, now: float) -> TableSettings:
        """What these settings have become by ``now``; themselves if nothing was due."""
        if not self.events or self.events[0].due > now:
            return self
        settings = self
        for event in self.events:
            if event.due > now:
                break
            settings = settings._after(event)
        return replace(settings, events=tuple(event for event in self.events if event.due > now))

    def _after(self, event: Event) -> TableSettings:
        if event.index is None:
            return replace(self, **event.changes)
        changed = self.online_indexes.get(event.index)
        if changed is None:  # the index was taken away before its time came
            return self
        return self.with_index(event.index, replace(changed, **event.changes))

    @property
    def online_indexes(self) -> dict[str, OnlineIndex]:
        """Global and vector indexes, which share their names."""
        return {**self.indexes, **self.vectors}

    def with_index(self, name: str, index: OnlineIndex) -> TableSettings:
        """The same with other settings of an index, or none of one that is gone."""
        if isinstance(index, VectorIndex):
            return replace(self, vectors=_changed(self.vectors, name, index))
        return replace(self, indexes=_changed(self.indexes, name, index))

    def then(self, *events: Event) -> TableSettings:
        """The same with more events to come."""
        return replace(self, events=tuple(sorted((*self.events, *events), key=_due)))


def _changed(indexes: Mapping[str, Online], name: str, index: Online) -> dict[str, Online]:
    others = {**indexes, name: index}
    if index.status == "GONE":
        del others[name]
    return others


def _due(event: Event) -> float:
    return event.due
