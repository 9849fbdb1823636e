"""The rows that say how AWS takes each operation."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from pytest_dynamodb.dialects import CAPTURED, CLASSIC, REGIONS, TODAY, dialect_of
from pytest_dynamodb.engine.validation.surfaces import (
    CHANGES,
    CHECKED_IN_ORDER,
    Surface,
    SurfaceChange,
    distinct_dialects,
    surface_of,
)

ITEM_OPERATIONS = (
    *("PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan"),
    *("BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems"),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_one_of_rows_that_there_are(change: SurfaceChange) -> None:
    assert change.operations <= set(ITEM_OPERATIONS)
    assert change.made.keys() <= {member.name for member in fields(Surface)}
    assert change.since <= CAPTURED
    assert change.but | change.only <= REGIONS
    assert not (change.but and change.only)
    having = change.only or REGIONS - change.but
    for operation in change.operations:
        for region in having:
            row = surface_of(operation, dialect_of(region))
            later = [other for other in CHANGES if other.holds(dialect_of(region)) and operation in other.operations]
            for name in change.made:
                made = [other.made[name] for other in later if name in other.made]
                assert getattr(row, name) == made[-1] != getattr(surface_of(operation, CLASSIC), name)


def test_the_table_is_as_new_as_it_says() -> None:
    assert max(change.since for change in CHANGES) == CAPTURED


def test_most_regions_have_what_today_has() -> None:
    for change in CHANGES:
        having = [region for region in REGIONS if change.holds(dialect_of(region))]
        assert change.holds(TODAY) is (len(having) > len(REGIONS) / 2)


def test_a_day_has_what_was_known_then() -> None:
    assert surface_of("UpdateItem", dialect_of("2026-09-04")) == surface_of("UpdateItem", CLASSIC)
    assert surface_of("UpdateItem", dialect_of(date(2026, 9, 5))).charged
    assert surface_of("UpdateItem", dialect_of("2026-12-31")) == surface_of("UpdateItem")


def test_dialects_that_are_tried_differ() -> None:
    tried = distinct_dialects()
    assert [dialect.name for dialect in tried[:2]] == ["today", "classic"]
    rows = [tuple(surface_of(operation, dialect) for operation in ITEM_OPERATIONS) for dialect in tried]
    assert all(one != other for number, one in enumerate(rows) for other in rows[:number])


@pytest.mark.parametrize("operation", ITEM_OPERATIONS)
def test_what_is_checked_is_what_there_is(operation: str) -> None:
    row = surface_of(operation, CLASSIC)
    for surface in (row, *row.parts.values()):
        assert sorted(surface.checked) == sorted(surface.expressions)
        assert list(surface.checked) == sorted(surface.expressions, key=CHECKED_IN_ORDER.index)


def test_a_part_has_parameters_of_its_own_and_all_else_from_its_request() -> None:
    row = surface_of("TransactWriteItems")
    assert set(row.parts) == {"Put", "Update", "Delete", "ConditionCheck"}
    assert row.expressions == ()
    for part in row.parts.values():
        assert part.expressions
        assert (part.operation, part.spare_levels, part.key_last) == (row.operation, row.spare_levels, row.key_last)


def test_an_operation_without_items_has_a_row_without_parameters() -> None:
    assert surface_of("CreateTable", CLASSIC) == Surface(operation="CreateTable")
