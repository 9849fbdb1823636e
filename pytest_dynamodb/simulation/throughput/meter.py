"""Metering: what each request consumed of tables, indexes and partitions, and throttling where that is too much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.engine import Restorer, Simulator
from pytest_dynamodb.engine.handlers import Handler
from pytest_dynamodb.engine.partiql.operations import statement_error
from pytest_dynamodb.engine.schema import KeySchema
from pytest_dynamodb.engine.settings import TableSettings
from pytest_dynamodb.engine.storage.partition import Identity
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError, error_for
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import Part, capacity_kind, parts, table_name
from pytest_dynamodb.simulation.throughput.partitions import (
    ON_DEMAND_PARTITIONS,
    Bucket,
    Partitions,
    partitions_for,
    reported,
    summed,
)
from pytest_dynamodb.throttling import CapacityKind, Limit, reason_of, throttled
from pytest_dynamodb.values import canonical_item


@dataclass(frozen=True, slots=True)
class Charge:
    """Read or write units of a table or of one of its global indexes. Without ``identities``, of all partitions
    alike.
    """

    table: Table
    index: str | None
    kind: CapacityKind
    units: float
    identities: tuple[Identity, ...] = ()

    @property
    def keys(self) -> KeySchema:
        """The key schema whose partitions are charged."""
        return self.table.keys if self.index is None else self.table.indexes[self.index].schema.keys


def charges_of(call: Call, body: Mapping[str, Any], before: Mapping[str, Table]) -> Iterator[Charge]:
    """The charges in an answer with ``ConsumedCapacity``. ``before`` holds the tables as they were before the
    request.
    """
    capacity = body.get("ConsumedCapacity") or []
    for usage in [capacity] if isinstance(capacity, dict) else capacity:
        table = before[table_name(usage["TableName"])]
        kind = _kind(call, usage)
        touched = [part for part in parts(call.operation, call.params) if part.table == table.name]
        own = usage.get("Table", {}).get("CapacityUnits", 0.0)
        own += sum(arm["CapacityUnits"] for arm in usage.get("LocalSecondaryIndexes", {}).values())
        if own:
            yield Charge(table, None, kind, own, _identities(touched, table.keys))
        for index, arm in usage.get("GlobalSecondaryIndexes", {}).items():
            after = call.region.tables.get(table.name, table)
            yield Charge(table, index, kind, arm["CapacityUnits"], _of_index((after, table), index, touched))


def _kind(call: Call, usage: Mapping[str, Any]) -> CapacityKind:
    if "ReadCapacityUnits" in usage:  # a transaction that was repeated only reads
        return "Read"
    return capacity_kind(call.operation, call.params) or "Read"


def _identities(touched: Sequence[Part], keys: KeySchema) -> tuple[Identity, ...]:
    """The partitions of these parts; none if the parts do not name them, as in a Scan, which reads all."""
    named = [canonical_item(dict(part.attributes)) for part in touched]
    hash_names = [name for name, _ in keys.hash]
    if not all(name in attributes for attributes in named for name in hash_names):
        return ()
    return tuple(keys.identity(attributes) for attributes in named)


def _of_index(tables: tuple[Table, Table], index: str, touched: Sequence[Part]) -> tuple[Identity, ...]:
    """The charged partitions of an index: those that were read, or those of what was written, before and after."""
    keys = tables[0].indexes[index].schema.keys
    if any(part.index_name == index for part in touched):
        return _identities(touched, keys)
    found = []
    for part in touched:
        attributes = canonical_item(dict(part.attributes))
        if not tables[0].keys.indexable(attributes):
            continue
        for stored in (table.get(attributes) for table in tables):
            if stored is not None and keys.indexable(stored.attributes):
                found.append(keys.identity(stored.attributes))
                break
    return tuple(found)


# --- the meter ---
# A request is carried out and charged; if there is not enough capacity, it is undone.
# A request is carried out, charged, and undone where there is not enough.

_CANCELLED: Final = "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"


@dataclass(frozen=True, slots=True)
class ThroughputLimits:
    """The capacity limits of an engine, on its clock. The defaults are AWS's.

    ``partition_read`` and ``partition_write``  units per second of one partition (developer guide, "Designing partition
                                                keys": 3,000 and 1,000)
    ``burst``          seconds of unused provisioned capacity that are kept (same guide, "Burst capacity": 300). A new
                       table starts with one second's
    ``on_demand_read`` and ``on_demand_write``  units per second of an on-demand table or index ("Quotas": 40,000)
    ``split_after``    seconds of throttling after which a hot partition is split in two; ``None`` is never. AWS does
                       not say how long it takes. A single key always stays in one partition

    A request is let through as long as any units are left, and charged in full: the last one may overdraw.
    """

    partition_read: float = 3000.0
    partition_write: float = 1000.0
    burst: float = 300.0
    on_demand_read: float = 40_000.0
    on_demand_write: float = 40_000.0
    split_after: float | None = 600.0

    def simulator(self) -> Meter:
        """A simulator with these settings and full buckets."""
        return Meter(self)


class _Throttled(Exception):
    """Not enough capacity of something."""

    def __init__(self, problem: DynamoDbError, table: str) -> None:
        super().__init__(problem, table)
        self.problem, self.table = problem, table


class Meter(Simulator):
    """Holds an engine's requests to the limits."""

    def __init__(self, limits: ThroughputLimits) -> None:
        self._limits = limits
        self._buckets: dict[tuple[object, ...], Bucket] = {}
        self._partitions: dict[tuple[str, str | None], Partitions] = {}

    def anew(self) -> Meter:
        """A simulator with the same settings and full buckets."""
        return Meter(self._limits)

    def carry_out(self, call: Call, handler: Handler, engine: Restorer) -> dict[str, Any]:
        """The answer, or a throttling error with ThrottlingReasons.

        A batch returns as unprocessed what there is no capacity for; a batch of statements has the error in that
        statement's place.
        """
        operation = OPERATIONS[call.operation]
        if not operation.uses_units:
            return handler(call)
        try:
            body = self._charged(call, handler, engine)
        except _Throttled as found:
            if operation.shape == "transaction":
                raise _cancellation(call, found) from None
            if operation.shape != "batch":
                raise found.problem from None
            if operation.leftovers is None:
                body = self._by_statement(call, handler, engine)
            else:
                body = self._piecewise(call, handler, engine, found)
        return reported(body, call.params.get("ReturnConsumedCapacity"))

    def _charged(self, call: Call, handler: Handler, engine: Restorer) -> dict[str, Any]:
        """The answer with all consumed capacity, after charging it. Raises ``_Throttled``."""
        undo, state = engine.checkpoint(), call.random.getstate()
        call = replace(
            call,
            params={**call.params, "ReturnConsumedCapacity": "INDEXES"},
            region=call.region_of(call.region.account, call.region.name),
        )
        before = call.region.tables.copy()
        body = handler(call)
        try:
            self._charge(list(charges_of(call, body, before)), call.clock.now())
        except _Throttled:
            undo()
            call.random.setstate(state)
            raise
        return body

    def _by_statement(self, call: Call, handler: Handler, engine: Restorer) -> dict[str, Any]:
        """A batch, statement by statement: each gives an answer, or the error it was throttled with."""
        done: list[dict[str, Any]] = []
        responses: list[Any] = []
        for statement in call.params["Statements"]:
            try:
                body = self._charged(replace(call, params={**call.params, "Statements": [statement]}), handler, engine)
            except _Throttled as found:
                responses.append({"Error": statement_error(found.problem), "TableName": found.table})
            else:
                responses += body.pop("Responses")
                done.append(body)
        return {**summed(done), "Responses": responses}

    def _piecewise(self, call: Call, handler: Handler, engine: Restorer, found: _Throttled) -> dict[str, Any]:
        """A batch, item by item. Raises the error if there is no capacity for any of them."""
        done: list[dict[str, Any]] = []
        left: dict[str, Any] = {}
        for table, part in call.params["RequestItems"].items():
            entries = part if isinstance(part, list) else part["Keys"]
            unprocessed = []
            for entry in entries:
                one = [entry] if isinstance(part, list) else {**part, "Keys": [entry]}
                try:
                    params = {**call.params, "RequestItems": {table: one}}
                    done.append(self._charged(replace(call, params=params), handler, engine))
                except _Throttled:
                    unprocessed.append(entry)
            if unprocessed:
                left[table] = unprocessed if isinstance(part, list) else {**part, "Keys": unprocessed}
        if not done:
            raise found.problem from None
        return {**summed(done), str(OPERATIONS[call.operation].leftovers): left}

    def _charge(self, charges: list[Charge], now: float) -> None:
        """Charge everything, or nothing at all if some capacity is exhausted."""
        due: list[tuple[Bucket, float]] = []
        for charge in charges:
            settings = charge.table.settings.at(now)
            for limit, bucket, units, start in self._buckets_of(charge, settings, now):
                if bucket.is_empty:
                    self._note(charge, limit, start, now)
                    raise _Throttled(_error(charge, settings, limit), charge.table.name)
                due.append((bucket, units))
        for bucket, units in due:
            bucket.take(units)

    def _buckets_of(
        self, charge: Charge, settings: TableSettings, now: float
    ) -> Iterator[tuple[Limit, Bucket, float, int | None]]:
        for limit, rate, seconds in self._rates(charge, settings):
            yield limit, self._bucket(charge, limit, None, rate, seconds, now), charge.units, None
        limits = self._limits
        rate = limits.partition_read if charge.kind == "Read" else limits.partition_write
        partitions = self._partitions_of(charge, settings)
        tags = charge.keys.hash_tags
        starts = [partitions.of(identity, tags) for identity in charge.identities] or partitions.starts
        for start in starts:
            bucket = self._bucket(charge, "KeyRangeThroughputExceeded", start, rate, 1.0, now)
            yield "KeyRangeThroughputExceeded", bucket, charge.units / len(starts), start

    def _rates(self, charge: Charge, settings: TableSettings) -> Iterator[tuple[Limit, float, float]]:
        """The limit on a whole table or index: units per second, and for how many seconds they are kept."""
        own = settings if charge.index is None else settings.indexes.get(charge.index)
        reads = charge.kind == "Read"
        if own is None:
            return
        if not settings.on_demand:
            yield "ProvisionedThroughputExceeded", *self._provisioned(own.throughput.read, own.throughput.write, reads)
            return
        ceiling = own.ceiling.read if reads else own.ceiling.write
        if ceiling is not None and ceiling > 0:
            yield "MaxOnDemandThroughputExceeded", float(ceiling), 1.0
        yield "AccountLimitExceeded", self._limits.on_demand_read if reads else self._limits.on_demand_write, 1.0

    def _provisioned(self, read: int, write: int, reads: bool) -> tuple[float, float]:
        return float(read if reads else write), self._limits.burst

    def _bucket(
        self, charge: Charge, limit: Limit, start: int | None, rate: float, seconds: float, now: float
    ) -> Bucket:
        name = (charge.table.settings.id, charge.index, charge.kind, limit, start)
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rate, seconds, charge.table.settings.created)
        bucket.fill(rate, now)
        return bucket

    def _partitions_of(self, charge: Charge, settings: TableSettings) -> Partitions:
        own = settings if charge.index is None else settings.indexes.get(charge.index)
        count, limits = ON_DEMAND_PARTITIONS, self._limits
        if not settings.on_demand and own is not None:
            units = own.throughput
            count = partitions_for(units.read, units.write, limits.partition_read, limits.partition_write)
        name = (charge.table.settings.id, charge.index)
        partitions = self._partitions.get(name)
        if partitions is None:
            partitions = self._partitions[name] = Partitions(count)
        partitions.at_least(count)
        return partitions

    def _note(self, charge: Charge, limit: Limit, start: int | None, now: float) -> None:
        """Note the throttling of a partition; one that has been hot for long enough is split."""
        if start is not None:
            partitions = self._partitions[charge.table.settings.id, charge.index]
            if partitions.throttled(start, now, self._limits.split_after):
                del self._buckets[charge.table.settings.id, charge.index, charge.kind, limit, start]


def _error(charge: Charge, settings: TableSettings, limit: Limit) -> DynamoDbError:
    resource = charge.table.arn if charge.index is None else f"{charge.table.arn}/index/{charge.index}"
    return throttled(
        limit, charge.kind, resource=resource, index=charge.index is not None, on_demand=settings.on_demand
    )


def _cancellation(call: Call, found: _Throttled) -> DynamoDbError:
    reasons: list[dict[str, Any]] = [
        reason_of(found.problem) if part.table == found.table else {"Code": "None"}
        for part in parts(call.operation, call.params)
    ]
    message = _CANCELLED.format(codes=", ".join(reason["Code"] for reason in reasons))
    return error_for("TransactionCanceledException", message, members={"CancellationReasons": reasons})
