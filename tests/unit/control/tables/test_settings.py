"""Settings become what was due, whenever and however often somebody looks."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb.engine.settings import Event, IndexSettings, TableSettings, Throughput

_TABLE_CHANGES: list[dict[str, Any]] = [
    {"status": "ACTIVE"},
    {"status": "UPDATING"},
    {"on_demand": True},
    {"throughput": Throughput(1, 2)},
]
_INDEX_CHANGES: list[dict[str, Any]] = [{"status": "ACTIVE"}, {"status": "GONE"}, {"backfilling": True}]
_EVENTS = st.lists(
    st.builds(Event, st.floats(0, 100), st.sampled_from(_TABLE_CHANGES))
    | st.builds(Event, st.floats(0, 100), st.sampled_from(_INDEX_CHANGES), st.sampled_from(["one", "two"])),
    max_size=8,
)


def settings() -> TableSettings:
    return TableSettings("arn", "id", 0.0, status="CREATING", indexes={"one": IndexSettings(), "two": IndexSettings()})


@given(_EVENTS, st.floats(0, 100), st.floats(0, 100))
def test_it_does_not_matter_who_looked_in_between(events: list[Event], first: float, second: float) -> None:
    early, late = sorted((first, second))
    waiting = settings().then(*events)
    assert waiting.at(early).at(late) == waiting.at(late)


@given(_EVENTS, st.floats(0, 100))
def test_what_is_due_is_done_and_the_rest_still_to_come(events: list[Event], now: float) -> None:
    waiting = settings().then(*events)
    assert all(event.due > now for event in waiting.at(now).events)
    assert waiting.at(100).events == ()


@given(_EVENTS)
def test_settings_themselves_never_change(events: list[Event]) -> None:
    waiting = settings().then(*events)
    before = waiting.events
    waiting.at(50)
    assert waiting.events is before
    assert waiting.status == "CREATING"


def test_nothing_due_is_the_same_object() -> None:
    waiting = settings().then(Event(10, {"status": "ACTIVE"}))
    assert waiting.at(9.9) is waiting
    assert not waiting.is_usable(9.9)
    assert waiting.is_usable(10)
