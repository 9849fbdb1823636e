"""Which table is meant: its name, its ARN, or anything that has a ``name``, such as a ``TableClient``."""

from __future__ import annotations

from typing import Protocol

from pytest_dynamodb.errors import ConfigurationError


class Named(Protocol):
    """A table of any kind."""

    @property
    def name(self) -> str:
        """Its name, or its ARN."""


TableLike = str | Named
"""What is accepted wherever a table is."""


def name_of(table: TableLike) -> str:
    """The table's name. Raises ``ConfigurationError`` for what is no table."""
    name = table if isinstance(table, str) else getattr(table, "name", None)
    if not name or not isinstance(name, str):
        raise ConfigurationError(
            f"a table is meant by its name, or by what client.table(...) returns, not {table!r:.80}"
        )
    return name
