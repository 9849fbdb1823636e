"""One request on its way through the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple, TypeAlias

from pytest_dynamodb.clock import Clock
from pytest_dynamodb.dialects import Dialect
from pytest_dynamodb.engine.arns import own_table_name
from pytest_dynamodb.engine.files import Files
from pytest_dynamodb.engine.lifecycle import Lifecycle
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.errors import error_for

# Statuses are AWS's; a table that is on its way up or down answers data calls as one that is not there.
_NOT_FOUND = "Requested resource not found"


class Written(NamedTuple):
    """A change of an item that was made, and when. ``identity``: who made it, where that was not the caller.

    ``replicated``: it was made in another region, and is here because that one's table has a replica here.
    """

    change: Change
    time: float
    identity: dict[str, str] | None = None
    replicated: bool = False


@dataclass(slots=True)
class Call:
    """The request's operation and parameters, and what of the engine it may use.

    ``surface`` is the operation's row: how AWS takes its parameters. ``region_of`` gives the region of an account and a
    name; ``files`` are the buckets of exports and imports; ``followers`` are told of each change of an item.
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
    followers: tuple[Follower, ...] = ()

    @property
    def operation(self) -> str:
        """The name of the operation."""
        return self.surface.operation

    def name(self, given: str | None = None) -> str:
        """The table that the request's TableName, or another one in it, names: by name or by ARN.

        Raises ValidationException and AccessDeniedException for an ARN that is none of a table's of this region
        (``engine.arns``).
        """
        text: str = self.params["TableName"] if given is None else given
        return own_table_name(text, self.region.place) if text.startswith("arn:") else text

    def table(self, given: str | None = None) -> Table:
        """The table to read from or write to. Raises as ``name``, and ResourceNotFoundException in data operations'
        words.
        """
        name, now = self.name(given), self.clock.now()
        table = self.region.find(name, now)
        if table is None or not table.settings.is_usable(now):
            raise error_for("ResourceNotFoundException", _NOT_FOUND)
        return table

    def writable(self, table: Table) -> Table:
        """A table, to be changed."""
        return self.region.writable(table)


Follower: TypeAlias = Callable[[Call, Table, Written], None]
"""What follows from a change of an item, where the table's settings say so. The table is one that may be changed."""
