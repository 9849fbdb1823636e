"""Leases: who may do something alone, for so long, in an item of a table.

The item holds a mark, which is another one after each renewal, the lease's seconds, and the token, which grows by one
with each acquisition and never goes back. Nobody trusts another machine's clock: whoever waits takes a lease over when
its mark has not changed for as long as the lease is, as Amazon's lock client for Java does.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pytest_dynamodb.client.calls import Item, update_item
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.steps import Steps, Wait, send
from pytest_dynamodb.errors import ConditionalCheckFailedException, PytestDynamoDbError
from pytest_dynamodb.expressions.builders import Attr, Condition
from pytest_dynamodb.expressions.updates import Update

LOOK_AGAIN = 1.0
"""Seconds between two looks at a lease that somebody else has; fewer where it ends sooner."""
MARK, OWNER, SECONDS, TOKEN = Attr("lease_mark"), Attr("lease_owner"), Attr("lease_seconds"), Attr("lease_token")


class LeaseNotAcquired(PytestDynamoDbError, TimeoutError):
    """Somebody else has had the lease for as long as was waited."""


class LeaseLost(PytestDynamoDbError):
    """A lease was not renewed in time, and somebody else has it, or may have it."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """What is leased, by whom, for how many seconds."""

    table: str
    name: str
    owner: str
    seconds: float

    def key(self, book: TableBook) -> Steps[Item]:
        """The key of its item: the name, and where the table has a sort key, ``"LEASE"``."""
        names = yield from book.names(self.table)
        return {**dict.fromkeys(names.all, "LEASE"), names.partition[0]: self.name}

    def described(self) -> str:
        return f"the lease {self.name!r} in {self.table}"


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that one has. ``until`` is a time of the client's clock."""

    key: Item
    token: int
    mark: str
    until: float


def acquire(book: TableBook, terms: LeaseTerms, wait: float, now: Callable[[], float]) -> Steps[Held]:
    """Take a lease; waits up to ``wait`` seconds for it. Raises ``LeaseNotAcquired``."""
    key = yield from terms.key(book)
    mark, seen, seen_for, waited = str(uuid.uuid4()), "", 0.0, 0.0
    while True:
        free = MARK.not_exists()
        if seen and seen_for >= 0:
            free = free | MARK.eq(seen)
        began = now()
        item = yield from _marked(terms, key, mark, free, acquiring=True)
        if item.get("lease_mark") == mark:
            return Held(key, int(item["lease_token"]), mark, began + terms.seconds)
        if waited >= wait:
            raise LeaseNotAcquired(f"{item.get('lease_owner')} has {terms.described()}, {waited:g} seconds later")
        if item.get("lease_mark") != seen:
            seen, seen_for = str(item.get("lease_mark", "")), -float(item.get("lease_seconds", 0))
        pause = min(LOOK_AGAIN, wait - waited, -seen_for if seen_for < 0 else LOOK_AGAIN)
        yield Wait(pause)
        waited, seen_for = waited + pause, seen_for + pause


def renew(terms: LeaseTerms, held: Held, now: Callable[[], float]) -> Steps[Held]:
    """The lease for as long again, from now. Raises ``LeaseLost``."""
    mark, began = str(uuid.uuid4()), now()
    item = yield from _marked(terms, held.key, mark, MARK.eq(held.mark), acquiring=False)
    if item.get("lease_mark") != mark:
        raise lost(terms)
    return Held(held.key, held.token, mark, began + terms.seconds)


def release(terms: LeaseTerms, held: Held) -> Steps[None]:
    """Let somebody else have it. The token stays. Raises ``LeaseLost``."""
    update = Update().remove(MARK, OWNER, SECONDS)
    try:
        yield from send(update_item(terms.table, held.key, update, condition=MARK.eq(held.mark), returning="none"))
    except ConditionalCheckFailedException as error:
        # Where an answer was lost, the first attempt may have succeeded.
        if error.item is None or "lease_mark" in error.item or error.item.get("lease_token") != held.token:
            raise lost(terms) from error


def lost(terms: LeaseTerms) -> LeaseLost:
    return LeaseLost(f"{terms.described()} was not renewed within {terms.seconds:g} seconds, and is lost")


def fence(held: Held, attribute: str) -> Condition:
    """The condition that nobody with a later lease has written the item."""
    written = Attr(attribute)
    return written.not_exists() | written.lte(held.token)


def _marked(terms: LeaseTerms, key: Item, mark: str, condition: Condition, *, acquiring: bool) -> Steps[Item]:
    """The lease's item, with this mark if the condition was true; else as it is."""
    update = Update().set(MARK, mark).set(OWNER, terms.owner).set(SECONDS, Decimal(repr(terms.seconds)))
    if acquiring:
        update = update.add(TOKEN, 1)
    try:
        item: Any = yield from send(update_item(terms.table, key, update, condition=condition, returning="all_new"))
    except ConditionalCheckFailedException as error:
        item = error.item  # with this mark, too, where the first attempt's answer was lost
    return item or {}
