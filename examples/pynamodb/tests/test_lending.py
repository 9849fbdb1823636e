"""A library's loans: replayed from cassettes, on a DynamoDB in memory, and with a DynamoDB that is throttled."""

from __future__ import annotations

from datetime import date

import pytest
from pynamodb.exceptions import PutError, TransactWriteError

import lending
from pytest_dynamodb import Mock
from pytest_dynamodb.faults import Throttled

TODAY, DUE = date(2026, 1, 10), date(2026, 1, 31)


@pytest.fixture(scope="session")
def tables() -> None:
    """The tables. A session's fixture has a cassette of its own, whichever test comes first."""
    lending.make_tables()


# --- recorded once, replayed from then on ---


@pytest.mark.dynamodb_cassette
def test_a_book_is_lent_and_comes_back(tables: None) -> None:
    lending.add([lending.Book("0-441-47812-3", title="The Left Hand of Darkness", copies=1)])
    assert lending.lend("0-441-47812-3", "ada", TODAY).due == DUE
    assert lending.on_the_shelf("0-441-47812-3") == 0
    assert lending.lent_to("ada") == [(DUE, "0-441-47812-3")]
    lending.take_back("0-441-47812-3", "ada")
    assert lending.on_the_shelf("0-441-47812-3") == 1
    assert lending.lent_to("ada") == []


@pytest.mark.dynamodb_cassette
def test_the_last_copy_is_lent_once(tables: None) -> None:
    lending.add([lending.Book("0-06-051275-5", title="The Dispossessed", copies=1)])
    lending.lend("0-06-051275-5", "bob", TODAY)
    with pytest.raises(lending.NotOnTheShelf):
        lending.lend("0-06-051275-5", "eve", TODAY)
    with pytest.raises(lending.AlreadyLent):
        lending.lend("0-06-051275-5", "bob", TODAY)
    assert lending.on_the_shelf("0-06-051275-5") == 0


# --- in memory: nothing to record, and the tables to look at ---


@pytest.fixture
def library(dynamodb_mock: Mock) -> Mock:
    """A library without books, the test's own."""
    lending.make_tables()
    return dynamodb_mock


def books(library: Mock) -> list[dict[str, object]]:
    """What the table holds."""
    return [dict(item) for item in library.tables_in(lending.REGION)["books"].items]


def test_a_number_is_one_book_s(library: Mock) -> None:
    lending.catalogue("1", "One", 2)
    with pytest.raises(lending.AlreadyInTheCatalogue):
        lending.catalogue("1", "Another", 3)
    assert books(library) == [{"isbn": "1", "title": "One", "copies": 2, "version": 1}]


def test_what_is_due_comes_in_pages(library: Mock) -> None:
    lending.add(lending.Book(str(number), title=f"Book {number}", copies=1) for number in range(30))
    for number in range(30):
        lending.lend(str(number), f"member {number % 3}", TODAY)
    assert len(lending.due_on(DUE, page_size=7)) == 30
    assert lending.due_on(TODAY) == []


# --- a DynamoDB in trouble ---


@pytest.mark.dynamodb_faults(Throttled(operation="PutItem", times=3))
def test_pynamodb_tries_again(library: Mock) -> None:
    lending.catalogue("1", "One", 2)  # three attempts are throttled; the fourth, PynamoDB's last, is not
    assert len(books(library)) == 1


@pytest.mark.dynamodb_faults(Throttled(operation="PutItem", times=None))
def test_pynamodb_gives_up(library: Mock) -> None:
    with pytest.raises(PutError) as gave_up:
        lending.catalogue("1", "One", 2)
    assert gave_up.value.cause_response_code == "ProvisionedThroughputExceededException"
    assert len(library.faults.struck) == 4
    assert books(library) == []


def test_a_throttled_loan_writes_nothing(library: Mock) -> None:
    """A transaction that is throttled is cancelled: neither botocore nor PynamoDB sends it again."""
    lending.catalogue("1", "One", 2)
    throttled = library.faults.during(Throttled(operation="TransactWriteItems", table="books"))
    with throttled, pytest.raises(TransactWriteError) as cancelled:
        lending.lend("1", "ada", TODAY)
    assert [reason and reason.code for reason in cancelled.value.cancellation_reasons] == [
        None,
        "ProvisionedThroughputExceeded",
    ]
    assert (lending.on_the_shelf("1"), lending.lent_to("ada")) == (2, [])
