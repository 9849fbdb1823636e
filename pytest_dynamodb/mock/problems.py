"""What can be wrong with tables and items that are to be loaded."""

from __future__ import annotations

from pytest_dynamodb.errors import PytestDynamoDbError


class LoadError(PytestDynamoDbError):
    """What ``Mock.load`` was given makes no tables or items.

    ``where`` names the file, the table and the item's number, ``problem`` what is wrong; the message ends in what to do
    about it, where that is known.
    """

    def __init__(self, where: str, problem: str, *, remedy: str = "") -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(where, problem)

    def __str__(self) -> str:
        said = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{said} ({self.remedy})" if self.remedy else said

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.where, self.problem, self.remedy)


def _rebuild(where: str, problem: str, remedy: str) -> LoadError:
    """Pickle support: xdist carries exceptions between processes."""
    return LoadError(where, problem, remedy=remedy)


def joined(*parts: str) -> str:
    """Places, from the wider to the narrower: ``seed.json, table orders, item 3``."""
    return ", ".join(part for part in parts if part)
