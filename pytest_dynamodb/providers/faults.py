"""Faults in front of any other provider: mock, replay, record or live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytest_dynamodb.clock import Clock, VirtualClock
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError
from pytest_dynamodb.exchange import Attempts, Outcome, Provider, Request
from pytest_dynamodb.faults import Blow, Fault, Faults
from pytest_dynamodb.providers.offline import ReplayProvider


class FaultyProvider(Provider):
    """Lets ``faults`` strike requests on their way to ``provider``, which answers the others.

    A caller that retries by itself gets an ``Attempts`` for a request that is struck; any other caller gets the fault
    as the answer. ``clock`` is what passes while nothing answers, if it can be moved.

    ``provider`` does not see a request that is struck, so a cassette neither plays nor records it. A fault that strikes
    after the request was carried out works with a mock and with a replay (which has nothing to carry out), but not over
    the network: that raises ``ConfigurationError``.
    """

    provider: Provider
    faults: Faults

    def __init__(self, provider: Provider, faults: Faults, *, clock: Callable[[], Clock | None] | None = None) -> None:
        self.provider, self.faults, self._clock = provider, faults, clock

    @property
    def offline(self) -> bool:
        """Whether ``provider`` answers everything itself."""
        return self.provider.offline

    @property
    def endpoint(self) -> str | None:
        """The endpoint of ``provider``."""
        return self.provider.endpoint

    @property
    def upstream(self) -> Provider:
        """The upstream of ``provider``."""
        return self.provider.upstream

    def begin(self, request: Request) -> Outcome | Attempts | None:
        """The provider's outcome; where a fault is due, an ``Attempts`` whose first attempt it strikes."""
        fault = None if self.faults.is_empty else self.faults.due(request)
        return self.provider.before(request) if fault is None else FaultyAttempts(self, request, fault)

    def before(self, request: Request) -> Outcome | None:
        """The outcome of the fault that is due, or the provider's."""
        fault = None if self.faults.is_empty else self.faults.due(request)
        return self.provider.before(request) if fault is None else self.strike(fault, request)

    def after(self, request: Request, outcome: Outcome) -> None:
        """Pass on to ``provider``, which let the request go."""
        self.provider.after(request, outcome)

    def foreign(self, request: Request, source: str) -> PytestDynamoDbError | None:
        """As the provider."""
        return self.provider.foreign(request, source)

    def close(self, *, passed: bool = True) -> None:
        """Close ``provider``."""
        self.provider.close(passed=passed)

    def strike(self, fault: Fault, request: Request, *, timeout: float | None = None) -> Outcome:
        """The outcome of a request that ``fault`` strikes. ``timeout`` is the caller's read timeout in seconds, if
        known.
        """
        blow = Blow(
            request,
            answer=self._answer,
            commit=lambda: self._commit(request),
            wait=self.wait,
            timeout=timeout,
            whole=isinstance(self.provider, ReplayProvider),
        )
        return fault.outcome(blow)

    def wait(self, seconds: float) -> None:
        """Advance the clock by ``seconds``, if it can be moved."""
        clock = None if self._clock is None else self._clock()
        if isinstance(clock, VirtualClock):
            clock.advance(seconds)

    def _answer(self, request: Request) -> Outcome:
        return _offline(request, self.provider.before(request))

    def _commit(self, request: Request) -> None:
        """Carry the request out without playing or recording it: to the caller there was no answer."""
        if not isinstance(self.provider, ReplayProvider):
            _offline(request, self.upstream.before(request))


def _offline(request: Request, outcome: Outcome | None) -> Outcome:
    if outcome is None:
        raise ConfigurationError(
            f"{request.operation}: a fault that needs DynamoDB's answer cannot be had over the network; "
            "have the mock answer, as the provider or as the upstream"
        )
    return outcome


class FaultyAttempts(Attempts):
    """The attempts of one call, the first of which is struck."""

    def __init__(self, over: FaultyProvider, request: Request, first: Fault) -> None:
        self._over, self._request, self._first = over, request, first
        self._begun = False
        self._sent, self._is_sent = 0, False

    @property
    def offline(self) -> bool:
        """Whether no attempt goes to the network."""
        return self._over.offline

    def attempt(self, timeout: float | None) -> Outcome | None:
        """The fault's outcome if one strikes this attempt, or the provider's."""
        fault = self._over.faults.due(self._request) if self._begun else self._first
        self._begun, self._is_sent = True, False
        if fault is not None:
            return self._over.strike(fault, self._request, timeout=timeout)
        outcome = self._over.provider.before(self._request)
        if outcome is None:
            self._sent, self._is_sent = self._sent + 1, True
        return outcome

    def wait(self, seconds: float) -> None:
        """Let ``seconds`` pass between attempts."""
        self._over.wait(seconds)

    def after(self, outcome: Outcome) -> None:
        """Pass the outcome on to the provider, if it came from the network."""
        if self._is_sent:
            self._over.after(self._request, replace(outcome, attempts=self._sent))
