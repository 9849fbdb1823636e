"""How much is measured: all of it in about ten minutes on two cores that have nothing else to do, or a dry run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Rounds, and calls of a round."""

    rounds: int
    exchanges: int
    """Of a cassette that is recorded and replayed, in one round."""
    calls: int
    """To a mock in the same process; of slow ones a part."""
    requests: int
    """To a server over HTTP; of slow ones a part."""
    warm: int
    """Requests of each kind before a server that compiles what is called often is measured."""
    stored: int
    """Items that each server keeps when its memory is looked at."""
    starts: int
    """Of a server, and of the example's whole suite: rounds of whole processes."""
    cassettes: tuple[int, ...]
    """Exchanges of the cassettes that grow."""
    others_cassettes: tuple[int, ...]
    """Those that other recorders are measured with: recording and opening larger ones takes them minutes."""
    tables: tuple[int, ...]
    """Items of the tables that grow."""
    others_tables: tuple[int, ...]
    """Those that moto is measured with: filling larger ones takes it minutes."""


FULL = Sizes(
    rounds=9,
    exchanges=200,
    calls=200,
    requests=1500,
    warm=10_000,
    stored=10_000,
    starts=5,
    cassettes=(1_000, 10_000, 100_000),
    others_cassettes=(100, 1_000),
    tables=(1_000, 10_000, 100_000, 1_000_000),
    others_tables=(1_000, 10_000),
)
DRY = Sizes(
    rounds=3,
    exchanges=30,
    calls=20,
    requests=100,
    warm=100,
    stored=500,
    starts=1,
    cassettes=(100, 1_000),
    others_cassettes=(100,),
    tables=(1_000, 10_000),
    others_tables=(1_000,),
)
