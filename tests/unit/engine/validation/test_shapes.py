"""The generated table of shapes, against the service models that botocore ships."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader

from pytest_dynamodb.engine.validation.acceptance import acceptor
from pytest_dynamodb.engine.validation.overlay import (
    KEY_LIMITS,
    LIMITS,
    MEMBER_LIMITS,
    MEMBER_SHAPES,
    NEWER,
    ORDER,
    WORDS,
)
from pytest_dynamodb.engine.validation.shapes import _model, input_shape

MODELS = [Loader().load_service_model(service, "service-2") for service in ("dynamodb", "dynamodbstreams")]
OPERATIONS = {name: model for model in MODELS for name in model["operations"]}


def test_the_operations_of_the_installed_botocore_are_known() -> None:
    """Newer operations may be missing here, older ones there: what both have must agree."""
    known = set(_model()["operations"])
    assert len(known) >= 66
    assert len(known & set(OPERATIONS)) >= 55


@pytest.mark.skipif(
    MODELS[0]["shapes"]["GetItemInput"]["members"]["TableName"]["shape"] != "TableArn",
    reason="this botocore's model is of before tables could be named by ARN; the table was made from a newer one",
)
@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) & set(_model()["operations"])))
def test_an_operation_s_shapes_agree_with_the_installed_botocore(operation: str) -> None:
    model = OPERATIONS[operation]
    pending, seen = [model["operations"][operation]["input"]["shape"]], set()
    while pending:
        name = pending.pop()
        ours, theirs = _model()["shapes"].get(name), model["shapes"][name]
        if name in seen or ours is None:
            continue
        seen.add(name)
        assert ours["type"] == theirs["type"]
        shared = ours.get("members", {}).keys() & theirs.get("members", {}).keys()
        assert {member: ours["members"][member] for member in shared} == {
            member: theirs["members"][member]["shape"] for member in shared
        }
        pending += [theirs["members"][member]["shape"] for member in shared]
        pending += [theirs[part]["shape"] for part in ("member", "key", "value") if part in theirs]


@pytest.mark.parametrize("operation", sorted(_model()["operations"]))
def test_every_operation_can_be_checked(operation: str) -> None:
    shape = input_shape(operation)
    assert shape is not None
    assert shape.kind == "structure"
    assert isinstance(acceptor(operation)({}), bool)


def test_the_overlay_names_only_what_there_is() -> None:
    shapes: dict[str, dict[str, Any]] = _model()["shapes"]
    assert (LIMITS.keys() | KEY_LIMITS.keys() | ORDER.keys()) <= shapes.keys()
    for where in (*MEMBER_LIMITS, *MEMBER_SHAPES, *NEWER, *WORDS):
        structure, _, member = where.partition(".")
        assert member in shapes[structure]["members"]
    for structure, members in ORDER.items():
        assert set(members) <= shapes[structure]["members"].keys()
