"""One request on its way through the engine, and what the engine gives it: lifecycle, buckets, region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple, Protocol, TypeAlias

from pytest_dynamodb.clock import Clock
from pytest_dynamodb.dialects import Dialect
from pytest_dynamodb.engine.arns import own_table_name
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.table import Change, Table
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.errors import error_for

# --- lifecycle ---


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How long changes take, in seconds on the engine's clock. With 0, the next call finds them done.

    The call that asks for a change is answered with CREATING, UPDATING or DELETING in any case, as AWS does.
    ``time_to_live`` is how long its status is ENABLING or DISABLING, ``replication`` how long a write takes to the
    other replicas of a global table, ``transfer`` how long an export or an import takes.
    """

    create_table: float = 0.0
    update_table: float = 0.0
    delete_table: float = 0.0
    create_index: float = 0.0
    delete_index: float = 0.0
    time_to_live: float = 0.0
    replication: float = 0.0
    transfer: float = 0.0


# --- buckets ---
# They are given to the engine, which opens no file itself.


class Files(Protocol):
    """Buckets of objects by key, as S3 has them."""

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is a bucket of this name."""

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """The keys in a bucket that begin with a prefix, sorted."""

    def read(self, bucket: str, key: str) -> bytes:
        """The content of an object."""

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Put an object into an existing bucket."""


# --- calls ---

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
