"""``--dynamodb-record-passes=2``: a test is recorded twice, and what differs by itself is found.

Of the first pass nothing is reported and nothing is written. The second is the test as pytest knows it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

from pytest_dynamodb.clock import real_time
from pytest_dynamodb.plugin import markers
from pytest_dynamodb.plugin.keys import FIRST_PASS
from pytest_dynamodb.plugin.options import RunSettings
from pytest_dynamodb.plugin.runs import FirstPass
from pytest_dynamodb.plugin.state import state_of

if TYPE_CHECKING:
    from pytest_dynamodb.exchange import Exchange


def run_twice(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test that may record twice; what is wider than the test stays set up between the two."""
    state = state_of(item.config)
    if not markers.is_marked(item) or not _may_record(item, state.settings):
        return None
    first = item.stash[FIRST_PASS] = FirstPass()
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    try:
        # A test like it comes next, so that all is torn down that is this test's, and nothing else.
        for report in runtestprotocol(item, log=False, nextitem=copy(item)):
            state.pending += getattr(report, "dynamodb_cassette", ())  # of wider fixtures, which are set up but once
        first.is_over = True
        let_a_second_pass(first.exchanges)
        runtestprotocol(item, nextitem=nextitem)
    finally:
        del item.stash[FIRST_PASS]
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _may_record(item: pytest.Item, settings: RunSettings) -> bool:
    """Whether its cassette may be written: not if something else answers it. A second replay does no harm."""
    provider = settings.chosen("provider") or markers.of_test(item).get("provider")
    return provider in (None, "record", "replay")


def let_a_second_pass(
    exchanges: Sequence[Exchange],
    *,
    now: Callable[[], float] = real_time,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Wait until the next second begins, if these exchanges hold times of the present in whole seconds.

    Within one second the second pass would have the same ones, and nobody could tell that they are new each time.
    """
    if not exchanges:
        return
    from pytest_dynamodb.cassette.volatile.passes import has_whole_seconds

    began = now()
    if has_whole_seconds(exchanges, began):
        while int(now()) == int(began):
            sleep(1.001 - now() % 1)


# --- what was found, for the end of the session ---

_TESTS_SHOWN = 3


def findings(counts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What two passes have found in the tests of a session, a line each, the same of several tests once."""
    bound: dict[tuple[str, ...], list[str]] = defaultdict(list)
    ignored: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for count in counts:
        found, node_id = count.get("volatile"), count["node_id"]
        if count.get("first_pass"):
            yield f"{node_id}: the first pass {count['first_pass']}, so nothing was compared"
        if found is None:
            continue
        places = tuple(sorted({place for places in found["values"].values() for place in places}))
        if places:
            bound[places].append(node_id)
        if found["places"]:
            ignored[tuple(found["places"])].append(node_id)
        if any(found["unpaired"]):
            lost, new = found["unpaired"]
            yield (
                f"{node_id}: the two passes asked differently: {lost} requests in the first alone, {new} in the "
                "second; make what that depends on once, with dynamodb_cassette.memo(name, factory)"
            )
    for places, tests in bound.items():
        yield f"new in every run, and carried from requests into answers: {', '.join(places)} ({_named(tests)})"
    for places, tests in ignored.items():
        quoted = ", ".join(f"'{place}'" if '"' in place else f'"{place}"' for place in places)
        yield f"differs in every run, and can only be left out: ignore=[{quoted}] ({_named(tests)})"


def _named(tests: Sequence[str]) -> str:
    more = len(tests) - _TESTS_SHOWN
    return ", ".join(tests[:_TESTS_SHOWN]) + (f" and {more} more tests" if more > 0 else "")
