"""`dynamodb_cassette_contract`: a session says where templates no longer agree with what its cassettes saw."""

from __future__ import annotations

import json

import pytest

from small_project import SmallProject

TESTS = "@marked\ndef test_one():\n    get('a')\n\n@marked\ndef test_two():\n    get('b')\n"


def template(key: str, name: str = "shop") -> str:
    properties = {
        "TableName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
    }
    return json.dumps({"Resources": {"Shop": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}})


@pytest.fixture
def recorded(project: SmallProject) -> SmallProject:
    """Two tests with their cassettes, and the setting."""
    project.write("test_a.py", TESTS)
    project.recorded()
    project.ini("dynamodb_cassette_contract = template.json")
    return project


def said(project: SmallProject, *args: str) -> list[str]:
    run = project.run(*args)
    assert run.counts(passed=2)
    return [line for line in run.text.splitlines() if line.startswith("dynamodb: contract")]


@pytest.mark.parametrize("args", [[], ["-n", "2"]], ids=["", "xdist"])
def test_a_table_that_is_declared_otherwise_is_named_once(recorded: SmallProject, args: list[str]) -> None:
    (recorded.root / "template.json").write_text(template("id"), encoding="utf-8")
    (line,) = said(recorded, *args)
    assert "shop: the key was pk (S) when recorded, and is id (S) now" in line
    assert "and 1 more): record again, or mend the template" in line


def test_a_template_that_agrees_is_not_spoken_of(recorded: SmallProject) -> None:
    (recorded.root / "template.json").write_text(template("pk"), encoding="utf-8")
    assert said(recorded) == []


def test_a_table_that_is_not_declared_is_named(recorded: SmallProject) -> None:
    (recorded.root / "template.json").write_text(template("pk", "other"), encoding="utf-8")
    (line,) = said(recorded)
    assert "shop: the table was recorded, and there is none now" in line


@pytest.mark.parametrize("content", [None, "{"])
def test_a_template_that_cannot_be_read_is_a_usage_error(recorded: SmallProject, content: str | None) -> None:
    if content is not None:
        (recorded.root / "template.json").write_text(content, encoding="utf-8")
    run = recorded.run()
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "dynamodb_cassette_contract: " in run.text
