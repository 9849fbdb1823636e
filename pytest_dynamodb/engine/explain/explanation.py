"""What is said of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Explanation:
    """How DynamoDB carries a request out, and what it costs.

    ``operation``      the request's
    ``tables``         those it names
    ``index``          the index it reads; ``None`` for the table itself
    ``key_condition``  what leads it to the items, with names and values in place; "" where nothing does
    ``filter``         what is kept of the items that are evaluated, likewise; "" is all
    ``condition``      what a write asks for, likewise
    ``consistent``     whether it reads strongly consistently
    ``evaluated``      items that are read, and billed, or written
    ``filtered_out``   those of them that a filter throws away
    ``returned``       items of the answer
    ``bytes``          of the items or entries that are evaluated, as DynamoDB counts them; of a write the larger of the
                       item before and after
    ``units``          capacity units billed, by the table's name and ``table/index``
    ``is_scan``        whether it reads everything there is
    ``has_more``       whether the page ends before everything is read
    ``error``          the code and message of the error that it is; then nothing else is known
    ``hints``          what could be better, a sentence each
    """

    operation: str
    tables: tuple[str, ...] = ()
    index: str | None = None
    key_condition: str = ""
    filter: str = ""
    condition: str = ""
    consistent: bool = False
    evaluated: int = 0
    filtered_out: int = 0
    returned: int = 0
    bytes: int = 0
    units: Mapping[str, float] = field(default_factory=dict)
    is_scan: bool = False
    has_more: bool = False
    error: str = ""
    hints: tuple[str, ...] = ()

    @property
    def total_units(self) -> float:
        """Capacity units of tables and indexes together."""
        return sum(self.units.values())

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        where = ", ".join(self.tables) + (f", index {self.index}" if self.index else "")
        yield f"{self.operation} on {where}" if where else self.operation
        if self.error:
            yield f"  error      {self.error}"
            return
        how = "strongly consistent" if self.consistent else ""
        yield from self._line("reads", ", ".join(filter(None, (self._reach, how))))
        yield from self._line("key", self.key_condition)
        yield from self._line("filter", self.filter)
        yield from self._line("condition", self.condition)
        counts = f"{self.evaluated} evaluated, {self.filtered_out} filtered out, {self.returned} returned"
        yield from self._line("items", f"{counts}; {self.bytes} bytes{'; there is more' if self.has_more else ''}")
        billed = " + ".join(f"{units:g} {name}" for name, units in self.units.items())
        yield from self._line("billed", f"{self.total_units:g} capacity units" + (f" ({billed})" if billed else ""))
        for hint in self.hints:
            yield from self._line("hint", hint)

    @property
    def _reach(self) -> str:
        return "everything: a scan" if self.is_scan else ""

    @staticmethod
    def _line(name: str, text: str) -> Iterator[str]:
        if text:
            yield f"  {name:<10} {text}"
