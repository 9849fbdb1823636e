"""``Mock``: an engine, and what tests do with it besides asking it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.control.tables.templates import create_table_params_of
from pytest_dynamodb.engine import DEFAULT_REGION, Engine, Snapshot
from pytest_dynamodb.errors import ConfigurationError, DynamoDbError
from pytest_dynamodb.exchange import Request, Response
from pytest_dynamodb.faults import Faults
from pytest_dynamodb.mock.tables import Tables

if TYPE_CHECKING:
    from pytest_dynamodb.simulation.consistency import Consistency
    from pytest_dynamodb.simulation.explain.explanation import Explanation
    from pytest_dynamodb.simulation.throughput.meter import ThroughputLimits

LoadSource: TypeAlias = Mapping[str, Any] | Sequence[Any] | str | os.PathLike[str]
"""What ``Mock.load`` reads: a mapping, a list, or a file's path."""


class Mock:
    """An in-memory DynamoDB.

    ``engine``   what holds the tables and answers; an empty one unless given
    ``region``   where ``load``, ``dump`` and ``tables`` look unless they are told, or a function that says it when it
                 is first needed: the region in ``AWS_DEFAULT_REGION``, or ``us-east-1``, unless given

    ``faults`` is what shall go wrong, for those whose calls it answers; ``answer`` itself knows of none.
    """

    def __init__(self, engine: Engine | None = None, *, region: str | Callable[[], str] | None = None) -> None:
        self.engine = Engine() if engine is None else engine
        self._region = region
        self.faults = Faults()

    @property
    def region(self) -> str:
        """Where ``load``, ``dump`` and ``tables`` look unless they are told."""
        if not isinstance(self._region, str):
            found = os.environ.get("AWS_DEFAULT_REGION") if self._region is None else self._region()
            self._region = found or DEFAULT_REGION
        return self._region

    def answer(self, request: Request) -> Response:
        """The answer to a request."""
        return self.engine.answer(request)

    @property
    def clock(self) -> VirtualClock:
        """The time there is in it: ``mock.clock.advance(3600)`` lets an hour pass.

        Raises ``ConfigurationError`` if it was made with a clock that cannot be told to.
        """
        clock = self.engine.clock
        if not isinstance(clock, VirtualClock):
            raise ConfigurationError(f"this mock was given a clock of its own, which cannot be moved: {clock!r}")
        return clock

    def simulate(self, *, throughput: ThroughputLimits | None = None, consistency: Consistency | None = None) -> None:
        """From now on hold requests to limits of capacity, or let reads be behind; what is not given is off."""
        self.engine.simulate(throughput=throughput, consistency=consistency)

    def split_shards(self, table: str, *, children: int = 2, region: str | None = None) -> list[str]:
        """Let the open shards of a table's stream be followed by ``children`` each, as AWS does when traffic grows.

        The ids of those that are open now. Raises ``ResourceNotFoundException`` where there is no stream that is on.
        """
        return self.engine.split_shards(table, children=children, region=region or self.region)

    def explain(self, request: Request | str, params: Mapping[str, Any] | None = None) -> Explanation:
        """What a request would read, write and cost, given as one or by operation and wire-level parameters.

        Nothing changes. An error that it would be is told, not raised. Raises ``ValueError`` for operations that do not
        read or write items.
        """
        from pytest_dynamodb.simulation.explain.explain import explain

        if isinstance(request, str):
            request = Request(request, dict(params or {}), self.region)
        return explain(self.engine, request)

    def buckets_in(self, folder: str | os.PathLike[str]) -> None:
        """Let tables be exported to the folders in a folder, and imported from there: each is a bucket of its name."""
        from pytest_dynamodb.mock.writing import Buckets

        self.engine.files = Buckets(folder)

    # -- all of it at once -------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """What it holds now, whatever is written later. Costs as little for many items as for few."""
        return self.engine.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Hold what a snapshot holds, and nothing else; any number of times. Time does not go back."""
        self.engine.restore(snapshot)

    def fork(self) -> Mock:
        """A second mock that holds the same; neither sees what is written to the other, or how its clock moves."""
        engine = self.engine.fork()
        if isinstance(engine.clock, VirtualClock):
            engine.clock = VirtualClock(engine.clock.now())
        return Mock(engine, region=self._region)

    # -- tables and items --------------------------------------------------------------------------------------------

    @property
    def tables(self) -> Tables:
        """The tables by name. A table has ``items``, ``count`` and ``describe()``."""
        return self.tables_in(self.region)

    def tables_in(self, region: str) -> Tables:
        """The tables of another region."""
        return Tables(self.engine, region)

    def load(
        self,
        source: LoadSource,
        *,
        region: str | None = None,
        table: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Make tables, and put items into them. All of it is done, or nothing.

        ``source`` is one of these, or a file or list of them; files are JSON, JSON lines or YAML, also as ``.gz``:

        - what ``dump`` gives: ``{"orders": {"table": {...}, "items": [...]}}``, where ``table`` holds CreateTable's
          parameters. Without it the table must be there. Items are plain Python (``{"id": "a", "n": 1}``) or wire JSON
        - a CloudFormation or SAM template; ``parameters`` are the values of its parameters
        - what DescribeTable answers, or CreateTable's parameters
        - an export to S3 (a file of it needs ``table``, its folder does not), or items alone, with ``table``

        Raises ``LoadError``, which says where something is wrong and what: the file, the table, the item's number.
        """
        from pytest_dynamodb.mock.contents import SourceReader
        from pytest_dynamodb.mock.writing import Writer

        where = region or self.region
        pseudo = {"AWS::Region": where, "AWS::AccountId": self.engine.account, "AWS::Partition": "aws"}
        contents = list(SourceReader(table, parameters or {}, pseudo).contents(source))
        Writer(self.engine, where).write_all(contents)

    def dump(self, *, region: str | None = None) -> dict[str, Any]:
        """Every table of a region with its items, as plain JSON that ``load`` takes; tables by name, items by key."""
        return {name: self._dumped(name, region or self.region) for name in self.tables_in(region or self.region)}

    def _dumped(self, name: str, region: str) -> dict[str, Any]:
        view = self.tables_in(region)[name]
        described = view.describe()
        params = {key: value for key, value in create_table_params_of(described).items() if key != "TableName"}
        params |= self._kept_apart(name, described["TableArn"], region)
        return {"table": params, "items": view.wire_items}

    def _kept_apart(self, name: str, arn: str, region: str) -> dict[str, Any]:
        """What DescribeTable does not tell: time to live and tags."""
        found: dict[str, Any] = {}
        ends = self._asked("DescribeTimeToLive", {"TableName": name}, region).get("TimeToLiveDescription", {})
        if ends.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"):
            found["TimeToLiveSpecification"] = {"AttributeName": ends["AttributeName"], "Enabled": True}
        tags = self._asked("ListTagsOfResource", {"ResourceArn": arn}, region).get("Tags")
        if tags:
            found["Tags"] = tags
        return found

    def _asked(self, operation: str, params: dict[str, Any], region: str) -> dict[str, Any]:
        try:
            return self.engine.run(Request(operation, params, region))
        except DynamoDbError:
            return {}  # a table on its way up or down

    def __repr__(self) -> str:
        held = {region.name: ", ".join(self.tables_in(region.name)) for region in self.engine.regions()}
        return f"<Mock: {'; '.join(f'{names} in {name}' for name, names in held.items() if names) or 'no tables'}>"
