"""The tests test what users install."""

from __future__ import annotations

import os
from importlib.metadata import distribution
from pathlib import Path

import pytest

import pytest_dynamodb

ROOT = Path(__file__).parent.parent
INSTALLED = os.environ.get("PYTEST_DYNAMODB_TEST_INSTALLED") == "1"

only_installed = pytest.mark.skipif(
    not INSTALLED, reason="PYTEST_DYNAMODB_TEST_INSTALLED=1 is not set: this may be a checkout under work"
)


@only_installed
def test_package_comes_from_site_packages_and_not_from_the_folder() -> None:
    home = Path(pytest_dynamodb.__file__).resolve()
    assert "site-packages" in home.parts
    assert ROOT not in home.parents or ".venv" in home.parts or ".nox" in home.parts


@only_installed
@pytest.mark.parametrize("name", ["py.typed", "view/page.html", "_example/orders.py", "_example/tests/test_orders.py"])
def test_wheel_ships(name: str) -> None:
    assert (Path(pytest_dynamodb.__file__).parent / name).is_file()


@only_installed
def test_shipped_example_is_the_one_in_the_tree() -> None:
    shipped, source = Path(pytest_dynamodb.__file__).parent / "_example", ROOT / "examples" / "orders"
    cassettes = {path.relative_to(source) for path in source.rglob("*.ddb.msgpack")}
    assert cassettes == {path.relative_to(shipped) for path in shipped.rglob("*.ddb.msgpack")}
    for path in (*cassettes, Path("orders.py"), Path("tests/test_orders.py"), Path("conftest.py"), Path("README.md")):
        assert (shipped / path).read_bytes() == (source / path).read_bytes(), path


def test_version_is_the_distributions() -> None:
    assert pytest_dynamodb.__version__ == distribution("pytest-dynamodb-cassette").version


def test_entry_points_are_those_of_the_interface() -> None:
    points = {(point.group, point.name, point.value) for point in distribution("pytest-dynamodb-cassette").entry_points}
    assert points == {
        ("console_scripts", "pytest-dynamodb", "pytest_dynamodb.cli:main"),
        ("pytest11", "dynamodb_cassette", "pytest_dynamodb.plugin"),
    }
