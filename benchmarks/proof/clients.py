"""``table.get`` of this package's client beside boto3's ``get_item``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.client import ROUND, Pairs, credentials
from benchmarks.client import measured as rounds_of_each
from benchmarks.measuring import Sample
from benchmarks.proof.results import Contest, Series
from benchmarks.proof.sizes import Sizes
from benchmarks.traffic import loopback

OURS, BOTO3 = "table.get", "boto3's get_item"
TITLES = {"memory": "over the mock", "replay": "over a replay", "server": "over a server on this machine"}


def measured(sizes: Sizes) -> Iterator[Contest]:
    with loopback() as url, credentials(), TemporaryDirectory() as folder:
        for name, pairs in rounds_of_each(url, Path(folder), 20 * ROUND * sizes.rounds):
            told = list(_joined(pairs, sizes.rounds))
            series = {
                OURS: Series.of([Sample(ours) for ours, _ in told]),
                BOTO3: Series.of([Sample(theirs) for _, theirs in told]),
            }
            yield Contest("client", f"reading an item, {TITLES[name]}", "µs", OURS, series)


def _joined(pairs: Pairs, rounds: int) -> Iterator[tuple[float, float]]:
    """So many rounds, each of several short ones: the mean of theirs."""
    each = len(pairs) // rounds
    for first in range(0, each * rounds, each):
        part = pairs[first : first + each]
        yield sum(ours for ours, _ in part) / each, sum(theirs for _, theirs in part) / each
