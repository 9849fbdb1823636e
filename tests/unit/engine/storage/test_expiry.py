"""Items by the time at which they end: what is due, and copies that change apart."""

from __future__ import annotations

from pytest_dynamodb.engine.storage.partition import StoredItem
from pytest_dynamodb.engine.storage.store import OLDEST_SECONDS, ExpiryIndex

OLDEST = int(OLDEST_SECONDS)
NOW = OLDEST + 1_000


def ending(at: int) -> StoredItem:
    return StoredItem({"pk": {"S": str(at)}, "ends": {"N": str(at)}}, 1)


def written(expiry: ExpiryIndex, *ends: int) -> None:
    for at in ends:
        expiry.write(str(at), "", None, ending(at))


def due(expiry: ExpiryIndex) -> list[str]:
    return [item.attributes["ends"]["N"] for item in expiry.due(NOW)]


def test_what_ends_now_is_due_and_what_ended_five_years_ago_but_nothing_beyond() -> None:
    expiry = ExpiryIndex(object(), "ends", 0.0)
    written(expiry, NOW + 1, NOW, NOW - 1, 1_001, 1_000, 999)
    assert due(expiry) == ["1000", "1001", str(NOW - 1), str(NOW)]


def test_its_owner_writes_to_it_and_another_owner_to_a_copy() -> None:
    owner = object()
    expiry = ExpiryIndex(owner, "ends", 7.0)
    written(expiry, NOW)
    assert expiry.owned_by(owner) is expiry
    copy = expiry.owned_by(object())
    assert (copy.attribute, copy.swept) == ("ends", 7.0)
    written(copy, NOW - 1)
    copy.write(str(NOW), "", ending(NOW), None)
    assert due(copy) == [str(NOW - 1)]
    assert due(expiry) == [str(NOW)]


def test_an_item_that_ends_when_it_did_is_the_new_one_and_one_that_ends_later_is_there_once() -> None:
    expiry = ExpiryIndex(object(), "ends", 0.0)
    written(expiry, NOW - 1)
    same = ending(NOW - 1)
    expiry.write(str(NOW - 1), "", ending(NOW - 1), same)
    assert expiry.due(NOW)[0] is same
    expiry.write(str(NOW - 1), "", same, ending(NOW))
    assert due(expiry) == [str(NOW)]
