"""The rows that say how AWS takes each operation."""

from __future__ import annotations

from dataclasses import fields

import pytest

from pytest_dynamodb.engine.validation.surfaces import CHANGES, CHECKED_IN_ORDER, Surface, SurfaceChange, surface_of

ITEM_OPERATIONS = (
    *("PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan"),
    *("BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems"),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_one_of_rows_that_there_are(change: SurfaceChange) -> None:
    assert change.operations <= set(ITEM_OPERATIONS)
    assert change.made.keys() <= {member.name for member in fields(Surface)}
    for operation in change.operations:
        older, newer = surface_of(operation, "classic"), surface_of(operation, "2026")
        for name, made in change.made.items():
            assert getattr(older, name) != made == getattr(newer, name)


@pytest.mark.parametrize("operation", ITEM_OPERATIONS)
def test_what_is_checked_is_what_there_is(operation: str) -> None:
    row = surface_of(operation)
    for surface in (row, *row.parts.values()):
        assert sorted(surface.checked) == sorted(surface.expressions)
        assert list(surface.checked) == sorted(surface.expressions, key=CHECKED_IN_ORDER.index)


def test_a_part_has_parameters_of_its_own_and_all_else_from_its_request() -> None:
    row = surface_of("TransactWriteItems", "2026")
    assert set(row.parts) == {"Put", "Update", "Delete", "ConditionCheck"}
    assert row.expressions == ()
    for part in row.parts.values():
        assert part.expressions
        assert (part.operation, part.spare_levels, part.key_last) == (row.operation, row.spare_levels, row.key_last)


def test_an_operation_without_items_has_a_row_without_parameters() -> None:
    assert surface_of("CreateTable") == Surface(operation="CreateTable")
