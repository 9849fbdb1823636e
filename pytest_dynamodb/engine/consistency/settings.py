"""How far reads are behind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Consistency:
    """What eventually consistent reads may miss.

    ``lag``        seconds on the engine's clock for which a write may stay unseen by reads without ConsistentRead
    ``index_lag``  the same of reads of global indexes, which are never consistent; as ``lag`` unless given
    ``chance``     of a read within that time to be behind: 1.0 is always, so that a missing ConsistentRead shows up in
                   every run
    ``seed``       of which reads are behind, where the chance is less
    """

    lag: float = 1.0
    index_lag: float | None = None
    chance: float = 1.0
    seed: int = 0
