"""How long changes of tables and indexes take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How long changes take, in seconds on the engine's clock. With 0, the next call finds them done.

    The call that asks for a change is answered with CREATING, UPDATING or DELETING in any case, as AWS does.
    ``time_to_live`` is how long its status is ENABLING or DISABLING, ``replication`` how long a write takes to the
    other replicas of a global table, ``transfer`` how long an export or an import takes.
    """

    create_table: float = 0.0
    update_table: float = 0.0
    delete_table: float = 0.0
    create_index: float = 0.0
    delete_index: float = 0.0
    time_to_live: float = 0.0
    replication: float = 0.0
    transfer: float = 0.0
