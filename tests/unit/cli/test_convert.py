"""`convert`: files both ways, and a whole project whose tests then replay without an edit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from pytest_dynamodb import use_cassette
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.cli import main
from pytest_dynamodb.providers.mock import MockProvider
from pytest_dynamodb.server import running

vcr = pytest.importorskip("vcr", reason="vcrpy 9 needs Python 3.11")

NOWHERE = "http://127.0.0.1:9"


def run(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=answer)


def in_text(request: Any) -> Any:
    """A request with headers that a test can look for; as botocore signs them, they are bytes."""
    pairs = request.headers.items()
    request.headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in pairs}
    return request


@pytest.fixture
def recording(tmp_path: Path, credentials: dict[str, str]) -> Path:
    """A cassette of vcrpy's of one call."""
    path = tmp_path / "x.yaml"
    with running(MockProvider(), port=0) as url, vcr.use_cassette(str(path), before_record_request=in_text):
        boto3.client("dynamodb", endpoint_url=url).list_tables(Limit=3)
    return path


def test_a_file_becomes_a_cassette_that_replays(recording: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.ddb.msgpack"
    shown = run("convert", recording, target)
    assert (shown.exit_code, shown.output) == (0, f"{recording}: 1 exchange → {target}\n")
    with use_cassette(target, on_unused="fail"):
        boto3.client("dynamodb", endpoint_url=NOWHERE).list_tables(Limit=3)


def test_a_file_that_is_there_is_not_replaced_unasked(recording: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.ddb.msgpack"
    target.write_bytes(b"mine")
    refused = run("convert", recording, target)
    assert refused.exit_code == 2
    assert "is there already: --force replaces it" in refused.output
    assert target.read_bytes() == b"mine"
    assert run("convert", recording, target, "--force").exit_code == 0
    assert len(read(target).exchanges) == 1


def test_what_is_left_out_is_listed_and_is_a_finding(recording: Path, tmp_path: Path) -> None:
    text = recording.read_text(encoding="utf-8").replace("DynamoDB_20120810.ListTables", "DynamoDB_20111205.ListTables")
    recording.write_text(text, encoding="utf-8")
    shown = run("convert", recording, tmp_path / "x.ddb.msgpack")
    assert shown.exit_code == 1
    assert "0 exchanges, nothing was written" in shown.output
    assert "1.  DynamoDB_20111205.ListTables at" in shown.output
    listed = json.loads(run("convert", recording, tmp_path / "x.ddb.msgpack", "--json").output)
    assert [one["number"] for one in listed["lost"]] == [1]
    assert not (tmp_path / "x.ddb.msgpack").exists()


def test_values_are_redacted_as_in_recordings(tmp_path: Path, credentials: dict[str, str]) -> None:
    recording, target = tmp_path / "x.yaml", tmp_path / "x.ddb.msgpack"
    with running(MockProvider(), port=0) as url, vcr.use_cassette(str(recording)):
        client = boto3.client("dynamodb", endpoint_url=url)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.put_item(TableName="users", Item={"id": {"S": "a"}, "mail": {"S": "ada@example.org"}})
    assert run("convert", recording, target, "--redact", "Item.mail").exit_code == 0
    header, (exchange,) = read(target)
    assert exchange.params["Item"]["mail"]["S"] in header.pseudonyms
    with use_cassette(target, redact=["Item.mail"]), pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_item(TableName="users", Item={"id": {"S": "a"}, "mail": {"S": "ada@example.org"}})


@pytest.mark.parametrize(
    ("name", "options", "form"),
    [
        ("x.yaml", [], "vcrpy"),
        ("x.json", [], "vcrpy"),
        ("x.json", ["--to", "seed"], "seed"),
        ("x.py", [], "stubber"),
        ("x.py", ["--to", "moto"], "moto"),
        ("folder", [], "placebo"),
    ],
)
def test_a_cassette_becomes_what_its_target_says(
    recording: Path, tmp_path: Path, name: str, options: list[str], form: str
) -> None:
    cassette, target = tmp_path / "x.ddb.msgpack", tmp_path / "out" / name
    assert run("convert", recording, cassette).exit_code == 0
    shown = run("convert", cassette, target, *options)
    assert (shown.exit_code, shown.output) == (0, f"{cassette}: 1 exchange → {target} ({form})\n")
    assert (target / "dynamodb.ListTables_1.json" if form == "placebo" else target).is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x.yaml", "x.msgpack"), "a cassette's name ends in .ddb.msgpack"),
        (("x.yaml", "x.ddb.msgpack", "--to", "vcrpy"), "--to says what a cassette becomes"),
        (("x.yaml", "x.ddb.msgpack", "--rewrite-tests"), "go with a project"),
        (("nothing.yaml", "x.ddb.msgpack"), "does not exist"),
    ],
)
def test_usage(recording: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str) -> None:
    monkeypatch.chdir(recording.parent)
    refused = run("convert", *arguments)
    assert refused.exit_code == 2
    assert said in refused.output


def test_what_is_no_recording_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1", encoding="utf-8")
    refused = run("convert", path, tmp_path / "x.ddb.msgpack")
    assert refused.exit_code == 2
    assert "this is no recording of vcrpy's" in refused.output


# --- a project ---

TESTS = """\
import boto3
import pytest

pytestmark = pytest.mark.vcr


def client():
    return boto3.client("dynamodb", region_name="us-east-1", endpoint_url="http://127.0.0.1:9")


@pytest.mark.parametrize("limit", [1, 2], ids=["one", "a/b"])
def test_tables(limit):
    assert client().list_tables(Limit=limit)["TableNames"] == []


class TestMore:
    def test_endpoints(self):
        assert client().describe_endpoints()["Endpoints"]
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, credentials: dict[str, str]) -> Path:
    """A suite with its recordings, as pytest-recording has them. vcrpy itself is not asked."""
    monkeypatch.delenv("CI", raising=False)
    pytester.makeini("[pytest]\nmarkers = vcr: recorded\n")
    root = pytester.path
    (root / "tests").mkdir()
    (root / "tests" / "test_a.py").write_text(TESTS, encoding="utf-8")
    folder = root / "tests" / "cassettes" / "test_a"
    calls: dict[str, Any] = {
        "test_tables[one]": lambda client: client.list_tables(Limit=1),
        "test_tables[a-b]": lambda client: client.list_tables(Limit=2),
        "TestMore.test_endpoints": lambda client: client.describe_endpoints(),
    }
    with running(MockProvider(), port=0) as url:
        for name, call in calls.items():
            with vcr.use_cassette(str(folder / f"{name}.yaml"), before_record_request=in_text):
                call(boto3.client("dynamodb", endpoint_url=url))
    (folder / "notes.yaml").write_text("not: a recording", encoding="utf-8")
    return root


def test_a_project_s_recordings_become_its_tests_cassettes(project: Path, pytester: pytest.Pytester) -> None:
    shown = run("convert", project, project / "cassettes", "--rewrite-tests", answer="y\n")
    assert shown.exit_code == 0, shown.output
    assert "3 recordings: 3 cassettes with 3 exchanges, 0 left out" in shown.output
    assert "-pytestmark = pytest.mark.vcr\n+pytestmark = pytest.mark.dynamodb_cassette" in shown.output
    header, _ = read(project / "cassettes" / "tests" / "test_a" / "TestMore.test_endpoints.ddb.msgpack")
    assert header.node_id == "tests/test_a.py::TestMore::test_endpoints"
    replayed = pytester.runpytest_subprocess("--dynamodb-orphans=fail", "--dynamodb-unused=fail")
    replayed.assert_outcomes(passed=3)
    replayed.stdout.fnmatch_lines(["dynamodb: 3 replayed, 0 live, 0 missed, 0 unused"])


def test_nothing_is_rewritten_without_a_yes(project: Path) -> None:
    refused = run("convert", project, project / "cassettes", "--rewrite-tests", answer="n\n")
    assert refused.exit_code == 0
    assert (project / "tests" / "test_a.py").read_text(encoding="utf-8") == TESTS
    done = json.loads(run("convert", project, project / "other", "--rewrite-tests", "--yes", "--json").output)
    assert done["rewritten"] == ["tests/test_a.py"]
    assert {one["test"] for one in done["cassettes"]} == {
        "tests/test_a.py::test_tables[one]",
        "tests/test_a.py::test_tables[a/b]",
        "tests/test_a.py::TestMore::test_endpoints",
    }


def test_where_pytest_cannot_list_the_tests_their_names_are_read(project: Path) -> None:
    (project / "tests" / "test_b.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    shown = run("convert", project, project / "cassettes")
    assert "pytest could not collect tests/test_b.py: its tests' names are read from the source" in shown.output
    assert "tests/test_a.py::test_tables[a/b]\n" in shown.output
    (project / "conftest.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    shown = run("convert", project, project / "again")
    assert "pytest could not collect the tests" in shown.output
    assert "tests/test_a.py::test_tables[a-b] (its id may have had other characters" in shown.output
    quick = run("convert", project, project / "other", "--no-collect")
    assert "the tests' names are read from the sources" in quick.output


def test_a_folder_within_the_project_gives_its_tests_their_names_in_the_project(project: Path) -> None:
    shown = run("convert", project / "tests", project / "cassettes")
    assert shown.exit_code == 0
    assert (project / "cassettes" / "tests" / "test_a" / "test_tables[one].ddb.msgpack").is_file()
    elsewhere = run("convert", project / "tests", project / "other")
    assert "the tests look for their cassettes in cassettes, and not in" in elsewhere.output


def test_placebo_s_folders_are_named_with_what_to_do(project: Path) -> None:
    folder = project / "tests" / "placebo" / "test_x"
    folder.mkdir(parents=True)
    (folder / "dynamodb.GetItem_1.json").write_text('{"status_code": 200, "data": {}}', encoding="utf-8")
    shown = run("convert", project, project / "cassettes", "--no-collect")
    assert f"--dynamodb-upstream=placebo:{folder}" in shown.output


def test_a_test_that_calls_other_services_too_keeps_both_markers(project: Path) -> None:
    path = project / "tests" / "cassettes" / "test_a" / "TestMore.test_endpoints.yaml"
    text = path.read_text(encoding="utf-8")
    recorded = text.removeprefix("interactions:\n").partition("\nversion:")[0]
    other = recorded.replace("DynamoDB_20120810.DescribeEndpoints", "AmazonSQS.ListQueues")
    path.write_text(text.replace("\nversion:", f"\n{other}\nversion:"), encoding="utf-8")
    shown = run("convert", project, project / "cassettes", "--rewrite-tests", "--yes", "--no-collect")
    assert "1 of other services stay where they are" in shown.output
    assert "pytestmark = [pytest.mark.vcr, pytest.mark.dynamodb_cassette]" in (
        project / "tests" / "test_a.py"
    ).read_text(encoding="utf-8")
