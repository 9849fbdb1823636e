"""Several observers, observers that fail, and none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pytest_dynamodb import ConfigurationError, DynamoDbClient, DynamoDbError, Mock
from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.policy import BreakerPolicy, State
from pytest_dynamodb.client.telemetry.observers import Observers
from pytest_dynamodb.client.telemetry.otel import MetricsObserver, TracingObserver
from pytest_dynamodb.faults import Throttled

Observed = Callable[..., DynamoDbClient]


class Noting:
    """An observer, and its own watch, that notes what it is told of; and raises then, if it shall."""

    def __init__(self, name: str, notes: list[str], *, fails: bool = False) -> None:
        self.name, self.notes, self.fails = name, notes, fails

    def begin(self, call: ApiCall[Any]) -> Noting:
        self.note("begin")
        return self

    def retrying(self, error: DynamoDbError, attempt: int, delay: float) -> None:
        self.note("retrying")

    def end(self, answer: Mapping[str, Any] | None, error: BaseException | None, attempts: int, region: str) -> None:
        self.note("end")

    def breaker_changed(self, key: str, state: State) -> None:
        self.note(state)

    def note(self, what: str) -> None:
        self.notes.append(f"{self.name} {what}")
        if self.fails:
            raise RuntimeError("an observer's own trouble")


def test_each_is_told_and_the_ends_are_the_other_way_round(observed: Observed, mock: Mock) -> None:
    notes: list[str] = []
    mock.faults.add(Throttled(times=1))
    observed(Observers(Noting("a", notes), Noting("b", notes))).table("app").get({"pk": "a"})
    assert notes == ["a begin", "b begin", "a retrying", "b retrying", "b end", "a end"]


def test_an_observers_trouble_is_logged_and_no_calls(
    observed: Observed, mock: Mock, caplog: pytest.LogCaptureFixture
) -> None:
    notes: list[str] = []
    mock.faults.add(Throttled(times=1))
    client = observed(Observers(Noting("a", notes, fails=True), Noting("b", notes)))
    assert client.table("app").get({"pk": "a"}) == {"pk": "a"}
    assert notes == ["a begin", "b begin", "b retrying", "b end"]
    assert "could not begin to watch GetItem" in caplog.text


def test_changes_of_circuits_are_told(observed: Observed, mock: Mock) -> None:
    notes: list[str] = []
    mock.faults.add(Throttled(times=1))
    observers = Observers(Noting("a", notes, fails=True), Noting("b", notes))
    client = observed(observers, retry=None, breaker=BreakerPolicy(failures=1))
    with pytest.raises(DynamoDbError):
        client.table("app").get({"pk": "a"})
    assert notes == ["a begin", "b begin", "a open", "b open", "b end"]


@pytest.mark.parametrize("kind", [TracingObserver, MetricsObserver])
def test_without_opentelemetry_it_says_what_to_install(
    kind: type[TracingObserver | MetricsObserver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)
    with pytest.raises(ConfigurationError, match=r"pytest-dynamodb-cassette\[otel\]"):
        kind()


def test_opentelemetry_is_loaded_by_those_who_use_it_only() -> None:
    """In a process of its own, as this one has loaded it long since."""
    program = (
        "import sys\n"
        "from pytest_dynamodb import CapacityObserver, ClientConfig, DynamoDbClient, EmfObserver, LoggingObserver\n"
        "from pytest_dynamodb import Observers, TracingObserver, MetricsObserver\n"
        "observer = Observers(CapacityObserver(), EmfObserver(), LoggingObserver())\n"
        "DynamoDbClient(ClientConfig(observer=observer), provider='mock')\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('opentelemetry', 'pydantic')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
