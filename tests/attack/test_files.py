"""Files: what is no plain one is refused, links are not followed out of the way, and nothing recorded is ever lost."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import socket
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgpack
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import pytest_dynamodb
from pytest_dynamodb import Cassette, Request, Response, use_cassette
from pytest_dynamodb.cassette import journal as journals
from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.frames import (
    COMPRESSED_EXCHANGE,
    EXCHANGE,
    HEADER,
    MOST_LEVELS,
    pack_draft,
    pack_end,
    pack_frame,
    read_frames,
)
from pytest_dynamodb.cassette.journal import Journal
from pytest_dynamodb.cassette.options import CassetteOptions
from pytest_dynamodb.cassette.store import exists, read, write
from pytest_dynamodb.cli import main
from pytest_dynamodb.errors import CassetteError, ConfigurationError
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.files import read_plain, replace
from pytest_dynamodb.mock.writing import Buckets

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, devices, links and permissions as POSIX has them")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.ddb.msgpack"


def get(key: str) -> Exchange:
    return Exchange("GetItem", {"TableName": "t", "Key": {"pk": {"S": key}}}, Response(200, {}))


def put(cassette: Cassette, key: str) -> None:
    cassette.record(Request("PutItem", {"TableName": "t", "Item": {"pk": {"S": key}}}), Response(200, {}))


def recording(path: Path, *keys: str, keep: bool = False, **options: Any) -> Cassette:
    contents = read(path) if exists(path) else None
    cassette = Cassette(path, contents=contents, options=CassetteOptions(**options))
    cassette.open_for_recording(keep=keep)
    for key in keys:
        put(cassette, key)
    return cassette


def keys_in(path: Path) -> list[str]:
    return [exchange.params["Item"]["pk"]["S"] for exchange in read(path).exchanges]


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def no_room(*_: object) -> Any:
    raise OSError(28, "No space left on device")


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    before = descriptors()
    yield
    assert descriptors() - before == set()


def descriptors() -> set[tuple[str, str]]:
    folder, found = Path("/proc/self/fd"), set()
    for entry in folder.iterdir() if folder.exists() else ():
        with suppress(OSError):  # the one by which the folder is read
            found.add((entry.name, str(entry.readlink())))
    return {(name, target) for name, target in found if "/proc/" not in target}


# --- what is no plain file ---


@posix
@pytest.mark.parametrize("kind", ["pipe", "device", "endless device", "socket", "folder", "link to a pipe"])
@pytest.mark.parametrize("use", [read, lambda path: write(path, Header(), [get("a")])], ids=["read", "written"])
def test_what_is_no_plain_file_is_refused_at_once(path: Path, kind: str, use: Callable[[Path], object]) -> None:
    server = socket.socket(socket.AF_UNIX)
    try:
        if kind.endswith("pipe"):
            os.mkfifo(path.with_name("pipe"))
            path.symlink_to(path.with_name("pipe"))
        elif kind == "socket":
            here = Path.cwd()
            os.chdir(path.parent)  # a socket's name is short
            server.bind(path.name)
            os.chdir(here)
        elif kind == "folder":
            path.mkdir()
        else:
            path.symlink_to("/dev/zero" if kind.startswith("endless") else "/dev/null")
        before = stat.S_IFMT(path.stat().st_mode)
        with no_descriptor_left(), pytest.raises(CassetteError, match=r"it is a \w+, not a plain file"):
            use(path)
        assert stat.S_IFMT(path.stat().st_mode) == before
    finally:
        server.close()


@posix
def test_neither_is_it_played_shown_or_recorded_over(path: Path) -> None:
    os.mkfifo(path)
    for mode in ("none", "once", "new_episodes", "verify"):
        with pytest.raises(CassetteError, match="a pipe"), use_cassette(path, mode=mode):
            pass
    assert "it is a pipe" in run("show", path).output
    cassette = Cassette(path)
    cassette.open_for_recording(keep=False)
    put(cassette, "a")
    with pytest.raises(CassetteError, match="a pipe"):
        cassette.commit()


# --- errors of the file system ---


def too_long(path: Path) -> Path:
    return path.with_name("x" * 300 + path.name)


def in_a_file(path: Path) -> Path:
    path.with_name("file").write_text("")
    return path.with_name("file") / path.name


def in_a_circle(path: Path) -> Path:
    path.symlink_to(path)
    return path


USES: dict[str, Callable[[Path], object]] = {
    "read": read,
    "write": lambda path: write(path, Header(), [get("a")]),
    "journal": lambda path: Journal(path, Header()),
    "replay": lambda path: use_cassette(path).__enter__(),
    "record": lambda path: recording(path, "a").commit(),
    "abandon": lambda path: recording(path, "a").abandon(),
    "share": lambda path: recording(path, "a", shared=True, owner="a").commit(),
}
FINE = {("replay", in_a_file), ("journal", in_a_circle), ("abandon", in_a_circle)}
"""What is not there misses; and files beside a link that leads in a circle can be written."""


@pytest.mark.parametrize(
    ("use", "place"),
    [
        pytest.param(USES[name], place, id=f"{name} {place.__name__}", marks=posix if place is in_a_circle else ())
        for name in USES
        for place in (too_long, in_a_file, in_a_circle)
        if (name, place) not in FINE
    ],
)
def test_an_error_of_the_file_system_is_ours_with_path_and_remedy(
    path: Path, use: Callable[[Path], object], place: Callable[[Path], Path]
) -> None:
    where = place(path)
    with no_descriptor_left(), pytest.raises(CassetteError) as caught:
        use(where)
    assert where.parent.name in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("call", ["fsync", "write", "replace", "open"])
def test_so_is_a_full_disk_at_any_moment(path: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, Header(), [get("a")])
    before = path.read_bytes()
    monkeypatch.setattr(os, call, no_room)
    with no_descriptor_left(), pytest.raises(CassetteError, match="make room on that disk"):
        write(path, Header(), [get("b")])
    monkeypatch.undo()
    assert (path.read_bytes(), names(path.parent)) == (before, [path.name])


@pytest.mark.parametrize("call", ["write", "open"])
def test_a_journal_that_cannot_be_begun_leaves_nothing(path: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, call, no_room)
    with no_descriptor_left(), pytest.raises(CassetteError, match="make room on that disk"):
        Journal(path, Header())
    monkeypatch.undo()
    assert names(path.parent) == []


def test_errors_of_a_bucket_s_files_are_ours_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exports").mkdir()
    buckets = Buckets(tmp_path)
    with pytest.raises(ConfigurationError, match=r"cannot be read: .*check its path"):
        buckets.read("exports", "absent.json")
    buckets.write("exports", "a", b"{}")
    with pytest.raises(ConfigurationError, match=r"cannot be written: .*a file where a folder is expected"):
        buckets.write("exports", "a/b", b"{}")
    with pytest.raises(ConfigurationError, match="shorten its name"):
        buckets.write("exports", "k" * 300, b"{}")
    monkeypatch.setattr(os, "write", no_room)
    with no_descriptor_left(), pytest.raises(ConfigurationError, match="make room on that disk"):
        buckets.write("exports", "c", b"{}")
    monkeypatch.undo()
    assert buckets.keys("exports", "") == ["a"]


@posix
def test_a_bucket_s_pipe_is_no_object(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    os.mkfifo(tmp_path / "exports" / "a")
    with pytest.raises(ConfigurationError, match="it is a pipe"):
        Buckets(tmp_path).read("exports", "a")
    assert Buckets(tmp_path).keys("exports", "") == []


# --- links and permissions ---


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_file_s_mode_survives_a_rewrite(path: Path, mode: int) -> None:
    recording(path, "a").commit()
    path.chmod(mode)
    recording(path, "b").commit()
    assert (keys_in(path), stat.S_IMODE(path.stat().st_mode)) == (["b"], mode)


@posix
@pytest.mark.parametrize("hanging", [False, True])
def test_a_link_survives_a_rewrite(tmp_path: Path, path: Path, *, hanging: bool) -> None:
    real = tmp_path / "elsewhere" / "real.ddb.msgpack"
    real.parent.mkdir()
    if not hanging:
        recording(real, "a").commit()
    path.symlink_to(real)
    recording(path, "b").commit()
    assert path.is_symlink()
    assert (keys_in(real), names(real.parent)) == (["b"], [real.name])


@posix
def test_links_that_wait_where_temporary_files_will_be_are_not_followed(tmp_path: Path, path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for suffix in ("journal", "tmp"):
        path.with_name(f".{path.name}.{os.getpid()}.{suffix}").symlink_to(victim)
    recording(path, "a").commit()
    assert (victim.read_text(), keys_in(path), names(tmp_path)) == ("precious", ["a"], ["victim", path.name])


@posix
def test_neither_is_one_that_comes_in_between(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = path.with_name("victim")
    victim.write_text("precious")
    unlink = Path.unlink

    def raced(self: Path, *, missing_ok: bool = False) -> None:
        unlink(self, missing_ok=True)
        if self.suffix in {".tmp", ".journal"}:
            self.symlink_to(victim)

    monkeypatch.setattr(Path, "unlink", raced)
    for use in (lambda: write(path, Header(), [get("a")]), lambda: Journal(path, Header())):
        with pytest.raises(CassetteError):
            use()
    assert victim.read_text() == "precious"


# --- one limit ---


def nested(levels: int) -> Any:
    tree: Any = "x"
    for _ in range(levels):
        tree = [tree]
    return tree


HEAD = pack_frame(HEADER, {})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.builds(lambda one: {"B": one}, inner),
    max_leaves=8,
)
STRANGE = st.sampled_from([{1}, object(), 10**5000, nested(MOST_LEVELS), nested(MOST_LEVELS - 1), "\ud800", 1j])


@settings(max_examples=60)
@given(st.dictionaries(st.text(), JSON | STRANGE, max_size=4))
def test_what_the_journal_takes_the_cassette_takes_and_both_are_read(body: dict[str, Any]) -> None:
    def kept(pack: Callable[[int, dict[str, Any]], bytes], kind: int) -> str:
        try:
            frame = pack(kind, body)
        except (ValueError, TypeError, OverflowError):
            return "refused"
        (_, found) = read_frames(HEAD + frame, "x", whole=False)
        return json.dumps(found.body, sort_keys=True)

    assert kept(pack_draft, EXCHANGE) == kept(pack_frame, EXCHANGE) == kept(pack_frame, COMPRESSED_EXCHANGE)


@pytest.mark.parametrize("levels", [MOST_LEVELS + 1, 300, 450, 5000])
@pytest.mark.parametrize("caught", [False, True])
def test_an_exchange_beyond_it_is_refused_at_the_call_and_the_old_cassette_stays(
    path: Path, levels: int, *, caught: bool
) -> None:
    recording(path, "old").commit()
    before = path.read_bytes()
    cassette = recording(path, "new")
    with pytest.raises(CassetteError, match="nested"):
        cassette.record(Request("PutItem", {"Item": nested(levels)}), Response(200, {}))
    if caught:
        put(cassette, "later")
    with pytest.raises(CassetteError, match="an exchange could not be recorded") as refused:
        cassette.commit()
    assert path.read_bytes() == before
    assert f"{path.name}.unsaved" in str(refused.value)


def test_what_is_just_within_it_is_recorded_and_replayed(path: Path) -> None:
    request = Request("PutItem", {"TableName": "t", "Item": {"pk": {"S": "a"}, "deep": nested(MOST_LEVELS - 4)}})
    cassette = recording(path)
    cassette.record(request, Response(200, {"deep": nested(MOST_LEVELS - 4)}))
    cassette.commit()
    again = Cassette(path, contents=read(path))
    again.open_for_replay()
    assert again.answer(request)[0] is not None
    other = Request("GetItem", {"TableName": "t", "Key": {"deep": nested(MOST_LEVELS - 5)}})
    assert "nearest" in str(again.miss(other, "no recording matches"))


@pytest.mark.parametrize("tree", [nested(MOST_LEVELS + 1), {"a": nested(900)}, [nested(i) for i in range(300)]])
def test_a_file_beyond_it_is_no_cassette(tree: Any, path: Path) -> None:
    packed = (
        msgpack.packb({"operation": "GetItem", "params": {"x": tree}})
        if not isinstance(tree, dict)
        else b"".join([b"\x81\xa1a", b"\x91" * 900, b"\xc0"])
    )
    path.write_bytes(whole(EXCHANGE, packed))
    with pytest.raises(CassetteError, match="nested on more than"):
        read(path)


# --- bombs ---


def whole(kind: int, body: bytes) -> bytes:
    """A file of one frame with this body, as an attacker would make it."""
    crc = zlib.crc32(bytes([kind]) + body)
    frame = bytes([0x93, kind, 0xCE]) + crc.to_bytes(4, "big") + b"\xc6" + len(body).to_bytes(4, "big") + body
    head = pack_frame(HEADER, {"format": "dynamodb-cassette", "version": 1})
    return head + frame + pack_end([head, frame])


def exchange_of(marker: bytes, count: int) -> bytes:
    """An exchange with a list of ``count`` equal elements."""
    empty: dict[str, Any] = {"attempts": 1, "elapsed": 0, "operation": "Scan", "response": {"status": 200, "body": {}}}
    start: bytes = msgpack.packb(empty)
    return (
        bytes([start[0] + 1])
        + start[1:]
        + b"\xa6params"
        + b"\x81\xa1x\xdd"
        + count.to_bytes(4, "big")
        + (marker * count)
    )


BOMBS = {
    "empty lists": b"\x90",
    "empty maps": b"\x80",
    "lists of one": b"\x91\x90",
    "maps of one": b"\x81\xa1a\xc0",
    "short texts": b"\xa2ab",
    "floats": b"\xcb" + b"\x01" * 8,
    "nulls": b"\xc0",
    "numbers": b"\xcd\x01\x01",
}


READER = """
import resource, sys
from pytest_dynamodb.cassette.store import read
from pytest_dynamodb.errors import CassetteError
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 200 * 2**20,) * 2)
for path in sys.argv[1:]:
    try:
        read(path)
    except CassetteError as problem:
        print("refused" if "more than a cassette may hold" in problem.problem else problem)
    else:
        print("read")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="says how much memory it has as Linux does")
def test_a_small_file_takes_little_memory_whatever_is_in_it(tmp_path: Path) -> None:
    files = []
    for name, marker in BOMBS.items():
        for size in (8 * 2**20, 2**20 - 200):
            files.append(tmp_path / f"{name} {size}.ddb.msgpack")
            packed = zlib.compress(exchange_of(marker, size // len(marker)))
            files[-1].write_bytes(whole(COMPRESSED_EXCHANGE, packed))
            assert files[-1].stat().st_size < 80_000
    done = subprocess.run(
        [sys.executable, "-c", READER, *map(str, files)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert set(said[::2]) == {"refused"}
    assert set(said) == {"refused", "read"}


@pytest.mark.parametrize("count", [1, 1_000, 20_000])
def test_what_this_package_compresses_it_reads(path: Path, count: int) -> None:
    items = [{"pk": {"S": f"k{number * 7919 % 50021}"}, "n": {"N": "1"}} for number in range(count)]
    write(path, Header(), [Exchange("Scan", {"TableName": "t"}, Response(200, {"Items": items}))] * 3, compress=True)
    assert read(path).exchanges[2].response == {"Items": items}
    assert path.stat().st_size < 400_000


# --- recordings that cannot be written ---


def test_a_recording_that_cannot_be_written_is_kept_shown_and_recovered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording(path, "old").commit()
    cassette = recording(path, "a", "b", owner="test_x.py::test_y")
    assert cassette.memo("id", lambda: "7") == "7"
    with monkeypatch.context() as patch, no_descriptor_left_after(cassette):
        patch.setattr(os, "fsync", no_room)
        with pytest.raises(CassetteError) as caught:
            cassette.commit()
    kept = path.with_name(f"{path.name}.unsaved")
    assert f"pytest-dynamodb recover {shlex.quote(str(kept))}" in str(caught.value)
    assert f"pytest-dynamodb show {shlex.quote(str(kept))}" in str(caught.value)
    assert "make room on that disk" in str(caught.value)

    recording(path, "between").commit()
    assert (keys_in(path), names(path.parent)) == (["between"], [path.name, kept.name])
    shown = run("show", kept)
    assert shown.exit_code == 0
    assert "test_x.py::test_y" in shown.output
    assert '{"S": "a"}' in shown.output

    assert "--replace" in run("recover", kept).output
    assert kept.exists()
    done = run("recover", kept, "--replace")
    assert done.exit_code == 0, done.output
    assert (keys_in(path), names(path.parent)) == (["a", "b"], [path.name])
    assert read(path).header.memos == {"id": ["7"]}
    assert read(path).header.node_id == "test_x.py::test_y"


@contextmanager
def no_descriptor_left_after(cassette: Cassette) -> Iterator[None]:
    yield
    assert cassette._recording is not None
    assert cassette._recording._journal is None
    assert not {journal for journal in journals._open if journal.parent == cassette.path.parent}


def test_so_is_one_that_adds_to_its_cassette(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording(path, "old").commit()
    cassette = recording(path, "new", keep=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_room)
        with pytest.raises(CassetteError):
            cassette.commit()
    assert run("recover", f"{path}.unsaved").exit_code == 0
    assert keys_in(path) == ["old", "new"]


def test_and_one_of_a_test_among_several_that_share(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording(path, "one", shared=True, owner="a.py::one").commit()
    cassette = recording(path, "two", shared=True, owner="a.py::two")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_room)
        with pytest.raises(CassetteError):
            cassette.commit()
    assert run("recover", f"{path}.unsaved").exit_code == 0
    assert [(e.owner, e.params["Item"]["pk"]["S"]) for e in read(path).exchanges] == [
        ("a.py::one", "one"),
        ("a.py::two", "two"),
    ]


def test_several_such_recordings_are_all_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", no_room)
    for key in "abc":
        with pytest.raises(CassetteError):
            recording(path, key).commit()
    assert names(path.parent) == [f"{path.name}{end}" for end in (".2.unsaved", ".3.unsaved", ".unsaved")]
    monkeypatch.undo()
    assert run("recover", f"{path}.3.unsaved").exit_code == 0
    assert keys_in(path) == ["c"]


def test_one_of_a_failed_test_is_kept_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cassette = recording(path, "a")
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(CassetteError, match="recover"):
        cassette.abandon()


def test_one_that_is_interrupted_while_it_is_written_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    cassette = recording(path, "a")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            cassette.commit()
    assert names(path.parent) == [f"{path.name}.unsaved"]
    assert run("recover", f"{path}.unsaved").exit_code == 0
    assert keys_in(path) == ["a"]


def test_recover_refuses_what_is_no_journal(path: Path) -> None:
    recording(path, "a").commit()
    assert "the name of no journal" in run("recover", path).output
    path.with_name(f"{path.name}.unsaved").write_bytes(b"nothing")
    refused = run("recover", f"{path}.unsaved", "--replace")
    assert (refused.exit_code, keys_in(path)) == (2, ["a"])
    assert "this is not a cassette" in refused.output


def test_a_recording_within_another_of_the_same_cassette_loses_nothing(path: Path) -> None:
    outer, inner = recording(path, "outer"), recording(path, "inner")
    put(outer, "more")
    inner.commit()
    put(outer, "last")
    outer.commit()
    assert (keys_in(path), names(path.parent)) == (["outer", "more", "last"], [path.name])


# --- a full disk, and a process that is killed ---

PROGRAM = """
import os, resource, signal, sys
from pathlib import Path
from pytest_dynamodb import Cassette, Request, Response
from pytest_dynamodb.errors import CassetteError
path, limit, kill = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
cassette = Cassette(path)
cassette.open_for_recording(keep=False)
try:
    for n in range(40):
        item = {"pk": {"S": f"{n}"}, "text": {"S": "x" * 200}}
        cassette.record(Request("PutItem", {"TableName": "t", "Item": item}), Response(200, {}))
except CassetteError as problem:
    print("record:", problem)
if kill:
    os.kill(os.getpid(), signal.SIGKILL)
try:
    cassette.commit()
except CassetteError as problem:
    print("commit:", problem)
"""


def limited(path: Path, limit: int, *, kill: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(limit), "kill" if kill else ""],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == (-9 if kill else 0), done.stderr
    return done.stdout


@posix
@pytest.mark.parametrize("limit", [0, 100, 2_345, 9_999, 12_000])
def test_a_full_disk_leaves_the_old_cassette_and_what_was_recorded(path: Path, limit: int) -> None:
    recording(path, "old").commit()
    before = path.read_bytes()
    said = limited(path, limit)
    assert path.read_bytes() == before
    assert "raise the limit on the size of files" in said
    kept = path.with_name(f"{path.name}.unsaved")
    if limit < 1000:  # not even one exchange
        assert "commit:" in said
        return
    assert f"recover {kept}" in said
    assert run("recover", kept, "--to", path.with_name("y.ddb.msgpack")).exit_code == 0
    keys = keys_in(path.with_name("y.ddb.msgpack"))
    assert keys == [str(n) for n in range(len(keys))]
    assert len(keys) >= limit // 400


@posix
@pytest.mark.parametrize("limit", [2_345, 9_999, 10**6])
def test_so_does_a_process_that_is_killed(path: Path, limit: int) -> None:
    recording(path, "old").commit()
    before = path.read_bytes()
    limited(path, limit, kill=True)
    assert path.read_bytes() == before
    (journal,) = path.parent.glob(".*.journal")
    assert run("show", journal).exit_code == 0
    assert run("recover", journal, "--replace").exit_code == 0
    keys = keys_in(path)
    assert keys == [str(n) for n in range(len(keys))]
    assert len(keys) >= min(40, limit // 400)
    assert names(path.parent) == [path.name]


@posix
@settings(max_examples=40)
@given(cut=st.integers(1, 2_000))
def test_a_journal_that_breaks_off_anywhere_is_read_up_to_there(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "x.ddb.msgpack"
    cassette = recording(path, *map(str, range(8)))
    (journal,) = path.parent.glob(".*.journal")
    raw = journal.read_bytes()
    cassette.discard()
    broken = path.with_name(f"{path.name}.unsaved")
    broken.write_bytes(raw[:cut])
    done = run("recover", broken)
    whole_frames = list(read_frames(raw, "x", whole=False))
    if cut < whole_frames[0].end:
        assert done.exit_code == 2
        assert "cut off" in done.output or "not a cassette" in done.output
        return
    expected = [str(n) for n, frame in enumerate(whole_frames[1:]) if frame.end <= cut]
    assert done.exit_code == 0
    assert (keys_in(path) if expected else []) == expected
    assert ("broke off" in done.output) == (cut < len(raw) and cut not in {frame.end for frame in whole_frames})


def test_a_stale_journal_of_a_process_with_this_number_is_swept(path: Path) -> None:
    """In containers every run may have the same number."""
    stale = path.with_name(f".{path.name}.3.{os.getpid()}.journal")
    stale.write_bytes(b"")
    recording(path, "a").commit()
    assert names(path.parent) == [path.name] if os.name == "posix" else True


# --- the ground ---


def test_replacing_writes_all_even_where_the_system_takes_little_at_a_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_some = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write_some(descriptor, bytes(content[:7])))
    replace(path, b"0123456789" * 10)
    assert read_plain(path) == b"0123456789" * 10


# --- how files are written ---

PACKAGE = Path(pytest_dynamodb.__file__).parent
WRITERS = ("write_text", "write_bytes", "mkstemp", "NamedTemporaryFile")
ELSEWHERE = {"files.py": "the one place", "cassette/store.py": "a lock, which holds nothing"}


def opened_to_write(source: str) -> Iterator[str]:
    """The calls by which a module would write a file past `files.replace`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [*node.args, *(pair.value for pair in node.keywords)]
        said = [one.value for one in given if isinstance(one, ast.Constant)]
        modes = [one for one in said if isinstance(one, str) and set(one) <= set("rwaxbt+")]
        opens = name in {"open", "fdopen"} and any(set(mode) & set("wax+") for mode in modes)
        if opens or name in WRITERS:
            yield ast.unparse(node)


def test_every_file_is_written_in_one_step() -> None:
    sources = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
    likely = {name: text for name, text in sources.items() if re.search(f"(open|{'|'.join(WRITERS)})\\(", text)}
    found = {name: calls for name, text in likely.items() if (calls := list(opened_to_write(text)))}
    assert found.keys() <= ELSEWHERE.keys()


@pytest.mark.parametrize(
    "code", ["path.write_text('')", "open(p, 'w')", "open(p, mode='ab')", "p.open('x')", "os.fdopen(d, 'r+')"]
)
def test_ways_past_it_are_seen(code: str) -> None:
    assert list(opened_to_write(code))
    assert not list(opened_to_write("open(p, 'rb')"))


@posix
def test_what_cannot_be_written_is_named_and_not_its_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "file/below.json", tmp_path):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - its file name is looked at
            replace(target, b"")
        assert caught.value.filename == str(target)
