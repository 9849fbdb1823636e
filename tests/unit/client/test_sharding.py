"""Sharded partition keys."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from pytest_dynamodb import ConfigurationError, sharded


def test_the_keys_are_numbered_from_zero_without_leading_zeros() -> None:
    assert sharded("EVENTS", 3).keys == ("EVENTS#0", "EVENTS#1", "EVENTS#2")
    assert sharded("EVENTS", 12, separator="/").keys[-1] == "EVENTS/11"


def test_one_value_is_always_in_one_shard() -> None:
    events = sharded("EVENTS", 16)
    assert events.key("order-1") == sharded("EVENTS", 16).key("order-1") == "EVENTS#9"
    assert events.key(1) == events.key(Decimal("1.0"))


def test_values_are_spread_evenly() -> None:
    events = sharded("EVENTS", 8)
    counts = Counter(events.key(number) for number in range(8000))
    assert len(counts) == 8
    assert all(850 < count < 1150 for count in counts.values())


def test_a_random_key_is_one_of_them() -> None:
    events = sharded("EVENTS", 4)
    assert {events.random_key() for _ in range(200)} == set(events.keys)


@pytest.mark.parametrize("count", [0, -1])
def test_there_is_one_shard_or_more(count: int) -> None:
    with pytest.raises(ConfigurationError, match="1 shard or more"):
        sharded("EVENTS", count)
