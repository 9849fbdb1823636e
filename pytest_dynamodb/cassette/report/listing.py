"""Many misses at a glance: equal ones once with their number, and no more of them than a person reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_MOST_SHOWN = 5
"""How many different misses are shown in full."""


def list_misses(reports: Sequence[str]) -> str:
    """The reports of misses as one text, in the order of the first of each."""
    counted = Counter(reports)
    shown = [_with_times(report, times) for report, times in list(counted.items())[:_MOST_SHOWN]]
    left = list(counted.values())[_MOST_SHOWN:]
    if left:
        calls = "" if sum(left) == len(left) else f", in {sum(left)} calls"
        shown.append(f"and {len(left)} more requests that no recording answered{calls}")
    return "\n\n".join(shown)


def _with_times(report: str, times: int) -> str:
    return report if times == 1 else f"{report}\n  times      {times}, the same request each time"
