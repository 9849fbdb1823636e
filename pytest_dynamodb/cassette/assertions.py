"""What a test may assert about the calls that were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_dynamodb.cassette.items import consumed
from pytest_dynamodb.exchange import Exchange

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.choices import HabitName


class TrafficAssertions:
    """Assertions about ``traffic``, every exchange of a run in the order of the calls. All raise ``AssertionError``."""

    traffic: list[Exchange]

    def assert_operations(self, *operations: str) -> None:
        """Assert that exactly these operations were called, in this order."""
        made = tuple(exchange.operation for exchange in self.traffic)
        if made != operations:
            raise AssertionError(f"expected the operations {_listed(operations)}, but it was {_listed(made)}")

    def assert_no_scan(self) -> None:
        """Assert that no table was scanned."""
        scanned = [str(e.params.get("TableName")) for e in self.traffic if e.operation == "Scan"]
        if scanned:
            raise AssertionError(f"expected no Scan, but there were {len(scanned)}: of {_listed(sorted(set(scanned)))}")

    def assert_capacity(self, *, read: float | None = None, write: float | None = None) -> None:
        """Assert that no more capacity units were consumed, by what the answers' ``ConsumedCapacity`` says."""
        used = consumed(self.traffic)
        if used.unreported:
            raise AssertionError(
                f"{len(used.unreported)} answers do not say what they consumed ({_listed(used.unreported)}): "
                'call them with ReturnConsumedCapacity="TOTAL"'
            )
        for name, limit, units in (("read", read, used.read), ("write", write, used.write)):
            if limit is not None and units > limit:
                raise AssertionError(f"expected at most {limit} {name} capacity units, but it was {units}")

    def assert_no_repeated_reads(self) -> None:
        """Assert that nothing was read twice the same way, unless its table was written to in between."""
        self._assert_at_most("repeated_reads", 0)

    def assert_no_reads_in_a_row(self, *, most: int = 1) -> None:
        """Assert that no more than ``most`` items of a table were read one by one: N + 1 reads, or a loop of them."""
        self._assert_at_most("reads_in_a_row", most)

    def assert_all_pages_read(self) -> None:
        """Assert that where an answer ended before the end, the next page was asked for, or a limit was."""
        self._assert_at_most("unread_pages", 0)

    def assert_nothing_unprocessed(self) -> None:
        """Assert that what batches left undone was sent again."""
        self._assert_at_most("unprocessed", 0)

    def assert_no_hot_key(self, *, most: int = 24) -> None:
        """Assert that no partition had more than ``most`` accesses that were half of its table's, or more."""
        self._assert_at_most("hot_key", most)

    def _assert_at_most(self, name: HabitName, most: float) -> None:
        from pytest_dynamodb.cassette.habits import HabitLimits  # few tests ask

        found = HabitLimits({name: most}).found(self.traffic)
        if found:
            lines = [f"{habit.what} (exchanges {', '.join(map(str, habit.numbers[:20]))})" for habit in found]
            raise AssertionError("\n".join(lines))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"
