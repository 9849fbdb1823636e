"""What a run has measured, as it is kept in JSON, and what follows from it. Nothing here measures."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measuring import Sample

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Series:
    """A contestant's measurements, one a round; ``cpu`` is empty where processors' time was not told."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...] = ()

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Series:
        told = [sample.cpu for sample in samples if sample.cpu is not None]
        return cls(tuple(_rounded(sample.wall) for sample in samples), tuple(map(_rounded, told)))

    @property
    def median(self) -> float:
        return statistics.median(self.wall)


def _rounded(value: float) -> float:
    """Four digits: more would be noise."""
    return float(f"{value:.4g}")


@dataclass(frozen=True)
class Comparison:
    """Ours beside another's, in one row of the table. A ratio is how many times ours the other's is."""

    contest: Contest
    other: str

    @property
    def ours(self) -> Series:
        return self.contest.series[self.contest.ours]

    @property
    def theirs(self) -> Series:
        return self.contest.series[self.other]

    @property
    def ratios(self) -> list[float]:
        """Round by round. Who is slow was measured in fewer rounds: the first ones of the others."""
        return [theirs / ours for ours, theirs in zip(self.ours.wall, self.theirs.wall, strict=False)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def cpu_ratio(self) -> float | None:
        """Of all rounds together: a server's time is told in hundredths of a second."""
        rounds = min(len(self.ours.cpu), len(self.theirs.cpu))
        ours, theirs = sum(self.ours.cpu[:rounds]), sum(self.theirs.cpu[:rounds])
        return theirs / ours if ours and theirs else None

    @property
    def verdict(self) -> str:
        """A win or a loss in every round, or else even."""
        if min(self.ratios) > 1:
            return "win"
        return "loss" if max(self.ratios) < 1 else "even"


@dataclass(frozen=True)
class Contest:
    """One thing that several have done, in turn: a row of the table for each but ours."""

    section: str
    title: str
    unit: str
    ours: str
    series: Mapping[str, Series]

    def comparisons(self) -> Iterator[Comparison]:
        if self.ours in self.series:
            yield from (Comparison(self, name) for name in self.series if name != self.ours)


@dataclass(frozen=True)
class Growth:
    """One thing that was done at several sizes: ``lines`` has, for each contestant, a series by size."""

    section: str
    title: str
    unit: str
    of: str
    lines: Mapping[str, Mapping[int, Series]]


@dataclass(frozen=True)
class Results:
    """A run. ``skipped`` says why who is not there is not there."""

    date: str
    minutes: float
    dry: bool
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    skipped: Mapping[str, str] = field(default_factory=dict)
    contests: tuple[Contest, ...] = ()
    growths: tuple[Growth, ...] = ()

    def comparisons(self) -> list[Comparison]:
        return [comparison for contest in self.contests for comparison in contest.comparisons()]

    def written(self) -> str:
        """The JSON, with a line for each member and for each thing that was measured."""
        lines = []
        for name, value in asdict(self).items():
            if isinstance(value, (list, tuple)) and value:
                rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value)
                lines.append(f"{json.dumps(name)}: [\n  {rows}\n ]")
            else:
                lines.append(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
        return "{\n " + ",\n ".join(lines) + "\n}\n"

    @classmethod
    def read(cls, text: str) -> Results:
        told: dict[str, Any] = json.loads(text)
        contests = [
            Contest(**{**contest, "series": {name: _series(series) for name, series in contest["series"].items()}})
            for contest in told.pop("contests")
        ]
        growths = [
            Growth(
                **{
                    **growth,
                    "lines": {
                        name: {int(size): _series(series) for size, series in line.items()}
                        for name, line in growth["lines"].items()
                    },
                }
            )
            for growth in told.pop("growths")
        ]
        return cls(**told, contests=tuple(contests), growths=tuple(growths))


def _series(told: Mapping[str, Any]) -> Series:
    return Series(tuple(told["wall"]), tuple(told["cpu"]))
