"""The face of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_dynamodb import expressions


@pytest.mark.parametrize("name", expressions.__all__)
def test_every_public_name_can_be_had_and_is_listed(name: str) -> None:
    assert getattr(expressions, name) is not None
    assert name in dir(expressions)


def test_no_public_name_is_hidden_by_a_module_of_the_same_name() -> None:
    assert not any(isinstance(getattr(expressions, name), type(sys)) for name in expressions.__all__)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        expressions.nothing  # noqa: B018  # looking is what raises


def test_matching_loads_no_builders_and_nothing_from_outside() -> None:
    code = (
        "import sys; from pytest_dynamodb.expressions import canonical_params; "
        "print([name for name in sys.modules if name.split('.')[0] in {'boto3', 'botocore', 'pydantic', 'pytest'} "
        "or name.endswith(('.attributes', '.validation', '.rendering'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
