"""One request on its way through the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from pytest_dynamodb.clock import Clock
from pytest_dynamodb.engine.files import Files
from pytest_dynamodb.engine.lifecycle import Lifecycle
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.surfaces import Dialect, Surface
from pytest_dynamodb.errors import error_for

# Statuses are AWS's; a table that is on its way up or down answers data calls as one that is not there.
_NOT_FOUND = "Requested resource not found"


@dataclass(slots=True)
class Call:
    """The request's operation and parameters, and what of the engine it may use.

    ``surface`` is the operation's row: how AWS takes its parameters. ``region_of`` gives the region of an account and a
    name; ``files`` are the buckets of exports and imports.
    """

    surface: Surface
    params: dict[str, Any]
    region: Region
    clock: Clock
    random: Random
    dialect: Dialect
    lifecycle: Lifecycle
    region_of: Callable[[str, str], Region]
    files: Files | None = None

    @property
    def operation(self) -> str:
        """The name of the operation."""
        return self.surface.operation

    @property
    def table_name(self) -> str:
        """The table a request names, by name or by ARN (developer guide, "Using resource-based policies")."""
        return name_of(self.params["TableName"])

    def table(self, given: str | None = None) -> Table:
        """The table to read from or write to. Raises ResourceNotFoundException as data operations word it."""
        name = name_of(self.params["TableName"] if given is None else given)
        now = self.clock.now()
        table = self.region.find(name, now)
        if table is None or not table.settings.is_usable(now):
            raise error_for("ResourceNotFoundException", _NOT_FOUND)
        return table

    def writable(self, table: Table) -> Table:
        """A table, to be changed."""
        return self.region.writable(table)


def name_of(name_or_arn: str) -> str:
    """The table's name in a TableName parameter, which may be an ARN."""
    return (
        name_or_arn.rsplit(":table/", 1)[1].split("/", 1)[0]
        if name_or_arn.startswith("arn:") and ":table/" in name_or_arn
        else name_or_arn
    )
