"""``Page``: items, and what came with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

Item_co = TypeVar("Item_co", covariant=True)
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Sequence[Item_co], Generic[Item_co]):
    """A sequence of items: one page of them, or all that were asked for.

    ``cursor``          where to continue, for ``after=``; ``None`` if there is nothing more
    ``capacity``        read capacity units consumed; ``None`` where the endpoint does not tell
    ``scanned_count``   items that DynamoDB read, before any filter
    """

    items: Sequence[Item_co]
    cursor: str | None = None
    capacity: float | None = None
    scanned_count: int = 0

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item_co]: ...
    def __getitem__(self, index: int | slice) -> Item_co | Sequence[Item_co]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item_co]:
        return iter(self.items)

    def map(self, convert: Callable[[Item_co], Other]) -> Page[Other]:
        """This page with each item converted."""
        return Page(
            items=[convert(item) for item in self.items],
            cursor=self.cursor,
            capacity=self.capacity,
            scanned_count=self.scanned_count,
        )


def total(before: float | None, more: float | None) -> float | None:
    """The sum of capacity units; ``None`` adds nothing: the endpoint did not tell."""
    return more if before is None else before + (more or 0.0)
