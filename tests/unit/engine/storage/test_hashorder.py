"""Partition keys by hash: what is there is found at its place, what is not is left alone."""

from __future__ import annotations

import pytest

from pytest_dynamodb.engine.storage.hashorder import HashOrder, hash_of

KEYS = sorted("abcdefgh", key=hash_of)
EVERYTHING = (0, 1)


def walked(order: HashOrder) -> list[object]:
    return list(order.walk(None, EVERYTHING))


@pytest.mark.parametrize("absent", KEYS)
def test_a_key_that_is_not_there_takes_no_other_with_it(absent: str) -> None:
    others = [key for key in KEYS if key != absent]
    order = HashOrder(others)
    order.discard(absent)
    assert walked(order) == others


@pytest.mark.parametrize("key", KEYS)
def test_what_is_added_and_discarded_is_in_its_place_and_gone(key: str) -> None:
    others = [other for other in KEYS if other != key]
    order = HashOrder(others)
    order.add(key)
    assert walked(order) == KEYS
    order.discard(key)
    assert walked(order) == others


def test_a_copy_changes_apart() -> None:
    order = HashOrder(KEYS[1:])
    copy = order.copy()
    copy.add(KEYS[0])
    copy.discard(KEYS[-1])
    assert walked(order) == KEYS[1:]
    assert walked(copy) == KEYS[:-1]
