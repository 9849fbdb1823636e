"""A SELECT on its way: what it reads, what it keeps of that, and what it gives of what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.engine.parameters.keypaths import check_key_paths
from pytest_dynamodb.engine.partiql.columns import Columns, columns_of
from pytest_dynamodb.engine.partiql.javaorder import java_set_order
from pytest_dynamodb.engine.partiql.ordering import orderings
from pytest_dynamodb.engine.partiql.readplan import Read, ReadPlan, plan_reads
from pytest_dynamodb.engine.partiql.sources import read_source, written_name
from pytest_dynamodb.engine.partiql.syntax import Select
from pytest_dynamodb.engine.reads.page import Keep
from pytest_dynamodb.engine.reads.selection import check_projected
from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import check_key
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import Condition, Path, walk

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
    plan: ReadPlan
    keep: Keep | None
    columns: Columns

    @property
    def fetches(self) -> bool:
        """Whether items are read from the table: entries of a local index lack what is wanted."""
        index = self.source.index
        return index is not None and any(not index.holds(name) for name in self.columns.names or ())


def select(call: Call, statement: Select, where: Condition | None, *, consistent: bool) -> Selection:
    """A SELECT, aimed at its table.

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


def _check_filters(source: Source, plan: ReadPlan) -> None:
    """What is read by an index's key may not be filtered by what the index does not hold.

    Unless a read has no such filter; otherwise the last one's are told (hectorvent/floci's captures).
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


def _unprojected(read: Read, source: Source) -> list[str]:
    index = source.index
    assert index is not None
    heads = (head(node) for filter_ in read.branch.filters for node in walk(filter_) if isinstance(node, Path))
    return java_set_order(name for name in heads if not index.holds(name))


def check_single_key(selection: Selection, message: str) -> None:
    """Raise ValidationException unless a SELECT names the primary key of one item, and nothing else."""
    key = selection.plan.single_key
    if key is None:
        raise ValidationException(message)
    check_key(key, selection.table.keys.parts)
