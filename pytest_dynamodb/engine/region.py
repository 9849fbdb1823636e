"""The tables of one account in one region."""

from __future__ import annotations

from pytest_dynamodb.engine.arns import Arn
from pytest_dynamodb.engine.inbox import Inbox
from pytest_dynamodb.engine.records import Records
from pytest_dynamodb.engine.streams.stream import Stream
from pytest_dynamodb.engine.table import Table


class Region:
    """Tables by name, streams by ARN, and the tokens of recent transactions. ``account`` has twelve digits.

    ``records`` outlive their tables; ``inbox`` has what replicas in other regions wrote and this one has not seen yet.
    """

    __slots__ = ("account", "inbox", "name", "owner", "records", "streams", "tables", "tokens")

    def __init__(self, owner: object, account: str, name: str) -> None:
        self.owner, self.account, self.name = owner, account, name
        self.tables: dict[str, Table] = {}
        self.streams: dict[str, Stream] = {}
        self.tokens: dict[str, tuple[bytes, float]] = {}  # by ClientRequestToken: digest of the request, valid until
        self.records = Records()
        self.inbox = Inbox()

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
