"""What a cassette holds cannot write to the terminal of who looks at it: everything is shown as what it is."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pytest_dynamodb import Cassette, DynamoDbError, LoadError, Request, Response
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.report.misses import describe_unplayed
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.cli import main
from pytest_dynamodb.errors import CassetteError, UnexpectedRequest
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.terminal import BOLD, GREEN, RED, RESET, printable, printable_lines

PACKAGE = Path(__file__).parents[2] / "pytest_dynamodb"
CLEAR = "\x1b[2J\x1b]52;c;ZXZpbA==\x07"
"""Clears the screen, and puts text into the clipboard of terminals that allow it."""
HOSTILE = f"a{CLEAR}\r\n\x9b31mb\u202ec\u2066d\u2028e\x85f\x7fg\ud83dh\x00"
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def exchange(operation: str = HOSTILE, **params: Any) -> Exchange:
    return Exchange(
        operation,
        {"TableName": HOSTILE, **params},
        Response(400, {"__type": HOSTILE, "message": HOSTILE}),
        owner=HOSTILE,
        region=HOSTILE,
    )


EXCHANGES = [
    exchange(),
    exchange(
        "Query",
        KeyConditionExpression="#k = :v",
        ExpressionAttributeNames={"#k": HOSTILE},
        ExpressionAttributeValues={":v": {"S": HOSTILE}},
    ),
    exchange("PutItem", Item={HOSTILE: {"S": HOSTILE}}, ConditionExpression=HOSTILE),
    exchange("BatchGetItem", RequestItems={HOSTILE: {"Keys": [{HOSTILE: {"S": HOSTILE}}]}}),
    exchange("TransactWriteItems", TransactItems=[{HOSTILE: {HOSTILE: HOSTILE}}]),
    Exchange(
        "CreateTable",
        {"TableName": HOSTILE},
        Response(
            200,
            {"TableDescription": {"TableName": HOSTILE, "KeySchema": [{"AttributeName": HOSTILE, "KeyType": "HASH"}]}},
        ),
        account=HOSTILE,
    ),
    Exchange(
        "DescribeTable",
        {"TableName": "x"},
        Response(200, {"Table": {"TableName": HOSTILE, "KeySchema": [{"AttributeName": HOSTILE, "KeyType": "HASH"}]}}),
    ),
]
HEADER = Header(HOSTILE, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, {HOSTILE: (HOSTILE,)}, region=HOSTILE, account=HOSTILE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "cassettes" / f"a{HOSTILE[1:5]}.ddb.msgpack", HEADER, EXCHANGES)
    (tmp_path / "cassettes" / "damaged\x1b[2J\n.ddb.msgpack").write_bytes(b"\x93")
    return tmp_path / "cassettes"


def assert_harmless(text: str) -> None:
    found = FORBIDDEN.search(text)
    assert found is None, (found, text)
    text.encode()


@pytest.mark.parametrize(
    ("command", "options"),
    [
        *((command, options) for command in ("show", "ls", "verify", "stats") for options in ((), ("--json",))),
        *(("show", (option,)) for option in ("--answers", "--text")),
        ("edit", ("--export",)),
        ("prune", ("--no-collect", "--dry-run")),
        ("doctor", ("--no-collect",)),
    ],
)
def test_no_command_prints_what_could_control_the_terminal(
    folder: Path, command: str, options: tuple[str, ...]
) -> None:
    for path in folder.iterdir() if command in ("show", "edit") else [folder.parent if command == "doctor" else folder]:
        done = CliRunner().invoke(main, [command, *options, str(path)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert_harmless(done.output)
        assert done.exit_code in (0, 1, 2)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_neither_does_what_differs(folder: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    (path,) = folder.glob("a*")
    other = tmp_path / "other.ddb.msgpack"
    write(other, HEADER, [*EXCHANGES[2:], exchange("GetItem", Key={HOSTILE: {"S": HOSTILE * 2}})])
    for arguments in (
        ["diff", str(path), str(other), *options],
        ["review", str(path), "--against", str(other), *options],
        *([] if options else [["merge", str(other), str(path), str(other), "--path", HOSTILE]]),
    ):
        done = CliRunner().invoke(main, arguments)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert_harmless(done.output)


def test_a_line_of_show_is_one_line(folder: Path) -> None:
    (path,) = folder.glob("a*")
    lines = CliRunner().invoke(main, ["show", str(path)]).output.splitlines()
    assert len(lines) == 3 + 1 + len(EXCHANGES)
    assert "\\u001b[2J" in lines[-1] or "\\u001b[2J" in lines[4]


def test_json_holds_the_very_text(folder: Path) -> None:
    (path,) = folder.glob("a*")
    shown = json.loads(CliRunner().invoke(main, ["show", "--json", str(path)]).output)
    assert shown["node_id"] == HOSTILE
    assert shown["exchanges"][0]["params"] == {"TableName": HOSTILE}


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("recorded", EXCHANGES, ids=lambda one: repr(one.operation)[:12])
def test_neither_does_the_report_of_a_miss(tmp_path: Path, recorded: Exchange, *, colour: bool) -> None:
    write(tmp_path / "x.ddb.msgpack", HEADER, [recorded])
    cassette = Cassette(
        tmp_path / "x.ddb.msgpack",
        contents=read(tmp_path / "x.ddb.msgpack"),
        options=CassetteOptions(colour=colour),
    )
    cassette.open_for_replay()
    other = {**recorded.params, "ConditionExpression": f"attribute_exists({HOSTILE})", "Key": {"pk": {"S": HOSTILE}}}
    cassette.miss(Request(recorded.operation, other), "no recording matches")
    report = str(cassette.missed())
    for own in (RED, GREEN, BOLD, RESET):
        report = report.replace(own, "")
    assert_harmless(report)
    assert_harmless(describe_unplayed(cassette.inventory, cassette.exchanges))


def test_neither_does_a_report_of_drift(tmp_path: Path) -> None:
    write(tmp_path / "x.ddb.msgpack", HEADER, [EXCHANGES[2]])
    cassette = Cassette(tmp_path / "x.ddb.msgpack", contents=read(tmp_path / "x.ddb.msgpack"))
    cassette.open_for_verification()
    cassette.compare(Request("PutItem", EXCHANGES[2].params, HOSTILE), Response(200, {HOSTILE: [HOSTILE]}))
    assert_harmless(str(cassette.drift_error()))


@pytest.mark.parametrize(
    "error",
    [
        CassetteError(HOSTILE, HOSTILE, offset=3, remedy=HOSTILE),
        UnexpectedRequest(HOSTILE),
        LoadError(HOSTILE, HOSTILE, remedy=HOSTILE),
        DynamoDbError(HOSTILE),
        DynamoDbError(HOSTILE, operation="GetItem", table=HOSTILE, code=HOSTILE),
    ],
    ids=lambda error: type(error).__name__,
)
def test_neither_does_an_error_s_message(error: Exception) -> None:
    assert_harmless(str(error))


def test_an_error_of_the_service_keeps_its_message_for_code() -> None:
    assert DynamoDbError(HOSTILE).message == HOSTILE


def test_the_end_of_a_session_shows_a_header_s_node_id_as_it_is(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_a="def test_it():\n    pass\n")
    write(pytester.path / "cassettes" / "test_a" / "gone.ddb.msgpack", Header(f"test_a.py::{HOSTILE}"), EXCHANGES[:1])
    done = pytester.runpytest_subprocess("--dynamodb-orphans=warn", "-p", "no:randomly", "--color=no")
    text = done.stdout.str() + done.stderr.str()
    assert "orphaned cassette" in text
    assert_harmless(text)


# --- the gate ---


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_what_is_printable_is_one_harmless_line_and_stays_as_it_is(text: str) -> None:
    line = printable(text)
    assert_harmless(line)
    assert "\n" not in line
    assert printable(line) == line


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"])))
def test_what_can_be_seen_is_not_changed(text: str) -> None:
    assert printable(text) == text


def test_words_and_emoji_that_are_joined_stay_joined() -> None:
    for text in ("\u0645\u06cc\u200c\u062e\u0648", "\U0001f469\u200d\U0001f52c", "a\u00a0b\u3000c"):
        assert printable(text) == text


def test_several_lines_stay_several_and_only_our_colours_stay() -> None:
    assert printable_lines(f"a\n{RED}b{RESET}\r{CLEAR}") == f"a\n{RED}b{RESET}\\r{printable(CLEAR)}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").rglob("*.py")), ids=lambda path: path.stem)
def test_commands_print_through_the_gate_alone(path: Path) -> None:
    if path.name == "printing.py":
        return
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    past = used & {"click.echo", "click.secho", "click.echo_via_pager", "print", "sys.stdout", "sys.stderr"}
    assert not past, "say() of cli/printing.py prints a line, say_lines() a report, say_json() data"


def test_the_plugin_writes_at_one_place() -> None:
    calls = [
        node
        for path in (PACKAGE / "plugin").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"write_line", "write_sep", "section"}
    ]
    assert len(calls) == 1
