"""Errors in what is to be loaded into a mock."""

from __future__ import annotations

from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.terminal import printable_lines


class LoadError(PytestDynamoDbError):
    """``Mock.load`` could not use what it was given.

    ``where`` names the file, the table and the item's number; ``problem`` says what is wrong. The message ends with a
    remedy, where one is known.
    """

    where: str
    problem: str
    remedy: str

    def __init__(self, where: str, problem: str, *, remedy: str = "") -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(where, problem)

    def __str__(self) -> str:
        said = f"{self.where}: {self.problem}" if self.where else self.problem
        return printable_lines(f"{said} ({self.remedy})" if self.remedy else said)


def joined(*parts: str) -> str:
    """Places from the outermost to the innermost: ``seed.json, table orders, item 3``."""
    return ", ".join(part for part in parts if part)
