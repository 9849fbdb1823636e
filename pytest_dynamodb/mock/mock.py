"""``Mock``: an engine, and what tests do with it besides calling it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.control.tables.templates import create_table_params_of
from pytest_dynamodb.dialects import TODAY, Dialect
from pytest_dynamodb.engine import DEFAULT_REGION, Engine, Snapshot
from pytest_dynamodb.errors import ConfigurationError, DynamoDbError
from pytest_dynamodb.exchange import Request, Response
from pytest_dynamodb.faults import Faults
from pytest_dynamodb.mock.tables import Tables

if TYPE_CHECKING:
    from pytest_dynamodb.mock.writing import BucketPlace
    from pytest_dynamodb.simulation.consistency import Consistency
    from pytest_dynamodb.simulation.explain import Explanation
    from pytest_dynamodb.simulation.throughput import ThroughputLimits
    from pytest_dynamodb.triggers import Streams

LoadSource: TypeAlias = Mapping[str, Any] | Sequence[Any] | str | os.PathLike[str]
"""What ``Mock.load`` accepts: a mapping, a list, or a file's path."""


class Mock:
    """An in-memory DynamoDB.

    ``engine``   holds the tables and answers; an empty one unless given
    ``region``   where ``load``, ``dump`` and ``tables`` look by default, or a function that returns it when it is first
                 needed; unless given, the region in ``AWS_DEFAULT_REGION``, or ``us-east-1``
    ``dialect``  that of the engine that it makes (see ``Engine``); cannot be given together with ``engine``

    ``faults`` are the planned faults for clients that this mock answers; ``answer`` itself applies none.
    """

    def __init__(
        self,
        engine: Engine | None = None,
        *,
        region: str | Callable[[], str] | None = None,
        dialect: str | date | Dialect | None = None,
    ) -> None:
        if engine is not None and dialect is not None:
            raise ConfigurationError("dialect goes with no engine, which has one of its own: give one of the two")
        self.engine: Engine = Engine(dialect=dialect or TODAY) if engine is None else engine
        self._region = region
        self._streams: Streams | None = None
        self.faults: Faults = Faults()

    @property
    def region(self) -> str:
        """Where ``load``, ``dump`` and ``tables`` look by default."""
        if not isinstance(self._region, str):
            found = os.environ.get("AWS_DEFAULT_REGION") if self._region is None else self._region()
            self._region = found or DEFAULT_REGION
        return self._region

    def answer(self, request: Request) -> Response:
        """The answer to a request; errors are answers too."""
        return self.engine.answer(request)

    @property
    def clock(self) -> VirtualClock:
        """Its clock: ``mock.clock.advance(3600)`` lets an hour pass.

        Raises ``ConfigurationError`` if the mock was made with a clock that cannot be moved.
        """
        clock = self.engine.clock
        if not isinstance(clock, VirtualClock):
            raise ConfigurationError(f"this mock was given a clock of its own, which cannot be moved: {clock!r}")
        return clock

    @property
    def streams(self) -> Streams:
        """Functions that are handed what is written: ``mock.streams.subscribe("orders", handler)``."""
        if self._streams is None:
            from pytest_dynamodb.triggers import Streams

            self._streams = Streams(self.engine, lambda: self.region)
        return self._streams

    def simulate(self, *, throughput: ThroughputLimits | None = None, consistency: Consistency | None = None) -> None:
        """From now on limit throughput, or let reads be stale; what is not given is switched off."""
        self.engine.simulate(throughput=throughput, consistency=consistency)

    def split_shards(self, table: str, *, children: int = 2, region: str | None = None) -> list[str]:
        """Close the open shards of a table's stream and open ``children`` after each, as AWS does when traffic grows.

        Returns the ids of the shards that are open now. Raises ``ResourceNotFoundException`` if no stream is enabled.
        """
        return self.engine.split_shards(table, children=children, region=region or self.region)

    def explain(self, request: Request | str, params: Mapping[str, Any] | None = None) -> Explanation:
        """What a request would read, write and cost; given as a ``Request``, or as an operation and wire-level
        parameters.

        Nothing changes. An error that the request would get is part of the explanation and not raised; so is that an
        operation does not read or write items.
        """
        from pytest_dynamodb.simulation.explain.explain import explain

        if isinstance(request, str):
            request = Request(request, dict(params or {}), self.region)
        return explain(self.engine, request)

    def buckets_in(self, place: BucketPlace) -> None:
        """Let tables be exported to, and imported from, the buckets of a place.

        A place is a folder, whose folders are the buckets, or an S3 client: ``boto3.client("s3")``. Raises
        ``ConfigurationError`` for anything else.
        """
        from pytest_dynamodb.mock.writing import buckets_in

        self.engine.files = buckets_in(place)

    # -- all of it at once -------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """What it holds now, unaffected by later writes. Takes the same time for many items as for few."""
        return self.engine.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Replace everything by what a snapshot holds; any number of times. The clock does not go back, and functions
        that are subscribed to streams are handed what is written from now on.
        """
        self.engine.restore(snapshot)
        if self._streams is not None:
            self._streams.restored()

    def fork(self) -> Mock:
        """A second mock with the same content; neither sees the other's later writes or changes of the clock."""
        engine = self.engine.fork()
        if isinstance(engine.clock, VirtualClock):
            engine.clock = VirtualClock(engine.clock.now())
        return Mock(engine, region=self._region)

    # -- tables and items --------------------------------------------------------------------------------------------

    @property
    def tables(self) -> Tables:
        """The tables by name. Each has ``items``, ``count`` and ``describe()``."""
        return self.tables_in(self.region)

    def tables_in(self, region: str) -> Tables:
        """The tables of another region, by name."""
        return Tables(self.engine, region)

    def load(
        self,
        source: LoadSource,
        *,
        region: str | None = None,
        table: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Make tables and put items into them; all of it, or nothing if something is wrong.

        ``source`` is one of these, or a file or list of them; files are JSON, JSON lines or YAML, also as ``.gz``:

        - what ``dump`` returns: ``{"orders": {"table": {...}, "items": [...]}}``, where ``table`` holds CreateTable's
          parameters. Without it the table must exist. Items are plain Python (``{"id": "a", "n": 1}``) or wire JSON
        - a CloudFormation or SAM template; ``parameters`` are the values of its parameters
        - the folder of a CDK assembly (``cdk.out``), or what ``terraform show -json`` prints of a plan or a state
        - a data model of NoSQL Workbench, with its sample data
        - what DescribeTable answers, or CreateTable's parameters
        - an export to S3 (a file of it needs ``table``, its folder does not), or items alone, with ``table``

        Raises ``LoadError``, which says what is wrong and where: the file, the table, the item's number.
        """
        from pytest_dynamodb.mock.contents import SourceReader
        from pytest_dynamodb.mock.writing import Writer

        where = region or self.region
        pseudo = {"AWS::Region": where, "AWS::AccountId": self.engine.account, "AWS::Partition": "aws"}
        contents = list(SourceReader(table, parameters or {}, pseudo).contents(source))
        Writer(self.engine, where).write_all(contents)

    def dump(self, *, region: str | None = None) -> dict[str, Any]:
        """Every table of a region with its items, as plain JSON that ``load`` accepts; sorted by name and by key.

        All as it was at one moment, whatever other threads write meanwhile.
        """
        where, moment = region or self.region, Mock(self.engine.fork(), region=self._region)
        return {name: moment._dumped(name, where) for name in moment.tables_in(where)}

    def _dumped(self, name: str, region: str) -> dict[str, Any]:
        view = self.tables_in(region)[name]
        described = view.describe()
        params = {key: value for key, value in create_table_params_of(described).items() if key != "TableName"}
        params |= self._kept_apart(name, described["TableArn"], region)
        return {"table": params, "items": view.wire_items}

    def _kept_apart(self, name: str, arn: str, region: str) -> dict[str, Any]:
        """What DescribeTable does not include: time to live and tags."""
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
