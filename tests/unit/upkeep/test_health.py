"""Each check of the doctor finds what it is for, and says what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.store import Contents
from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.exchange import Exchange, Response
from pytest_dynamodb.upkeep.git import GitSetting
from pytest_dynamodb.upkeep.health import (
    LARGE,
    NEIGHBOURS,
    HealthFinding,
    colliding,
    damaged,
    from_the_future,
    large,
    leaking,
    not_set_up,
    record_again,
    stale,
    unmet,
    unowned,
)
from pytest_dynamodb.upkeep.pruning import UnusedFile
from pytest_dynamodb.upkeep.statistics import Stored


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_plugins_that_get_in_the_way_are_named_with_a_way_out(name: str) -> None:
    (finding,) = colliding({"pytest": "9", name: "1.2"})
    assert (finding.check, finding.subject) == ("plugins", f"{name} 1.2")
    assert finding.problem
    assert finding.remedy
    assert list(colliding({"pytest": "9"})) == []


def test_two_others_that_do_not_start_together_are_named() -> None:
    assert len(list(colliding({"cassetter": "1", "pytest-recording": "1"}))) == 3


def test_versions_that_are_too_old_or_missing_are_named() -> None:
    required = [
        "boto3>=1.34",
        "pytest>=8",
        "click>=8.1",
        "uvicorn>=0.23; extra == 'server'",
        "vcrpy>=6; extra == 'vcr'",
        "tomli>=2; python_version < '3'",
    ]
    found = list(unmet(required, {"boto3": "1.30", "pytest": "9.0", "vcrpy": "5.1"}))
    assert [(finding.subject, finding.problem) for finding in found] == [
        ("boto3", "version 1.30 is installed, and >=1.34 is needed"),
        ("click", "it is not installed"),
        ("vcrpy", "version 5.1 is installed, and >=6 is needed"),
    ]
    assert found[0].remedy == "pip install 'boto3>=1.34'"


@pytest.mark.parametrize(("recorder", "count"), [("0.2.0", 1), ("0.1.0", 0), ("0.0.9", 0), ("odd", 0), ("", 0)])
def test_cassettes_of_a_newer_release_are_named(recorder: str, count: int) -> None:
    header = Header(recorder={"pytest-dynamodb-cassette": recorder} if recorder else {})
    assert len(list(from_the_future([("a", header)], "pytest-dynamodb-cassette", "0.1.0"))) == count


def test_damage_is_named_with_its_place() -> None:
    (finding,) = damaged([CassetteError("a", "it is cut off", offset=7, remedy="record it again")])
    assert finding == HealthFinding("cassettes", "a", "it is cut off, at byte 7", "record it again")


def test_old_cassettes_are_named_with_the_command_that_records_them() -> None:
    old = Header(node_id="a.py::test_a", recorded="2020-01-01T00:00:00Z")
    (finding,) = stale([("a", old), ("b", Header(recorded="2999-01-01T00:00:00Z"))], timedelta(days=365))
    assert finding.problem.endswith("days ago")
    assert finding.remedy == "record it again: pytest 'a.py::test_a' --record"
    (finding,) = stale([("a", Header())], timedelta(days=365))
    assert finding.problem == "it does not say when it was recorded"


@pytest.mark.parametrize("node_id", ["", "::fixture.table.ddb.msgpack", "a.py::fixture.t.ddb.msgpack", "label"])
def test_what_is_no_test_is_recorded_with_all_others(node_id: str) -> None:
    assert record_again(node_id) == "pytest --record"


def test_large_cassettes_are_named() -> None:
    contents = Contents(Header(), [])
    (finding,) = large([Stored(Path("a"), LARGE, contents), Stored(Path("b"), LARGE - 1, contents)])
    assert (finding.check, finding.subject, finding.problem) == ("size", "a", "1.0 MB, 0 exchanges")


def test_secrets_are_named_by_their_place_and_never_shown() -> None:
    key = "AKIA" + "QWERTYUIOPASDFGH"
    item = {"id": {"S": "a"}, "note": {"S": f"key {key}"}}
    put = Exchange("PutItem", {"TableName": "app", "Item": item}, Response(200, {}))
    harmless = Exchange("PutItem", {"TableName": "app", "Item": {"id": {"S": "a"}}}, Response(200, {}))
    (finding,) = leaking(
        [Stored(Path("a"), 1, Contents(Header(), [put])), Stored(Path("b"), 1, Contents(Header(), [harmless]))]
    )
    assert (finding.check, finding.subject) == ("secrets", "a")
    assert finding.problem.endswith(" at Item.note.S") or finding.problem.endswith(" at Item.note")
    assert "pytest-dynamodb scrub a, and redact=[" in finding.remedy
    assert key not in str(finding)


def test_files_without_a_use_are_named_with_the_command_for_each() -> None:
    renamed = UnusedFile(Path("a"), "gone", Path("b"), "x.py::test_b")
    findings = list(unowned([renamed, UnusedFile(Path("c"), "failed")], ["d.unsaved"]))
    assert [finding.remedy for finding in findings] == [
        "git mv a b",
        "pytest-dynamodb prune",
        "pytest-dynamodb recover d.unsaved",
    ]


def test_what_git_lacks_is_one_finding_a_file() -> None:
    settings = [
        GitSetting(".gitignore", "a", is_there=False),
        GitSetting(".gitignore", "b", is_there=False),
        GitSetting(".gitattributes", "c", is_there=True),
        GitSetting("git config diff.x", "d", is_there=False),
    ]
    assert [(finding.subject, finding.problem) for finding in not_set_up(settings)] == [
        (".gitignore", "lacks a, b"),
        ("git config", "lacks diff.x"),
    ]
