"""How a SELECT reads: by key, one read for each branch of its WHERE; or everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from pytest_dynamodb.engine.partiql.messages import reject, text
from pytest_dynamodb.engine.partiql.plan import MAX_READS, Branch, Ordering, Range, branches_of, check_order, range_of
from pytest_dynamodb.engine.partiql.write import NotOneItem
from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.reads.span import Spans, span_of
from pytest_dynamodb.engine.schema import KeyPart, ordered
from pytest_dynamodb.engine.storage.partition import Attributes, Identity
from pytest_dynamodb.engine.validation.keys import NO_MATCH, check_key_value
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.resolution import KeyClause


@dataclass(frozen=True, slots=True)
class PlannedRead:
    """One read of part of a partition. ``key`` is the whole primary key, if the read asks for that and nothing else."""

    identity: Identity
    place: Any
    range: Range
    spans: Spans
    branch: Branch
    key: Attributes | None = None


@dataclass(frozen=True, slots=True)
class SelectPlan:
    """``reads`` in the order in which they are carried out; ``None`` is a scan."""

    reads: tuple[PlannedRead, ...] | None
    forward: bool = True

    @property
    def single_key(self) -> Attributes | None:
        """The key of the single item that is read, if the WHERE names it and nothing else."""
        return self.reads[0].key if self.reads is not None and len(self.reads) == 1 else None


def plan_reads(source: Source, where: nodes.ConditionTree | None, order: Sequence[Ordering]) -> SelectPlan:
    """The reads of a SELECT. Raises ValidationException for conditions on keys, or an order, that cannot be read."""
    hash_part = source.keys.hash[0]
    branches = branches_of(where, source.keys.names)
    keyed = where is not None and all(_partition(branch, hash_part) is not None for branch in branches)
    if not keyed:
        check_order(order, source, has_where=where is not None, partitions=0)
        return SelectPlan(None)
    reads = [_read(branch, source) for branch in branches]
    if len(reads) > MAX_READS:
        reject("reads")
    check_order(order, source, has_where=True, partitions=len({read.identity for read in reads}))
    return _ordered(_apart([read for read in reads if not read.range.is_empty], source), order, hash_part[0])


def _partition(branch: Branch, part: KeyPart) -> KeyClause | None:
    """The condition that fixes the partition; ``None`` if there is none or if two contradict each other."""
    equal = [clause for clause in branch.on(part[0]) if clause.operator == "="]
    if not equal or any(clause.operands != equal[0].operands for clause in equal):
        return None
    return equal[0]


def _read(branch: Branch, source: Source) -> PlannedRead:
    tags, ranges = dict(source.keys.parts), dict(source.keys.range)
    for clause in branch.keys:
        _check_values(clause, tags[clause.attribute], is_range=clause.attribute in ranges)
    name, tag = source.keys.hash[0]
    partition = _partition(branch, (name, tag))
    assert partition is not None  # only branches that fix one come here
    content = partition.operands[0].wire[tag]
    clauses = [(part, branch.on(part[0])) for part in source.keys.range]
    component = None if source.index is None else 0
    spans = tuple([_span(found, part[1], component) for part, on_part in clauses for found in on_part])
    extent = range_of(clauses[0][1], clauses[0][0][1]) if clauses else Range()
    return PlannedRead(content, ordered(tag, content), extent, spans, branch, _whole_key(branch, source))


def _span(clause: KeyClause, tag: str, component: int | None) -> Any:
    return span_of(clause.operator, [ordered(tag, value.wire[tag]) for value in clause.operands], component)


def _check_values(clause: KeyClause, tag: str, *, is_range: bool) -> None:
    for value in clause.operands:
        if tag not in value.wire:
            raise NotOneItem(text("key-type", name=clause.attribute), NO_MATCH)
        check_key_value(clause.attribute, tag, value.wire[tag], is_range=is_range)


def _whole_key(branch: Branch, source: Source) -> Attributes | None:
    if source.index is not None or branch.filters or any(clause.operator != "=" for clause in branch.keys):
        return None
    values = {(clause.attribute, clause.operands) for clause in branch.keys}
    if len(values) != len(source.keys.parts):
        return None
    return {name: found[0].wire for name, found in sorted(values, key=lambda pair: pair[0])}


def _apart(reads: list[PlannedRead], source: Source) -> list[PlannedRead]:
    """The reads, if no two could find the same item; otherwise raises ValidationException.

    A branch whose sort key condition is negated is exempt: AWS reads it together with the others (dynamodb-conformance,
    partiql/whereOverlap), which is one read of the partition here.
    """
    range_name = source.keys.range[0][0] if source.keys.range else None
    merged: dict[Identity, None] = {}
    for at, read in enumerate(reads):
        for other in reads[:at]:
            if read.identity == other.identity and read.range.overlaps(other.range):
                if not _negates(read.branch, range_name) and not _negates(other.branch, range_name):
                    reject("overlap")
                merged[read.identity] = None
    if not merged:
        return reads
    places = {read.identity: read.place for read in reads if read.identity in merged}
    whole = [PlannedRead(identity, places[identity], Range(), (), Branch((), ())) for identity in merged]
    return [*(read for read in reads if read.identity not in merged), *whole]


def _negates(branch: Branch, name: str | None) -> bool:
    return any(
        (isinstance(condition, nodes.Not) or (isinstance(condition, nodes.Compare) and condition.operator == "<>"))
        and any(
            isinstance(node, nodes.Path) and node.parts[0] == nodes.Name(name or "") for node in nodes.walk(condition)
        )
        for condition in branch.filters
    )


def _ordered(reads: list[PlannedRead], order: Sequence[Ordering], hash_name: str) -> SelectPlan:
    """The reads ordered by partition, and within one by sort key.

    Ordering by the partition key alone also reverses the sort key (hectorvent/floci's captures).
    """
    descending = {term.name: term.descending for term in order}
    range_terms = [term for term in order if term.name != hash_name]
    forward = not order or (bool(range_terms) and not range_terms[0].descending)
    within = sorted(reads, key=cmp_to_key(_by_range), reverse=not forward)
    within.sort(key=lambda read: read.place, reverse=descending.get(hash_name, False))
    return SelectPlan(tuple(within), forward)


def _by_range(one: PlannedRead, other: PlannedRead) -> int:
    if one.range.low == other.range.low:
        return 0
    return -1 if (one.range & other.range).low == other.range.low else 1
