"""Files: written in one step, left alone where nothing changed, journalled meanwhile, shared without loss."""

from __future__ import annotations

import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb import Cassette, Exchange, Request, Response, TransportFailure
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.journal import Journal
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.errors import CassetteError, ConfigurationError, RecordingRefused, UnexpectedRequest

posix = pytest.mark.skipif(os.name != "posix", reason="mode bits and signals are POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ddb.msgpack"


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    mask: int = request.param
    before = os.umask(mask)
    yield mask
    os.umask(before)


def get(key: str, answer: str = "1") -> Exchange:
    body = {"Item": {"n": {"N": answer}}}
    return Exchange("GetItem", {"TableName": "t", "Key": {"pk": {"S": key}}}, Response(200, body))


def put(key: str) -> Exchange:
    return Exchange("PutItem", {"TableName": "t", "Item": {"pk": {"S": key}}}, Response(200, {}))


def record(
    path: Path, exchanges: list[Exchange], *, keep: bool = False, passed: bool = True, **options: Any
) -> Cassette:
    """Record exchanges as a passing test would."""
    chosen = CassetteOptions(**options)
    cassette = Cassette(path, contents=read(path) if path.exists() else None, options=chosen)
    if keep and path.exists():
        cassette.open_for_replay()
    cassette.open_for_recording(keep=keep)
    for exchange in exchanges:
        cassette.record(Request(exchange.operation, exchange.params, tokens=exchange.tokens), exchange.outcome)
    if passed:
        cassette.commit()
    else:
        cassette.abandon()
    return cassette


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# -- writing ---------------------------------------------------------------------------------------------------------


@posix
def test_a_cassette_is_readable_by_all_and_writable_by_its_owner_only(path: Path, umask: int) -> None:
    record(path, [get("a")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 & ~umask


@posix
def test_a_journal_is_for_its_owner_only(path: Path, umask: int) -> None:
    journal = Journal(path, Header())
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600 & ~umask
    journal.discard()


def test_nothing_but_the_cassette_is_left(path: Path) -> None:
    record(path, [get("a"), put("a")])
    assert names(path.parent) == [path.name]


def test_a_test_that_calls_nothing_leaves_no_file(path: Path) -> None:
    record(path, [])
    assert names(path.parent) == []


def test_a_test_that_no_longer_calls_anything_loses_its_cassette(path: Path) -> None:
    record(path, [get("a")])
    record(path, [])
    assert names(path.parent) == []


def test_a_file_that_cannot_be_written_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(path, [get("a")])
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CassetteError, match="cannot be written: No space left on device"):
        write(path, Header(), [get("b")])
    assert (path.read_bytes(), names(path.parent)) == (before, [path.name])


def test_a_folder_that_cannot_be_made_is_a_cassette_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for attempt in (
        lambda: write(tmp_path / "file" / "x.ddb.msgpack", Header(), []),
        lambda: Journal(tmp_path / "file" / "x.ddb.msgpack", Header()),
    ):
        with pytest.raises(CassetteError, match="cannot be written"):
            attempt()


def test_the_header_says_when_with_what_and_from_where(path: Path) -> None:
    record(path, [get("a"), put("a")], owner="test_x.py::test_y", upstream="http://127.0.0.1:8000")
    header = read(path).header
    assert header.node_id == "test_x.py::test_y"
    assert header.endpoint == "url"
    assert header.tables == {"t": ("pk",)}
    assert header.recorder["botocore"]
    assert abs(datetime.now(timezone.utc) - datetime.fromisoformat(header.recorded.replace("Z", "+00:00"))) < timedelta(
        minutes=1
    )


# -- failures and journals -------------------------------------------------------------------------------------------


def test_a_failed_test_leaves_the_cassette_and_puts_its_attempt_beside_it(path: Path) -> None:
    record(path, [get("a")])
    before = path.read_bytes()
    record(path, [get("b")], passed=False)
    failed = path.with_name(f"{path.name}.failed")
    assert path.read_bytes() == before
    assert read(failed).exchanges == [get("b")]
    assert names(path.parent) == [path.name, failed.name]


def test_the_next_passing_recording_takes_the_failed_one_away(path: Path) -> None:
    record(path, [get("b")], passed=False)
    record(path, [get("a")])
    assert names(path.parent) == [path.name]


def test_a_failed_test_without_calls_leaves_nothing(path: Path) -> None:
    record(path, [], passed=False)
    assert names(path.parent) == []


def test_a_journal_has_each_exchange_as_soon_as_it_is_recorded(path: Path) -> None:
    cassette = Cassette(path)
    cassette.open_for_recording(keep=False)
    assert names(path.parent) == [], "nothing is written before the first exchange"
    journal = path.with_name(f".{path.name}.{os.getpid()}.journal")
    for number, exchange in enumerate([get("a"), get("b")], start=1):
        cassette.record(Request(exchange.operation, exchange.params), exchange.outcome)
        assert len(read(journal, whole=False).exchanges) == number
    cassette.commit()
    assert not journal.exists()


@posix
def test_what_dead_processes_left_is_swept_and_what_living_ones_write_is_not(path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mine, other = f".{path.name}.{os.getppid()}.journal", f".y{path.name}.{dead.pid}.journal"
    for name in (
        f".{path.name}.{dead.pid}.journal",
        f".{path.name}.{dead.pid}.tmp",
        mine,
        other,
        f".{path.name}.x.tmp",
    ):
        path.with_name(name).write_bytes(b"")
    record(path, [get("a")])
    assert names(path.parent) == sorted([mine, other, f".{path.name}.x.tmp", path.name])


def test_names_with_brackets_are_swept_too(tmp_path: Path) -> None:
    path = tmp_path / "test_x[a-*]?.ddb.msgpack"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    path.with_name(f".{path.name}.{dead.pid}.journal").write_bytes(b"")
    record(path, [get("a")])
    assert names(tmp_path) == [path.name]


@posix
def test_a_killed_process_leaves_the_old_cassette_whole_and_a_readable_journal(path: Path) -> None:
    record(path, [get("a")])
    before = path.read_bytes()
    script = f"""
import os, signal
from pathlib import Path
from pytest_dynamodb import Cassette, Request, Response
cassette = Cassette(Path({str(path)!r}))
cassette.open_for_recording(keep=False)
for n in range(3):
    cassette.record(Request("GetItem", {{"n": n}}), Response(200, {{}}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert done.returncode == -9
    assert path.read_bytes() == before
    (journal,) = path.parent.glob(".*.journal")
    assert [e.params["n"] for e in read(journal, whole=False).exchanges] == [0, 1, 2]


def test_an_answer_that_comes_after_the_recording_was_settled_changes_nothing(path: Path) -> None:
    cassette = record(path, [get("a")])
    before = path.read_bytes()
    cassette.record(Request("GetItem", {"late": True}), Response(200, {}))
    assert (path.read_bytes(), names(path.parent)) == (before, [path.name])


# -- unchanged bytes -------------------------------------------------------------------------------------------------


def slower(exchange: Exchange) -> Exchange:
    outcome = exchange.outcome
    assert isinstance(outcome, Response)
    slow = Response(outcome.status, outcome.body, outcome.headers, outcome.attempts, outcome.exhausted, 9.0)
    return Exchange(exchange.operation, exchange.params, slow, exchange.tokens, exchange.owner)


def aged(path: Path, days: int) -> None:
    """Make a cassette look as if recorded days ago."""
    contents = read(path)
    when = (datetime.now(timezone.utc) - timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")
    header = Header(**{f: getattr(contents.header, f) for f in Header.__slots__ if f != "recorded"}, recorded=when)
    write(path, header, contents.exchanges)


def test_recording_the_same_again_leaves_the_bytes_alone(path: Path) -> None:
    record(path, [put("a"), get("a")])
    aged(path, 3)
    before = path.read_bytes()
    record(path, [slower(put("a")), slower(get("a"))])
    assert path.read_bytes() == before


def test_concurrent_calls_in_another_order_leave_the_bytes_alone(path: Path) -> None:
    record(path, [put("a"), put("b"), get("a"), get("b")])
    aged(path, 3)
    before = path.read_bytes()
    record(path, [put("b"), get("b"), put("a"), get("a")])
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "changed",
    [
        [get("a"), put("a")],
        [put("a"), get("a", "2")],
        [put("a")],
        [put("a"), get("a"), get("a")],
        [put("a"), get("b")],
        [put("a"), Exchange("GetItem", get("a").params, TransportFailure("ReadTimeoutError", "x"))],
        [put("a"), Exchange("GetItem", get("a").params, Response(200, {"Item": {"n": {"N": "1"}}}, {}, 2))],
    ],
)
def test_anything_else_is_written(changed: list[Exchange], path: Path) -> None:
    record(path, [put("a"), get("a")])
    aged(path, 3)
    before = path.read_bytes()
    record(path, changed)
    assert path.read_bytes() != before
    assert [e.outcome for e in read(path).exchanges] == [e.outcome for e in changed]


def test_another_order_is_a_change_where_the_order_is_strict(path: Path) -> None:
    record(path, [put("a"), put("b")], order="strict")
    before = path.read_bytes()
    record(path, [put("b"), put("a")], order="strict")
    assert path.read_bytes() != before


def test_what_only_differs_in_an_ignored_place_is_no_change(path: Path) -> None:
    stamped = [
        Exchange("PutItem", {"TableName": "t", "Item": {"at": {"S": str(n)}}}, Response(200, {})) for n in (1, 2)
    ]
    record(path, stamped[:1], ignore=["Item.at"])
    before = path.read_bytes()
    record(path, stamped[1:], ignore=["Item.at"])
    assert path.read_bytes() == before


def test_a_cassette_past_its_age_is_written_anew(path: Path) -> None:
    record(path, [get("a")])
    aged(path, 40)
    record(path, [get("a")], max_age=30)
    age = Cassette(path, contents=read(path)).age
    assert age is not None
    assert age < timedelta(days=1)


def test_new_episodes_are_added_behind_the_old_ones(path: Path) -> None:
    record(path, [get("a")])
    record(path, [get("b")], keep=True)
    record(path, [], keep=True)
    assert read(path).exchanges == [get("a"), get("b")]


# -- max_age and allow -----------------------------------------------------------------------------------------------


def test_a_cassette_older_than_max_age_is_refused_with_its_date_and_the_command(path: Path) -> None:
    record(path, [get("a")])
    aged(path, 40)
    contents = read(path)
    Cassette(path, contents=contents, options=CassetteOptions(max_age=timedelta(days=41))).check_age()
    with pytest.raises(CassetteError, match=rf"recorded on {contents.header.recorded[:10]}, max_age is 30 days"):
        Cassette(path, contents=contents, options=CassetteOptions(max_age=timedelta(days=30))).check_age()


@pytest.mark.parametrize("recorded", ["", "yesterday", "2026-13-01"])
def test_a_cassette_of_unknown_age_is_too_old(recorded: str, path: Path) -> None:
    write(path, Header(recorded=recorded), [])
    with pytest.raises(CassetteError, match="max_age is 30 days"):
        Cassette(path, contents=read(path), options=CassetteOptions(max_age=timedelta(days=30))).check_age()


def test_a_date_without_a_time_zone_is_utc(path: Path) -> None:
    write(path, Header(recorded=datetime.now(timezone.utc).replace(tzinfo=None).isoformat()), [])
    age = Cassette(path, contents=read(path)).age
    assert age is not None
    assert abs(age) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90d", timedelta(90)),
        ("12h", timedelta(hours=12)),
        ("4w", timedelta(28)),
        ("7", timedelta(7)),
        (7, timedelta(7)),
    ],
)
def test_ages_are_days_or_text_with_a_unit(text: Any, expected: timedelta) -> None:
    assert CassetteOptions(max_age=text).max_age == expected


@pytest.mark.parametrize(
    "options",
    [
        {"max_age": "soon"},
        {"mode": "always"},
        {"order": "random"},
        {"on_unused": "cry"},
        {"ignore": "Item.x"},
        {"allow": [1]},
        {"redact": "x"},
        {"max_age": True},
    ],
)
def test_options_that_make_no_sense_are_configuration_errors(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        CassetteOptions(**options)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetItem", {"TableName": "prod-users"}),
        ("GetItem", {"TableName": "arn:aws:dynamodb:eu-west-1:123456789012:table/prod-users"}),
        ("BatchGetItem", {"RequestItems": {"test-a": {"Keys": [{}]}, "prod-users": {"Keys": [{}]}}}),
        ("BatchWriteItem", {"RequestItems": {"prod-users": [{"PutRequest": {"Item": {}}}]}}),
        ("TransactWriteItems", {"TransactItems": [{"ConditionCheck": {"TableName": "prod-users", "Key": {}}}]}),
        ("RestoreTableFromBackup", {"TargetTableName": "prod-users"}),
        ("DeleteTable", {"TableName": "prod-users"}),
    ],
)
def test_a_table_outside_the_allowed_ones_is_refused_before_anything_is_sent(
    operation: str, params: dict[str, Any], path: Path
) -> None:
    cassette = Cassette(path, options=CassetteOptions(allow=["test-*"]))
    cassette.may_record(Request("GetItem", {"TableName": "test-a"}))
    with pytest.raises(RecordingRefused, match="'prod-users' may not be recorded"):
        cassette.may_record(Request(operation, params))


def test_an_empty_batch_names_its_table_all_the_same(path: Path) -> None:
    cassette = Cassette(path, options=CassetteOptions(allow=["test-*"]))
    with pytest.raises(RecordingRefused):
        cassette.may_record(Request("BatchGetItem", {"RequestItems": {"prod-users": {"Keys": []}}}))


# -- memos -----------------------------------------------------------------------------------------------------------


def test_memos_are_made_once_and_come_back_in_order(path: Path) -> None:
    cassette = Cassette(path)
    cassette.open_for_recording(keep=False)
    values = iter(["a", "b"])
    assert [cassette.memo("id", lambda: next(values)) for _ in range(2)] == ["a", "b"]
    cassette.commit()

    again = Cassette(path, contents=read(path))
    again.open_for_replay()
    assert [again.memo("id", pytest.fail) for _ in range(2)] == ["a", "b"]
    with pytest.raises(UnexpectedRequest, match="memo 'id' was recorded 2 times"):
        again.memo("id", pytest.fail)


# -- shared cassettes ------------------------------------------------------------------------------------------------


def shared(owner: str) -> dict[str, Any]:
    return {"owner": owner, "shared": True}


def test_owners_of_a_shared_cassette_rewrite_only_their_own_exchanges(path: Path) -> None:
    record(path, [get("a")], **shared("A"))
    record(path, [get("b")], **shared("B"))
    record(path, [get("a", "2")], **shared("A"))
    assert [(e.owner, e.response) for e in read(path).exchanges] == [
        ("A", get("a", "2").response),
        ("B", get("b").response),
    ]


def test_a_shared_cassette_that_would_say_the_same_keeps_its_bytes(path: Path) -> None:
    record(path, [get("a")], **shared("A"))
    record(path, [get("b")], **shared("B"))
    aged(path, 3)
    before = path.read_bytes()
    record(path, [get("a")], **shared("A"))
    record(path, [get("b")], **shared("B"))
    assert path.read_bytes() == before


def test_a_newcomer_adds_to_a_shared_cassette_without_doubling_it(path: Path) -> None:
    record(path, [get("a")], **shared("A"))
    record(path, [get("b")], keep=True, **shared("B"))
    exchanges = read(path).exchanges
    assert [e.owner for e in exchanges if e.params == get("a").params].count("A") == 1
    assert [e.owner for e in exchanges if e.params == get("b").params] == ["B"]
    before = path.read_bytes()
    record(path, [], keep=True, **shared("B"))
    record(path, [], keep=True, **shared("C"))
    assert path.read_bytes() == before


def test_owners_of_a_shared_cassette_keep_memos_and_pseudonyms_of_the_others(path: Path) -> None:
    for owner in ("A", "B"):
        chosen = CassetteOptions(redact=["Item.secret"], **shared(owner))
        cassette = Cassette(path, contents=read(path) if path.exists() else None, options=chosen)
        cassette.open_for_recording(keep=False)
        cassette.memo("id", lambda owner=owner: owner)  # type: ignore[misc]
        params = {"TableName": "t", "Item": {"secret": {"S": f"secret of {owner}"}}}
        cassette.record(Request("PutItem", params), Response(200, {}))
        cassette.commit()
    header = read(path).header
    assert len(header.pseudonyms) == 2
    for owner in ("A", "B"):
        cassette = Cassette(path, contents=read(path), options=CassetteOptions(**shared(owner)))
        cassette.open_for_replay()
        assert cassette.memo("id", pytest.fail) == owner


def _write_as(path: str, owner: str, rounds: int) -> None:
    """One of several processes that share a cassette."""
    for number in range(rounds):
        record(Path(path), [get(owner, str(number))], owner=owner, shared=True)


def test_processes_that_share_a_cassette_lose_nothing(path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("needs fork: a process made otherwise could not import this module, which is in no package")
    context = multiprocessing.get_context("fork")
    owners = ["A", "B", "C"]
    writers = [context.Process(target=_write_as, args=(str(path), owner, 15)) for owner in owners]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    found = read(path).exchanges
    assert [(e.owner, e.response) for e in found] == [(owner, get(owner, "14").response) for owner in owners]
    assert names(path.parent) == [path.name]


def test_threads_that_record_into_one_cassette_lose_nothing(path: Path) -> None:
    cassette = Cassette(path)
    cassette.open_for_recording(keep=False)

    def work(thread: int) -> None:
        for number in range(100):
            exchange = get(f"{thread}-{number}")
            cassette.record(Request(exchange.operation, exchange.params), exchange.outcome)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cassette.commit()
    keys = {e.params["Key"]["pk"]["S"] for e in read(path).exchanges}
    assert keys == {f"{thread}-{number}" for thread in range(8) for number in range(100)}
    assert len(read(path).exchanges) == 800


def test_exchanges_stand_in_the_order_in_which_their_calls_began(path: Path) -> None:
    cassette = Cassette(path)
    cassette.open_for_recording(keep=False)
    requests = [Request("GetItem", get(str(n)).params) for n in range(5)]
    for request in reversed(requests):
        cassette.record(request, Response(200, {}))
    cassette.commit()
    assert [e.params["Key"]["pk"]["S"] for e in read(path).exchanges] == ["0", "1", "2", "3", "4"]


# -- where it is -------------------------------------------------------------------------------------------------------


def test_a_relative_path_is_that_of_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code under test may change the folder while its cassette is open."""
    monkeypatch.chdir(tmp_path)
    cassette = Cassette("x.ddb.msgpack")
    cassette.open_for_recording(keep=False)
    cassette.record(Request("GetItem", {}), Response(200, {}))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    cassette.record(Request("GetItem", {}), Response(200, {}))
    cassette.commit()
    assert names(tmp_path) == ["elsewhere", "x.ddb.msgpack"]
    assert names(tmp_path / "elsewhere") == []


@posix
def test_a_link_stays_one_and_what_it_leads_to_is_written(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "common" / "y.ddb.msgpack"
    record(target, [get("a")])
    path.symlink_to(target)
    record(path, [get("b")])
    assert path.is_symlink()
    assert not target.is_symlink()
    assert read(target).exchanges == read(path).exchanges
    assert len(read(target).exchanges) == 1
