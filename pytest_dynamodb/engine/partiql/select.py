"""SELECT: its columns, what it reads and filters, NextToken, and a page of it."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.answers import Usage, read_units
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import Reader, compile_path, head
from pytest_dynamodb.engine.parameters.keypaths import check_key_paths
from pytest_dynamodb.engine.partiql.messages import java_set_order, reject
from pytest_dynamodb.engine.partiql.plan import orderings
from pytest_dynamodb.engine.partiql.readplan import PlannedRead, SelectPlan, plan_reads
from pytest_dynamodb.engine.partiql.request import read_source, written_name
from pytest_dynamodb.engine.partiql.syntax import Expression, PathParts, PathTerm, Select
from pytest_dynamodb.engine.partiql.trees import node_path
from pytest_dynamodb.engine.reads.page import PAGE_SIZE, Keep, read_page
from pytest_dynamodb.engine.reads.selection import check_projected
from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.reads.span import walk_partition, walk_segment
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import ConditionTree, Path, ProjectionTree, walk
from pytest_dynamodb.values import AttributeValue


@dataclass(frozen=True, slots=True)
class Columns:
    """``names`` are the attributes in which the paths begin; for ``SELECT *``, ``names`` and ``tree`` are ``None``."""

    give: Callable[[Attributes], Attributes]
    names: tuple[str, ...] | None = None
    tree: ProjectionTree | None = None


EVERYTHING: Final = Columns(lambda attributes: attributes)


def columns_of(expressions: tuple[Expression, ...]) -> Columns:
    """The columns of a SELECT. Raises ValidationException for what is not a path, and for duplicate names."""
    if not expressions:
        return EVERYTHING
    reads: dict[str, Reader] = {}
    paths = []
    for expression in expressions:
        if not isinstance(expression, PathTerm):
            reject("column", at=expression.at)
        path, name = node_path(expression), column_name(expression.parts)
        if name in reads:
            reject("column-twice", name=name)
        reads[name] = compile_path(path)
        paths.append(path)
    return Columns(_giving(reads), tuple(map(head, paths)), ProjectionTree(tuple(paths)))


def column_name(parts: PathParts) -> str:
    """A path's last name with the positions after it: ``k[0]`` for ``m.k[0]`` (hectorvent/floci's captures)."""
    last = max(at for at, part in enumerate(parts) if isinstance(part, str))
    return str(parts[last]) + "".join(f"[{part}]" for part in parts[last + 1 :])


def _giving(reads: dict[str, Reader]) -> Callable[[Attributes], Attributes]:
    def give(attributes: Attributes) -> dict[str, AttributeValue]:
        found = ((name, read(attributes)) for name, read in reads.items())
        return {name: value for name, value in found if value is not None}

    return give


# --- selections ---

_NOT_PROJECTED = (
    "One or more parameter values were invalid: "
    "Secondary index {index} does not project one or more filter attributes: [{names}]"
)


@dataclass(frozen=True, slots=True)
class Selection:
    """A SELECT, checked against its table."""

    table: Table
    table_name: str
    source: Source
    plan: SelectPlan
    keep: Keep | None
    columns: Columns

    @property
    def fetches(self) -> bool:
        """Whether items must be fetched from the table, because entries of a local index lack requested attributes."""
        index = self.source.index
        return index is not None and any(not index.holds(name) for name in self.columns.names or ())


def select(call: Call, statement: Select, where: ConditionTree | None, *, consistent: bool) -> Selection:
    """A SELECT, checked against its table.

    Raises ResourceNotFoundException, and ValidationException in AWS's order: the index, columns, keys, projections.
    """
    name = written_name(statement.source)
    table = call.table(name)
    source = read_source(call, table, statement.source, consistent=consistent)
    columns = columns_of(statement.columns)
    if source.index is not None:
        check_projected(source.index, columns.names or ())
    plan = plan_reads(source, where, orderings(statement.order))
    _check_filters(source, plan)
    for tree in (where, columns.tree):
        if tree is not None:
            check_key_paths(tree, table)
    keep = None if where is None else compile_condition(where)
    return Selection(table, name, source, plan, keep, columns)


def _check_filters(source: Source, plan: SelectPlan) -> None:
    """A read by an index's key may not be filtered by attributes that the index does not hold.

    This is not an error if any read has no such filter; if all have, the last one's attributes are named
    (hectorvent/floci's captures).
    """
    if source.index is None or plan.reads is None:
        return
    missing: list[str] = []
    for read in sorted(plan.reads, key=lambda read: read.place):
        missing = _unprojected(read, source)
        if not missing:
            return
    if missing:
        raise ValidationException(_NOT_PROJECTED.format(index=source.index.name, names=", ".join(missing)))


def _unprojected(read: PlannedRead, source: Source) -> list[str]:
    index = source.index
    assert index is not None
    heads = (head(node) for filter_ in read.branch.filters for node in walk(filter_) if isinstance(node, Path))
    return java_set_order(name for name in heads if not index.holds(name))


def check_single_key(selection: Selection, message: str) -> None:
    """Raise ValidationException unless a SELECT names the primary key of one item and nothing else."""
    key = selection.plan.single_key
    if key is None:
        raise ValidationException(message)
    check_key(key, selection.table.keys.parts)


# --- NextToken ---
# A token of another statement, or of other parameters, does not match; one that was not given at all is invalid
# (nubo-db/dynoxide, as compared with AWS).

_DIGEST: Final = 16


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """The read to go on with, and the key after which to go on; without a key, from the read's start."""

    read: int = 0
    key: Attributes | None = None


def to_token(position: ReadPosition, request: Mapping[str, Any]) -> str:
    place = json.dumps([position.read, position.key], sort_keys=True, separators=(",", ":")).encode()
    statement = _digest(_statement(request))
    return urlsafe_b64encode(statement + _digest(statement + place) + place).decode()


def from_token(request: Mapping[str, Any]) -> ReadPosition:
    """The position of a request's NextToken; without one, the start. Raises ValidationException."""
    token = request.get("NextToken")
    if token is None:
        return ReadPosition()
    try:
        content = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        reject("token")
    statement, check, place = content[:_DIGEST], content[_DIGEST : 2 * _DIGEST], content[2 * _DIGEST :]
    if check != _digest(statement + place):
        reject("token")
    if statement != _digest(_statement(request)):
        reject("other-token")
    read, key = json.loads(place)
    return ReadPosition(read, key)


def _statement(request: Mapping[str, Any]) -> bytes:
    """What a token is tied to; Limit and ConsistentRead do not count."""
    parts = [request["Statement"], request.get("Parameters") or []]
    return json.dumps(parts, sort_keys=True).encode()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(b"pytest-dynamodb/partiql" + content).digest()[:_DIGEST]


# --- pages ---


@dataclass(slots=True)
class SelectedPage:
    """``items`` with the statement's columns; ``end`` is where to go on, ``None`` after the last page."""

    items: list[Attributes]
    usage: Usage
    end: ReadPosition | None


def read_selected(selection: Selection, start: ReadPosition, *, limit: int | None, consistent: bool) -> SelectedPage:
    _check_start(selection, start)
    page = SelectedPage([], Usage(), None)
    size = 0
    reads = 1 if selection.plan.reads is None else len(selection.plan.reads)
    for at in range(start.read, reads):
        stored = _stored(selection, at, start.key if at == start.read else None)
        found = read_page(_charged(stored, selection, page.usage, consistent), limit, keep=selection.keep)
        page.items += [_given(selection, item) for item in found.items]
        page.usage.add(read_units(found.size, consistent=consistent), selection.source.index)
        size += found.size
        if found.last is not None:
            page.end = ReadPosition(at, selection.source.key_of(found.last))
            return page
        if limit is not None:
            limit -= found.scanned
        if size >= PAGE_SIZE and at + 1 < reads:
            page.end = ReadPosition(at + 1)
            return page
    return page


def _check_start(selection: Selection, start: ReadPosition) -> None:
    """The table may have been replaced by one with other keys since the token was made."""
    key, source = start.key, selection.source
    if key is not None and not (source.keys.indexable(key) and source.table.keys.indexable(key)):
        reject("token")


def _stored(selection: Selection, at: int, key: Attributes | None) -> Iterator[StoredItem]:
    plan, source = selection.plan, selection.source
    if plan.reads is None:
        return walk_segment(source, (0, 1), key)
    read = plan.reads[at]
    return walk_partition(source, read.identity, read.spans, key, forward=plan.forward)


def _charged(
    stored: Iterator[StoredItem], selection: Selection, usage: Usage, consistent: bool
) -> Iterator[StoredItem]:
    """The stored items. Each one passed is charged for being fetched from the table, where that is necessary."""
    if not selection.fetches:
        yield from stored
        return
    for entry in stored:
        usage.add(read_units(selection.source.item_of(entry).size, consistent=consistent))
        yield entry


def _given(selection: Selection, item: StoredItem) -> Attributes:
    """The result for an item: the filter applies to the index's entry, the columns to the item (hectorvent/floci's
    captures).
    """
    found = selection.source.item_of(item) if selection.fetches else item
    return selection.columns.give(found.attributes)
