"""The tasks, run as they are sent: replayed from cassettes, in memory, handed over twice, and in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

import invoices
from pytest_dynamodb import Mock
from pytest_dynamodb.faults import InternalError, Throttled, TransactionConflict

MONTH = "2026-01"


@pytest.fixture(autouse=True)
def eager() -> Iterator[None]:
    """`delay` runs a task here and now, again as often as a worker would; `get` raises what it raised."""
    invoices.app.conf.task_always_eager = True
    yield
    invoices.app.conf.task_always_eager = False


def make_table() -> None:
    """Make the table, if it is not there."""
    client = invoices.dynamodb.meta.client
    with suppress(client.exceptions.ResourceInUseException):
        client.create_table(**invoices.SCHEMA)
    client.get_waiter("table_exists").wait(TableName=invoices.TABLE)


@pytest.fixture(scope="session")
def table() -> None:
    """The table, made once. A session's fixture has a cassette of its own, whichever test comes first."""
    make_table()


# --- recorded once, replayed from then on ---


@pytest.mark.dynamodb_cassette
def test_a_month_is_billed_and_paid(table: None) -> None:
    invoices.bill_all(MONTH, {"ada": 1200, "bob": 500, "eve": 800})
    assert invoices.total(MONTH) == (3, 2500)
    invoices.pay.delay(MONTH, "ada", "payment 1")
    assert invoices.unpaid(MONTH) == ["bob", "eve"]


@pytest.mark.dynamodb_cassette
def test_nobody_pays_twice(table: None) -> None:
    invoices.bill.delay("2026-02", "ada", 1200)
    invoices.pay.delay("2026-02", "ada", "payment 1").get()
    invoices.pay.delay("2026-02", "ada", "payment 1").get()  # the same task, handed over again
    with pytest.raises(invoices.AlreadyPaid):
        invoices.pay.delay("2026-02", "ada", "payment 2").get()
    with pytest.raises(invoices.UnknownInvoice):
        invoices.pay.delay("2026-02", "bob", "payment 3").get()


# --- in memory ---


@pytest.fixture
def mock(dynamodb_mock: Mock) -> Mock:
    """An empty table, the test's own."""
    make_table()
    return dynamodb_mock


def test_what_is_handed_over_twice_counts_once(mock: Mock) -> None:
    for _ in range(2):
        invoices.bill.delay(MONTH, "ada", 1200)
        invoices.count.delay(MONTH, "ada")
    assert invoices.total(MONTH) == (1, 1200)


def test_a_worker_dies_between_two_writes(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(invoices.count, "delay", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            invoices.bill.delay(MONTH, "ada", 1200).get()
    assert invoices.total(MONTH) == (0, 0)
    invoices.bill.delay(MONTH, "ada", 1200)  # its message was not acknowledged, and another worker gets it
    assert invoices.total(MONTH) == (1, 1200)


# --- a DynamoDB in trouble ---


@pytest.mark.dynamodb_faults(Throttled(operation="PutItem", times=7))
def test_a_throttled_task_runs_again(mock: Mock) -> None:
    invoices.bill.delay(MONTH, "ada", 1200)  # two runs of three attempts each, and one more attempt, are throttled
    assert len(mock.faults.struck) == 7
    assert invoices.total(MONTH) == (1, 1200)


@pytest.mark.dynamodb_faults(
    TransactionConflict(operation="TransactWriteItems"), InternalError(operation="TransactWriteItems", committed=True)
)
def test_a_lost_answer_counts_once(mock: Mock) -> None:
    invoices.bill.delay(MONTH, "ada", 1200)
    assert len(mock.faults.struck) == 2
    assert invoices.total(MONTH) == (1, 1200)
