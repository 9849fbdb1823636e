"""The tables of one account in one region, and what a region keeps besides: records, and writes on their way to it."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any, NamedTuple, TypeAlias, TypeVar

from pytest_dynamodb.engine.arns import Arn
from pytest_dynamodb.engine.storage.partition import Attributes, Identity, SortPosition, StoredItem
from pytest_dynamodb.engine.streams.stream import Stream
from pytest_dynamodb.engine.table import Table

# --- records ---

Record = TypeVar("Record")


class Records:
    """Frozen records by the resource in their ARN: ``app/backup/01791504762511-2779fadd``.

    ``last`` is the number in the newest identifier.
    """

    last: int

    __slots__ = ("_kinds", "last")

    def __init__(self) -> None:
        self._kinds: dict[type, dict[str, Any]] = {}
        self.last = 0

    def of(self, kind: type[Record]) -> dict[str, Record]:
        """The records of a kind, in the order in which they were added. Adding to the result adds a record."""
        return self._kinds.setdefault(kind, {})

    def copy(self) -> Records:
        """An independent copy."""
        copy = Records()
        copy._kinds = {kind: found.copy() for kind, found in self._kinds.items()}
        copy.last = self.last
        return copy

    def new_id(self, now: float, random: Random) -> str:
        """An identifier: milliseconds since the epoch, which orders records, and eight random hexadecimal digits."""
        self.last = max(int(now * 1000), self.last + 1)
        return f"{self.last:014d}-{random.getrandbits(32):08x}"


# --- inbox ---

TablePlace: TypeAlias = tuple[str, Identity, SortPosition]
"""A table's name, and where an item is in it."""


class ReplicatedWrite(NamedTuple):
    """A write to a replica elsewhere: when it arrives here, which item it is for, the item's key, and the item after
    it.
    """

    due: float
    place: TablePlace
    key: Attributes
    item: StoredItem | None


class Inbox:
    """The writes in the order in which they were made and will arrive: all take the same time."""

    __slots__ = ("_messages", "_waiting")

    def __init__(self, messages: list[ReplicatedWrite] | None = None) -> None:
        self._messages: list[ReplicatedWrite] = [] if messages is None else messages
        self._waiting = Counter(message.place for message in self._messages)

    def __bool__(self) -> bool:
        return bool(self._messages)

    def copy(self) -> Inbox:
        """An independent copy."""
        return Inbox(self._messages.copy())

    def add(self, message: ReplicatedWrite) -> None:
        """Add a write that is on its way."""
        self._messages.append(message)
        self._waiting[message.place] += 1

    def overtaken(self, place: TablePlace) -> None:
        """An item was written here. The last writer wins, and writes to it that are on their way were made earlier:
        drop them.
        """
        if self._waiting.pop(place, 0):
            self._messages = [message for message in self._messages if message.place != place]

    def take(self, now: float) -> list[ReplicatedWrite]:
        """Remove and return the writes that are due."""
        count = 0
        while count < len(self._messages) and self._messages[count].due <= now:
            count += 1
        due, self._messages = self._messages[:count], self._messages[count:]
        self._waiting = Counter(message.place for message in self._messages)
        return due


# --- regions ---


class Region:
    """Tables by name, streams by ARN, and the tokens of recent transactions. ``account`` has twelve digits.

    ``records`` outlive their tables; ``inbox`` has what replicas in other regions wrote and this one has not seen yet.
    """

    account: str
    name: str
    owner: object

    __slots__ = ("account", "inbox", "name", "owner", "records", "streams", "tables", "tokens")

    def __init__(self, owner: object, account: str, name: str) -> None:
        self.owner, self.account, self.name = owner, account, name
        self.tables: dict[str, Table] = {}
        self.streams: dict[str, Stream] = {}
        self.tokens: dict[str, tuple[bytes, float]] = {}  # by ClientRequestToken: digest of the request, valid until
        self.records: Records = Records()
        self.inbox: Inbox = Inbox()

    @property
    def may_expire(self) -> bool:
        """Whether items of one of its tables expire, or did until now."""
        return any(table.expiry is not None or table.settings.ttl.enabled for table in self.tables.values())

    def find(self, name: str, now: float) -> Table | None:
        """The table of this name as it is by ``now``; ``None`` if there is none, or no longer.

        The one place where what was due is carried out.
        """
        table = self.tables.get(name)
        return table if table is None or not table.settings.events else self._settled(table, now)

    def _settled(self, table: Table, now: float) -> Table | None:
        settings = table.settings.at(now)
        if settings is table.settings:
            return table
        if settings.status == "GONE":
            del self.tables[table.name]
            return None
        table = self.writable(table)
        for index in table.global_indexes:
            if index.name not in settings.indexes:
                table.drop_index(index.name)
        table.settings = settings
        return table

    def writable(self, table: Table) -> Table:
        """A table, to be changed: a copy takes its place where a snapshot holds it."""
        if table.owner is self.owner:
            return table
        own = self.tables[table.name] = table.owned_by(self.owner)
        return own

    def renew(self) -> None:
        """From now on copy what there is before changing it: somebody else holds it, too."""
        self.owner = object()

    def kept(self, table: Table) -> Table:
        """A table of this region as it is now, whatever is written later. Costs no copy."""
        self.renew()
        return table

    def shared_with(self, owner: object) -> Region:
        """A region of another owner with the same tables; each copies what it changes from now on.

        Only right if this region's owner changes too: see ``Engine.snapshot``.
        """
        other = Region(owner, self.account, self.name)
        other.tables, other.streams, other.tokens = self.tables.copy(), self.streams.copy(), self.tokens.copy()
        other.records, other.inbox = self.records.copy(), self.inbox.copy()
        return other

    @property
    def place(self) -> Arn:
        """What the ARNs of this region begin with."""
        partition = (
            "aws-cn" if self.name.startswith("cn-") else "aws-us-gov" if self.name.startswith("us-gov-") else "aws"
        )
        return Arn(partition, "dynamodb", self.name, self.account, "")

    def arn(self, table: str) -> str:
        """The ARN of a table of this region."""
        return f"arn:{self.place.partition}:dynamodb:{self.name}:{self.account}:table/{table}"
