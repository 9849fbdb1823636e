"""A replay that carries the values of this run: from requests into later matches, and into answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb import forks
from pytest_dynamodb.cassette.matching import Matcher, RegionAndAccount
from pytest_dynamodb.cassette.playback import Found, Playback
from pytest_dynamodb.cassette.volatile.bindings import Bindings
from pytest_dynamodb.cassette.volatile.places import Leaf
from pytest_dynamodb.cassette.volatile.recordings import VolatileRecordings
from pytest_dynamodb.exchange import Exchange, Outcome, Response


class BindingPlayback:
    """Finds recordings for requests whose values are new. Safe to use from several threads.

    A request is looked up with recorded values in the place of those that were met before. Only if that finds nothing
    may values stand for others for the first time: then recordings that differ in volatile places alone are looked
    through in recorded order, and what it takes for the first of them to fit is bound from then on.
    """

    def __init__(self, playback: Playback, recordings: VolatileRecordings, matcher: Matcher) -> None:
        self._playback, self._recordings, self._matcher = playback, recordings, matcher
        self._bindings = Bindings()
        self._lock = forks.lock()
        playback.lay_open({number: opened.key for number, opened in recordings.opened.items()})

    def find(
        self, operation: str, params: dict[str, Any], tokens: tuple[str, ...], place: RegionAndAccount | None
    ) -> Found:
        """The recording that answers a request, marked as played."""
        with self._lock:
            params = self.as_recorded(params)
            part = self._matcher.part(operation, params, tokens)
            key, touches = self._matcher.text(operation, part), self._playback.touches(operation, params)
            opened = self._recordings.open(operation, part)
            if opened is None:
                return self._playback.find(key, touches, place)
            found = Found(None, "no recording matches")
            if not self._is_unsure(key, place):
                found = self._playback.find(key, touches, place)
            if found.number is None:
                other = self._playback.find_open(opened.key, lambda number: self._fits(number, opened.leaves), place)
                found = found if other.number is None else other
            if found.number in self._recordings.opened:
                self._bind(found.number, opened.leaves)
            return found

    def _is_unsure(self, key: str, place: RegionAndAccount | None) -> bool:
        """Whether the recordings of this very request hold short values that are new in every run, such as counters."""
        equal = self._playback.recorded_as(key, place)
        return bool(equal) and self._recordings.unsure(equal[0], self._bindings)

    def _fits(self, number: int, asked: tuple[Leaf, ...]) -> bool:
        return self._recordings.fit(number, asked, self._bindings) is not None

    def _bind(self, number: int, asked: tuple[Leaf, ...]) -> None:
        pairing = self._recordings.fit(number, asked, self._bindings)
        for (attribute, recorded), live in pairing.bound.items() if pairing else ():
            self._bindings.add(attribute, recorded, live)

    def as_recorded(self, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters of this run, with recorded values in the place of those that stand for them."""
        renamed: dict[str, Any] = self._bindings.recorded.in_tree(params)
        return renamed

    def as_added(self, exchange: Exchange) -> Exchange:
        """An exchange of this run as it is added to the recordings: with recorded values in the place of this run's."""
        outcome = exchange.outcome
        with self._lock:
            params = self.as_recorded(exchange.params)
            if isinstance(outcome, Response) and not isinstance(outcome.body, bytes):
                outcome = replace(outcome, body=self._bindings.recorded.in_tree(outcome.body))
        return replace(exchange, params=params, outcome=outcome)

    def as_live(self, outcome: Outcome) -> Outcome:
        """A recorded outcome with the values of this run."""
        if not self._bindings or not isinstance(outcome, Response) or isinstance(outcome.body, bytes):
            return outcome
        with self._lock:
            return replace(outcome, body=self._bindings.live.in_tree(outcome.body))
