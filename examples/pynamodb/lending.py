"""A library's loans, with PynamoDB: books, members, and who has what until when.

| question | request |
|---|---|
| a book, how many of it are on the shelf | GetItem of `books` |
| what somebody has, soonest due first | Query of the index `by_member` of `loans` |
| what is due on a day, of everybody | Query of the index `by_due` of `loans` |

Lending is a transaction: the book leaves the shelf and the loan is written, or neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from pynamodb.attributes import Attribute, NumberAttribute, UnicodeAttribute, VersionAttribute
from pynamodb.connection import Connection
from pynamodb.constants import STRING
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

REGION = "eu-west-1"
PERIOD = timedelta(days=21)
CONNECTION = Connection(region=REGION)
"""What transactions are sent over. Models make their own at their first call."""


class NotOnTheShelf(Exception):
    """All copies are lent, or there never was one. Nothing was written."""


class AlreadyLent(Exception):
    """The member has a copy of this book already. Nothing was written."""


class AlreadyInTheCatalogue(Exception):
    """There is a book with this number."""


class DayAttribute(Attribute[date]):
    """A day, as `2026-01-31`, which sorts."""

    attr_type = STRING

    def serialize(self, value: date) -> str:
        """What is stored."""
        return value.isoformat()

    def deserialize(self, value: str) -> date:
        """The day that is stored."""
        return date.fromisoformat(value)


class Book(Model):
    """A book of the catalogue; ``copies`` are those on the shelf."""

    class Meta:
        """Where books are."""

        table_name = "books"
        region = REGION
        billing_mode = "PAY_PER_REQUEST"

    isbn = UnicodeAttribute(hash_key=True)
    title = UnicodeAttribute()
    copies = NumberAttribute(default=0)
    version = VersionAttribute()


class ByMember(GlobalSecondaryIndex["Loan"]):
    """What a member has, soonest due first."""

    class Meta:
        """All of a loan is in it."""

        index_name = "by_member"
        projection = AllProjection()

    member = UnicodeAttribute(hash_key=True)
    due = DayAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex["Loan"]):
    """What is due on a day."""

    class Meta:
        """Only keys are in it."""

        index_name = "by_due"
        projection = KeysOnlyProjection()

    due = DayAttribute(hash_key=True)
    member = UnicodeAttribute(range_key=True)


class Loan(Model):
    """A book that a member has."""

    class Meta:
        """Where loans are."""

        table_name = "loans"
        region = REGION
        billing_mode = "PAY_PER_REQUEST"

    isbn = UnicodeAttribute(hash_key=True)
    member = UnicodeAttribute(range_key=True)
    due = DayAttribute()
    by_member = ByMember()
    by_due = ByDue()


def make_tables() -> None:
    """Make the tables that are not there."""
    for model in (Book, Loan):
        if not model.exists():
            model.create_table(wait=True)


def catalogue(isbn: str, title: str, copies: int) -> Book:
    """PutItem on a condition: a new book, or `AlreadyInTheCatalogue`."""
    book = Book(isbn, title=title, copies=copies)
    try:
        book.save()  # the version is 1, on the condition that there is none
    except PutError as refused:
        if refused.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise AlreadyInTheCatalogue(isbn) from None
    return book


def add(books: Iterable[Book]) -> None:
    """BatchWriteItem, 25 at a time: write books over what is there."""
    with Book.batch_write() as batch:
        for book in books:
            batch.save(book)


def lend(isbn: str, member: str, today: date) -> Loan:
    """TransactWriteItems: take a copy from the shelf and write the loan, or raise and do neither."""
    loan = Loan(isbn, member, due=today + PERIOD)
    try:
        with TransactWrite(connection=CONNECTION) as transaction:
            transaction.save(loan, condition=Loan.isbn.does_not_exist())
            transaction.update(
                Book(isbn), actions=[Book.copies.add(-1)], condition=Book.copies >= 1, add_version_condition=False
            )
    except TransactWriteError as cancelled:
        # There is a reason for each action, and PynamoDB sends puts before updates.
        lent, shelf = (reason is not None and reason.code for reason in cancelled.cancellation_reasons)
        if lent == "ConditionalCheckFailed":
            raise AlreadyLent(isbn, member) from None
        if shelf == "ConditionalCheckFailed":
            raise NotOnTheShelf(isbn) from None
        raise
    return loan


def take_back(isbn: str, member: str) -> None:
    """TransactWriteItems: the loan ends, and the copy is on the shelf; a loan that is not there raises."""
    with TransactWrite(connection=CONNECTION) as transaction:
        transaction.delete(Loan(isbn, member), condition=Loan.isbn.exists())
        transaction.update(Book(isbn), actions=[Book.copies.add(1)], add_version_condition=False)


def on_the_shelf(isbn: str) -> int:
    """GetItem: how many copies there are."""
    try:
        return int(Book.get(isbn).copies)
    except DoesNotExist:
        return 0


def lent_to(member: str) -> list[tuple[date, str]]:
    """Query the index: what a member has and until when, soonest due first."""
    return [(loan.due, loan.isbn) for loan in Loan.by_member.query(member)]


def due_on(day: date, *, page_size: int | None = None) -> list[tuple[str, str]]:
    """Query the index, page by page: who has to bring what on a day."""
    options: dict[str, Any] = {} if page_size is None else {"page_size": page_size}
    return [(loan.member, loan.isbn) for loan in Loan.by_due.query(day, **options)]
