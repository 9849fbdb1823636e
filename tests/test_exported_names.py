"""The public face: what `pytest_dynamodb` exports, from where, and what having a name loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_dynamodb
from pytest_dynamodb import errors, exports

SOURCE = Path(pytest_dynamodb.__file__)
STUB = SOURCE.with_suffix(".pyi")

# What application code must never pay for: test tools and extras.
UNWANTED = {"_pytest", "click", "deepdiff", "opentelemetry", "pydantic", "pytest", "uvicorn", "vcr"}


def names_for_type_checkers() -> Iterator[tuple[str, str]]:
    """Each name that the stub imports, and the module it is imported from."""
    for node in ast.parse(STUB.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, str(node.module)


def names_in_all() -> list[str]:
    """`__all__` as type checkers read it."""
    for statement in ast.parse(STUB.read_text()).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return list(ast.literal_eval(statement.value))
    raise AssertionError("there is none")


def loaded_by(code: str) -> set[str]:
    """The top-level packages in sys.modules after running code in a fresh interpreter."""
    program = f"import sys; {code}; print(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", pytest_dynamodb.__all__)
def test_every_exported_name_can_be_had(name: str) -> None:
    assert getattr(pytest_dynamodb, name) is not None
    assert name in dir(pytest_dynamodb)


def test_names_are_the_same_at_run_time_for_type_checkers_and_for_star_imports() -> None:
    homes = {name: f"pytest_dynamodb.{home}" for name, home in exports._HOME_OF.items()}
    assert homes == dict(names_for_type_checkers())
    assert sorted(homes) == pytest_dynamodb.__all__
    assert sorted(homes) == names_in_all()


def test_every_error_is_exported() -> None:
    ours = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert ours <= set(pytest_dynamodb.__all__)


def test_what_is_exported_has_its_asynchronous_sister_exported() -> None:
    sources = sorted(SOURCE.parent.joinpath("client", "aio").glob("*.py"))
    classes = {
        node.name for path in sources for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)
    }
    sisters = {name for name in classes if name.removeprefix("Async") in pytest_dynamodb.__all__}
    assert sisters
    assert sisters <= set(pytest_dynamodb.__all__)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        pytest_dynamodb.nothing  # type: ignore[attr-defined]  # noqa: B018  # looking is what raises


@pytest.mark.parametrize(
    "names", ["DynamoDbClient, ClientConfig, TableClient, Attr, Key", "ConditionalCheckFailedException"]
)
def test_the_clients_names_load_neither_test_tools_nor_botocore(names: str) -> None:
    loaded = loaded_by(f"from pytest_dynamodb import {names}")
    assert not loaded & (UNWANTED | {"boto3", "botocore", "msgpack"})


def test_making_a_client_loads_no_test_tools() -> None:
    code = "import pytest_dynamodb as p; p.DynamoDbClient(p.ClientConfig(region='us-east-1'))"
    loaded = loaded_by(code)
    assert "botocore" in loaded
    assert not loaded & UNWANTED


def test_replaying_loads_no_test_tools(tmp_path: Path) -> None:
    path = str(tmp_path / "empty.ddb.msgpack")
    code = (
        f"import pytest_dynamodb as p; p.save_cassette(p.Cassette({path!r}), {path!r}); "
        f"p.DynamoDbClient(provider=p.ReplayProvider({path!r})).close()"
    )
    assert not loaded_by(code) & UNWANTED


WITHOUT_EXTRAS = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"aiobotocore", "httptools", "opentelemetry", "pydantic", "uvicorn", "uvloop", "vcr"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    def invalidate_caches(self):
        pass

sys.meta_path.insert(0, Hidden())
"""


def without_extras(code: str) -> str:
    """What the code prints where none of the extras is installed."""
    program = WITHOUT_EXTRAS + code
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_a_star_import_needs_no_extra_and_leaves_out_what_needs_one() -> None:
    found = without_extras("from pytest_dynamodb import *; print(*sorted(set(dir()) - {'Hidden', 'sys'}))").split()
    over_pydantic = {
        name for name in pytest_dynamodb.__all__ if name.removeprefix("Async").startswith(("Typed", "EntityTable"))
    }
    assert {name for name in found if not name.startswith("_")} == {*pytest_dynamodb.__all__} - over_pydantic


def test_a_name_whose_extra_is_missing_says_which() -> None:
    code = """
try:
    from pytest_dynamodb import TypedTable
except ModuleNotFoundError as problem:
    print(problem.name, problem)
"""
    assert without_extras(code) == "pydantic TypedTable needs pydantic: install pytest-dynamodb-cassette[models]\n"
