"""How much there is of everything."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThroughputLimits:
    """Limits that an engine keeps to, on its clock. The figures given here are AWS's.

    ``partition_read`` and ``partition_write``  units a second of a partition (developer guide, "Designing partition
                       keys": 3,000 and 1,000)
    ``burst``          seconds of provisioned capacity that are kept while they are not used (same guide, "Burst
                       capacity": 300). A new table has one second's
    ``on_demand_read`` and ``on_demand_write``  units a second of a table or index on demand ("Quotas": 40,000)
    ``split_after``    seconds of throttling after which a hot partition is split into two; ``None`` is never. AWS does
                       not say how long it takes. One key alone stays in one partition

    A request is let through while there are any units left, and charged in full: so the last one may overdraw.
    """

    partition_read: float = 3000.0
    partition_write: float = 1000.0
    burst: float = 300.0
    on_demand_read: float = 40_000.0
    on_demand_write: float = 40_000.0
    split_after: float | None = 600.0
