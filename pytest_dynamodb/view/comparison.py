"""Two recordings, or two folders of them, side by side: where they differ, as ``pytest-dynamodb diff`` finds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from pytest_dynamodb.cassette.matching import Matcher
from pytest_dynamodb.upkeep.comparison import change_lines, compare
from pytest_dynamodb.view.recordings import ShownRecording, recordings_data


def comparison_data(was: Sequence[ShownRecording], now: Sequence[ShownRecording], *, title: str) -> dict[str, Any]:
    """What the page shows of two sets of recordings; under ``differences`` what is not the same in both.

    Recordings of one name are compared; one on either side are, whatever their names.

    In a difference ``a`` and ``b`` are positions in the list of all exchanges, those of ``was`` first; ``lines`` say
    what changed, place by place. What the service makes up anew each time is no difference.
    """
    everything = [*was, *now]
    starts = [0, *accumulate(len(recording.exchanges) for recording in everything)]
    matcher, found = Matcher(across_runs=True), list[dict[str, Any]]()
    for one, other in _pairs(was, now):
        before = [] if one is None else was[one].exchanges
        after = [] if other is None else now[other].exchanges
        for change in compare(before, after, matcher):
            difference: dict[str, Any] = {"kind": change.kind, "lines": list(change_lines(change, matcher))}
            if one is not None and change.was_number:
                difference["a"] = starts[one] + change.was_number - 1
            if other is not None and change.now_number:
                difference["b"] = starts[len(was) + other] + change.now_number - 1
            found.append(difference)
    return {**recordings_data(everything, title=title), "differences": found}


def _pairs(was: Sequence[ShownRecording], now: Sequence[ShownRecording]) -> Iterator[tuple[int | None, int | None]]:
    """The positions of recordings that are compared; ``None`` where one has no counterpart."""
    if len(was) == len(now) == 1:
        yield 0, 0
        return
    before = {recording.name: number for number, recording in enumerate(was)}
    after = {recording.name: number for number, recording in enumerate(now)}
    for name in sorted({**before, **after}):
        yield before.get(name), after.get(name)
