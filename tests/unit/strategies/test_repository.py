"""``RepositoryMachine`` lets a right repository pass, and shows how a wrong one goes wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from pytest_dynamodb.strategies import RepositoryMachine, keys, texts

TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@cache
def users() -> Any:
    import boto3

    return boto3.resource("dynamodb", region_name="us-east-1").Table("users")


class Repository:
    """A right one."""

    def save(self, item: dict[str, Any]) -> None:
        users().put_item(Item=item)

    def get(self, key: str) -> Any:
        return users().get_item(Key={"id": key}).get("Item")

    def delete(self, key: str) -> None:
        users().delete_item(Key={"id": key})

    def all(self) -> Iterator[Any]:
        yield from users().scan()["Items"]


class Careless(Repository):
    """Keys are the same to it whatever their case."""

    def save(self, item: dict[str, Any]) -> None:
        super().save({**item, "id": item["id"].lower()})

    def get(self, key: str) -> Any:
        found = super().get(key.lower())
        return found and {**found, "id": key}


class Cached(Repository):
    """Does not look again."""

    def __init__(self) -> None:
        self._seen: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        return self._seen.setdefault(key, super().get(key))


class Forgetful(Repository):
    """Holds items in memory alone, so that a new one has none."""

    def __init__(self) -> None:
        self._held: dict[str, Any] = {}

    def save(self, item: dict[str, Any]) -> None:
        self._held[item["id"]] = item

    def get(self, key: str) -> Any:
        return self._held.get(key)

    def delete(self, key: str) -> None:
        self._held.pop(key, None)

    all = None  # type: ignore[assignment]  # it cannot


class Halved(Repository):
    """Lists the first page alone."""

    def all(self) -> Iterator[Any]:
        yield from users().scan(Limit=1)["Items"]


class Merging(Repository):
    """Saves over what is there, attribute by attribute."""

    def save(self, item: dict[str, Any]) -> None:
        super().save({**(super().get(item["id"]) or {}), **item})


def machine(kind: Callable[[], Repository]) -> type[RepositoryMachine]:
    class Users(RepositoryMachine):
        tables = {"users": {"table": TABLE, "items": []}}
        items: ClassVar[st.SearchStrategy[Any]] = st.one_of(
            st.builds(dict, keys(TABLE), name=texts()), st.builds(dict, keys(TABLE), age=st.integers(0, 9))
        )

        def repository(self) -> Repository:
            return kind()

        def key_of(self, item: dict[str, Any]) -> str:
            return str(item["id"])

    return Users


def run(kind: Callable[[], Repository], examples: int) -> None:
    run_state_machine_as_test(
        machine(kind),
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            phases=[Phase.generate],  # what is found is found; making it smaller would take longer than the search
            report_multiple_bugs=False,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_right_repository_passes() -> None:
    run(Repository, 10)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Careless, r"all\(\) gives"),
        (Cached, r"find\(.*\) gives"),
        (Forgetful, r"find\(.*\) gives None, and"),
        (Halved, r"all\(\) gives the keys"),
        (Merging, r"gives .*, and .* was saved"),
    ],
)
def test_a_wrong_one_is_found_out(kind: Callable[[], Repository], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        run(kind, 1_000)


def test_what_is_missing_is_asked_for() -> None:
    class Bare(RepositoryMachine):
        pass

    with pytest.raises(NotImplementedError, match=r"Bare defines repository\(\)"):
        run_state_machine_as_test(Bare, settings=settings(max_examples=1, database=None))


def test_without_hypothesis_the_extra_is_named() -> None:
    code = """
import sys
sys.modules["hypothesis"] = None
try:
    import pytest_dynamodb.strategies
except ModuleNotFoundError as problem:
    print(problem)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "install pytest-dynamodb-cassette[hypothesis]" in done.stdout
