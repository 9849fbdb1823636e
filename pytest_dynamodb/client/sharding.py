"""Write sharding: one hot partition key spread over several, and read as if it were one.

A partition takes 1,000 writes a second (developer guide, "Designing partition keys"). ``sharded("EVENTS", 16)`` makes
sixteen partition keys of one, ``EVENTS#0`` to ``EVENTS#15``. Items are written to one of them; ``partition_key`` of a
query takes the whole, asks all of them and merges their items in the order of the sort key.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass

from pytest_dynamodb.client import arguments
from pytest_dynamodb.values import to_wire


@dataclass(frozen=True, slots=True)
class Sharded:
    """A partition key in ``count`` parts; made by ``sharded``."""

    name: str
    count: int
    separator: str = "#"

    def __post_init__(self) -> None:
        arguments.whole("a key is spread over 1 shard or more", self.count)

    @property
    def keys(self) -> tuple[str, ...]:
        """All partition keys, in their order."""
        return tuple(self.shard(number) for number in range(self.count))

    def shard(self, number: int) -> str:
        """The partition key of this number, from 0. Numbers have no leading zeros, so that more shards may be added."""
        return f"{self.name}{self.separator}{number}"

    def key(self, by: object) -> str:
        """The partition key for ``by``, a value such as an order's number: always the same one for the same value.

        It is the same in every process and release, so that the item can be read again. Raises as ``values.to_wire``.
        """
        text = json.dumps(to_wire(by), sort_keys=True)
        return self.shard(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % self.count)

    def random_key(self) -> str:
        """One of the partition keys at random: for items that are only ever queried."""
        return self.shard(random.randrange(self.count))  # noqa: S311 - nothing is kept secret by it


def sharded(name: str, count: int, *, separator: str = "#") -> Sharded:
    """``name`` spread over ``count`` partition keys. Raises ``ConfigurationError`` for fewer than one.

    When ``count`` changes, so may the ``key`` of a value; queries must use the larger count from then on.
    """
    return Sharded(name, count, separator)
