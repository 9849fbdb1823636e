"""The table of AWS's operations agrees with botocore's models of the two services."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel

from pytest_dynamodb.operations import AREAS, OPERATIONS, Operation, named

MODELS: dict[str, OperationModel] = {
    name: model.operation_model(name)
    for service in ("dynamodb", "dynamodbstreams")
    for model in [botocore.session.get_session().get_service_model(service)]
    for name in model.operation_names
}
KNOWN = [row for name, row in OPERATIONS.items() if name in MODELS]
"""An older botocore knows fewer."""


def inputs(row: Operation) -> dict[str, Any]:
    shape = MODELS[row.name].input_shape
    return {} if shape is None else dict(shape.members)


def outputs(row: Operation) -> dict[str, Any]:
    shape = MODELS[row.name].output_shape
    return {} if shape is None else dict(shape.members)


def test_there_is_a_row_for_each_operation_and_no_row_twice() -> None:
    assert MODELS.keys() <= OPERATIONS.keys()
    assert len(OPERATIONS) == sum(map(len, AREAS.values())) == 66


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.name)
def test_a_row_says_what_the_model_says(row: Operation) -> None:
    model = MODELS[row.name]
    assert row.service == model.service_model.service_name
    assert row.method == xform_name(row.name)
    assert row.tokens == tuple(model.idempotent_members)
    assert row.bodiless == (model.output_shape is None)
    assert row.items == ("ReturnConsumedCapacity" in inputs(row))
    assert (row.leftovers,) == tuple(member for member in outputs(row) if "Unprocessed" in member) or (None,)


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row.name)
def test_the_members_that_name_tables_are_the_models(row: Operation) -> None:
    for path in row.members:
        outer, _, inner = path.partition(".")
        shape = inputs(row)[outer]
        assert not inner or inner in shape.members
    for name, shape in inputs(row).items():
        names_a_table = re.fullmatch(r"(Source|Target|Global)?Table(Name|Arn)|(Resource|Backup|Export|Import)Arn", name)
        if names_a_table and shape.type_name == "string":
            assert name in row.members
    required = set(getattr(MODELS[row.name].input_shape, "required_members", ()))
    tables = {path.partition(".")[0] for path in row.members}
    assert row.optional == (not row.items and not tables & required and "SourceTableArn" not in tables)


@pytest.mark.parametrize("row", [row for row in KNOWN if row.paging], ids=lambda row: row.name)
def test_pages_begin_and_end_where_the_model_says(row: Operation) -> None:
    assert row.paging is not None
    begins, ends = row.paging
    assert begins in inputs(row)
    outer, _, inner = ends.partition(".")
    assert outer in outputs(row)
    assert not inner or inner in outputs(row)[outer].members


def test_what_botocore_pages_is_paged_by_the_same_tokens() -> None:
    for name, pages in Loader().load_service_model("dynamodb", "paginators-1")["pagination"].items():
        assert OPERATIONS[name].paging == (pages["input_token"], pages["output_token"]), name


def test_other_operations_have_no_pages() -> None:
    for row in KNOWN:
        starts = [name for name in inputs(row) if name.startswith("ExclusiveStart") or name == "NextToken"]
        assert bool(starts) == (row.paging is not None) or row.name == "GetRecords", row.name


def test_names_by_effect_and_shape() -> None:
    assert named(effect="writes", shape="single") == {"PutItem", "UpdateItem", "DeleteItem"}
    assert named(shape="transaction") == {"TransactGetItems", "TransactWriteItems", "ExecuteTransaction"}
    assert named(effect="writes", shape="batch") == {"BatchWriteItem"}
    assert "CreateTable" in named(items=False)
    assert len(named()) + len(named(items=False)) == len(OPERATIONS)


def test_reads_are_those_whose_name_says_so() -> None:
    reads = {name for name, row in OPERATIONS.items() if row.effect == "reads"}
    told = ("Get", "BatchGet", "Query", "Scan", "Search", "Describe", "List", "TransactGet")
    assert reads == {name for name in OPERATIONS if name.startswith(told)}
