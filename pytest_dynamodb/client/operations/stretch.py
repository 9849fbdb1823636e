"""One query or scan, read from its beginning to its end."""

from __future__ import annotations

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.cursor import Binding, Position
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.source import Answer, ReadSource
from pytest_dynamodb.client.steps import Steps, send


class Stretch:
    """Reads a query or a scan from its beginning, or from a cursor, to its end or limit."""

    def __init__(self, book: TableBook, source: ReadSource, after: str | None = None) -> None:
        """Raises ``InvalidCursor``."""
        self._cursors, self._source, self._left = book.cursors, source, source.plan.limit
        self._binding: Binding | None = None
        self.position: Position = "start"
        if after is not None:
            (self.position,) = self._cursors.decode(after, self._bound())

    @property
    def over(self) -> bool:
        """Whether there is nothing more, or nothing more is wanted."""
        return self.position == "end" or self._left == 0

    @property
    def cursor(self) -> str | None:
        """The cursor to continue from; ``None`` at the end."""
        return None if self.position == "end" else self._cursors.encode(self._bound(), [self.position])

    def _bound(self) -> Binding:
        if self._binding is None:
            self._binding = self._source.plan.binding(self._source.names)
        return self._binding

    def next(self) -> Steps[Answer]:
        """The next answer, without what is beyond the limit."""
        answer = yield from send(self._source.call(self.position, self._left))
        answer = self._source.cut(answer, self._left)
        if self._left is not None:
            self._left -= len(answer.items)
        self.position = answer.position
        return answer

    def shown(self, items: list[Item]) -> list[Item]:
        """The items without attributes that were read for positions alone."""
        return self._source.shown(items)
