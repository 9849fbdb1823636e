"""What a region keeps apart from its tables, and longer: backups, exports, imports, bulk operations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_dynamodb.engine.backups.backup import Backup
    from pytest_dynamodb.engine.exports.bulk import Bulk
    from pytest_dynamodb.engine.exports.job import Export, Import
    from pytest_dynamodb.engine.policies.policy import Policy


@dataclass(slots=True)
class Records:
    """Frozen records by the resource in their ARN: ``app/backup/01791504762511-2779fadd``.

    ``policies`` are those of streams, by ARN; a table has its own. ``last`` is the number of the newest identifier.
    """

    backups: dict[str, Backup] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    bulk: dict[str, Bulk] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    last: int = 0

    def copy(self) -> Records:
        """One that changes apart from this."""
        return replace(
            self,
            backups=self.backups.copy(),
            exports=self.exports.copy(),
            imports=self.imports.copy(),
            bulk=self.bulk.copy(),
            policies=self.policies.copy(),
        )

    def new_id(self, now: float, random: Random) -> str:
        """An identifier: milliseconds since the epoch, which is the order of records, and eight digits of chance."""
        self.last = max(int(now * 1000), self.last + 1)
        return f"{self.last:014d}-{random.getrandbits(32):08x}"
