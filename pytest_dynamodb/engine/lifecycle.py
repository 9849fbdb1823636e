"""How long tables and indexes take to come, change and go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Seconds on the engine's clock that a change of a table takes. All 0: the next call sees it done.

    The answer of the call that asks for a change says CREATING, UPDATING or DELETING in any case, as AWS's does.
    ``time_to_live`` is how long its status is ENABLING or DISABLING, ``replication`` how long a write needs to
    the other replicas of a global table, and ``transfer`` what an export or an import takes.
    """

    create_table: float = 0.0
    update_table: float = 0.0
    delete_table: float = 0.0
    create_index: float = 0.0
    delete_index: float = 0.0
    time_to_live: float = 0.0
    replication: float = 0.0
    transfer: float = 0.0
