"""Log records of calls."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from pytest_dynamodb import Attr, ConditionalCheckFailedException, DynamoDbClient, Mock
from pytest_dynamodb.client.policy import BreakerPolicy
from pytest_dynamodb.client.telemetry.records import LoggingObserver
from pytest_dynamodb.errors import CircuitOpen, ProvisionedThroughputExceededException
from pytest_dynamodb.faults import Throttled

Observed = Callable[..., DynamoDbClient]


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pytest_dynamodb.client")


def facts(record: logging.LogRecord) -> dict[str, object]:
    return {
        name.removeprefix("dynamodb_"): value for name, value in vars(record).items() if name.startswith("dynamodb_")
    }


def test_a_call_is_a_record_with_attributes(observed: Observed, caplog: pytest.LogCaptureFixture) -> None:
    times = iter([1.0, 1.0125])
    observed(LoggingObserver(timer=lambda: next(times))).table("app").get({"pk": "a"})
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("pytest_dynamodb.client", "DEBUG")
    assert record.getMessage() == "GetItem on app: done after 12.5 ms, attempt 1"
    found = facts(record)
    assert found.pop("request_id")
    assert found == {
        "event": "call",
        "operation": "GetItem",
        "table": "app",
        "region": "eu-west-1",
        "attempts": 1,
        "duration_ms": 12.5,
        "error": None,
        "capacity": None,
    }


def test_a_retry_is_information(observed: Observed, mock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    mock.faults.add(Throttled(times=1))
    observed(LoggingObserver()).table("app").get({"pk": "a"})
    retry, call = caplog.records
    assert (retry.levelname, facts(retry)["event"], facts(retry)["attempts"]) == ("INFO", "retry", 1)
    assert facts(retry)["error"] == "ProvisionedThroughputExceededException"
    assert facts(call)["attempts"] == 2


def test_trouble_and_circuits_are_warnings(observed: Observed, mock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    mock.faults.add(Throttled(times=1))
    table = observed(LoggingObserver(), retry=None, breaker=BreakerPolicy(failures=1)).table("app")
    with pytest.raises(ProvisionedThroughputExceededException):
        table.get({"pk": "a"})
    with pytest.raises(CircuitOpen):
        table.get({"pk": "a"})
    assert [(record.levelname, facts(record)["event"]) for record in caplog.records] == [
        ("WARNING", "circuit"),
        ("WARNING", "call"),
        ("WARNING", "call"),
    ]
    assert caplog.records[0].getMessage() == "DynamoDB: the circuit of app is open"


def test_a_false_condition_is_nothing_to_warn_of(observed: Observed, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ConditionalCheckFailedException):
        observed(LoggingObserver()).table("app").put({"pk": "a"}, condition=Attr("pk").not_exists())
    (record,) = caplog.records
    assert (record.levelname, facts(record)["error"]) == ("DEBUG", "ConditionalCheckFailedException")


def test_no_value_of_an_item_is_logged(observed: Observed, caplog: pytest.LogCaptureFixture) -> None:
    table = observed(LoggingObserver()).table("app")
    table.put({"pk": "secret-key", "password": "secret-word"})
    with pytest.raises(ConditionalCheckFailedException):
        table.update({"pk": "secret-key"}).set("a", "secret-a").condition(Attr("password") == "secret-guess").execute()
    assert len(caplog.records) == 2
    assert not any("secret" in str(vars(record)) for record in caplog.records)


def test_a_program_that_has_not_set_logging_up_sees_nothing() -> None:
    handlers = logging.getLogger("pytest_dynamodb").handlers
    assert any(isinstance(handler, logging.NullHandler) for handler in handlers)
