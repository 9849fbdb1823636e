"""``use_cassette`` in all its forms, against moto's server: what is recorded there replays with nobody there."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_dynamodb import (
    CassetteError,
    ConfigurationError,
    DriftError,
    RecordingProvider,
    RecordingRefused,
    ReplayProvider,
    Request,
    Response,
    UnexpectedRequest,
    UnplayedExchanges,
    load_cassette,
    use_cassette,
)
from pytest_dynamodb.hooks.active import current
from pytest_dynamodb.intercept import UnplayedWarning


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A default session that remembers no credentials of an earlier test."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cassettes"


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "x.ddb.msgpack"


@pytest.fixture
def table(moto: str, credentials: dict[str, str]) -> Iterator[str]:
    """moto's URL; it has a table `t`."""
    client = boto3.client("dynamodb", endpoint_url=moto)
    client.create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield moto
    assert current() is None, "a test left a provider in charge"


def put(client: Any, key: str = "a", value: str = "1") -> Any:
    return client.put_item(TableName="table", Item={"pk": {"S": key}, "v": {"N": value}})


def get(client: Any, key: str = "a") -> Any:
    return client.get_item(TableName="table", Key={"pk": {"S": key}}).get("Item", {}).get("v", {}).get("N")


@pytest.fixture
def recorded(path: Path, table: str) -> Path:
    """A cassette that puts and gets the items a and b."""
    with use_cassette(path, mode="rewrite", upstream=table):
        client = boto3.client("dynamodb")
        for key in ("a", "b"):
            put(client, key)
            assert get(client, key) == "1"
    return path


# -- forms -----------------------------------------------------------------------------------------------------------


def test_with(path: Path, table: str) -> None:
    for mode in ("once", "once", "none", "new_episodes"):
        with use_cassette(path, mode=mode, upstream=table) as cassette:
            client = boto3.client("dynamodb")
            put(client)
            assert get(client) == "1"
            cassette.assert_operations("PutItem", "GetItem")
    assert [e.operation for e in load_cassette(path).exchanges] == ["PutItem", "GetItem"]


def test_async_with_and_decorators_of_functions_and_coroutines(recorded: Path) -> None:
    @use_cassette(recorded, on_unused="ignore")
    def function(key: str) -> str | None:
        """Said by the function."""
        return str(get(boto3.client("dynamodb"), key))

    @use_cassette(recorded, on_unused="ignore")
    async def coroutine(key: str) -> str | None:
        return str(get(boto3.client("dynamodb"), key))

    async def block() -> str | None:
        async with use_cassette(recorded, on_unused="ignore"):
            return str(get(boto3.client("dynamodb")))

    assert (function.__name__, function.__doc__) == ("function", "Said by the function.")
    assert [function("a"), function("a"), function("b")] == ["1", "1", "1"], "each call opens the cassette anew"
    assert asyncio.run(coroutine("a")) == "1"
    assert asyncio.run(block()) == "1"


def test_nesting_the_innermost_answers(recorded: Path, folder: Path, table: str) -> None:
    inner = folder / "inner.ddb.msgpack"
    with use_cassette(inner, mode="rewrite", upstream=table):
        put(boto3.client("dynamodb"), "a", "2")
        get(boto3.client("dynamodb"))
    client = boto3.client("dynamodb")
    with use_cassette(recorded, on_unused="ignore"):
        put(client)
        with use_cassette(inner):
            put(client, "a", "2")
            assert get(client) == "2"
        assert get(client) == "1"


def test_given_clients_only_are_answered_and_resources_are_clients_too(recorded: Path, table: str) -> None:
    mine, other = boto3.client("dynamodb"), boto3.client("dynamodb", endpoint_url=table)
    resource = boto3.resource("dynamodb")
    put(other, "a", "9")
    with use_cassette(recorded, clients=[mine, resource], on_unused="ignore"):
        assert get(other) == "9"
        assert get(mine) == "1"
        assert resource.Table("table").get_item(Key={"pk": "b"})["Item"]["v"] == 1
        assert get(boto3.client("dynamodb", endpoint_url=table)) == "9"
    assert get(other) == "9"


def test_blocks_for_given_clients_nest(recorded: Path, folder: Path, table: str) -> None:
    one, two = boto3.client("dynamodb"), boto3.client("dynamodb")
    second = folder / "second.ddb.msgpack"
    with use_cassette(second, mode="rewrite", upstream=table):
        put(one, "a", "2")
        get(one)
    with (
        use_cassette(recorded, clients=[one, two], on_unused="ignore"),
        use_cassette(second, clients=[two], on_unused="ignore"),
    ):
        assert (get(one), get(two)) == ("1", "2")


def test_what_is_no_client_is_a_configuration_error_and_nothing_stays_in_charge(recorded: Path) -> None:
    with pytest.raises(ConfigurationError, match="clients takes"), use_cassette(recorded, clients=["dynamodb"]):
        raise AssertionError("entered")
    assert current() is None


@pytest.mark.parametrize(
    "keywords",
    [{"mode": "always"}, {"provider": "mock?"}, {"upstream": "ftp://x"}, {"ignore": "Item.x"}, {"order": "random"}],
)
def test_arguments_that_make_no_sense_are_configuration_errors(keywords: dict[str, Any], path: Path) -> None:
    arguments = {"mode": "rewrite", **keywords}
    with pytest.raises(ConfigurationError):
        use_cassette(path, **arguments).__enter__()
    assert current() is None


def test_a_cassette_has_a_cassettes_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"ends in \.ddb\.msgpack"):
        use_cassette(tmp_path / "x.yaml")


# -- tasks and threads -----------------------------------------------------------------------------------------------


def test_threads_with_a_cassette_each_do_not_meet(folder: Path, table: str) -> None:
    client = boto3.client("dynamodb")
    together = threading.Barrier(4)

    def work(number: int, mode: Any) -> list[str | None]:
        together.wait()
        with use_cassette(folder / f"{number}.ddb.msgpack", mode=mode, upstream=table) as cassette:
            together.wait()
            put(client, f"k{number}", str(number))
            seen = [get(client, f"k{number}") for _ in range(5)]
            assert len(cassette.traffic) == 6
            together.wait()
        return seen

    for mode in ("rewrite", "none"):
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4), [mode] * 4)) == [[str(n)] * 5 for n in range(4)]


def test_tasks_with_a_cassette_each_do_not_meet(folder: Path, table: str) -> None:
    client = boto3.client("dynamodb")

    async def task(number: int, mode: Any) -> Any:
        async with use_cassette(folder / f"{number}.ddb.msgpack", mode=mode, upstream=table) as cassette:
            await asyncio.sleep(0)
            put(client, f"k{number}", str(number))
            await asyncio.sleep(0)
            assert len(cassette.traffic) == 1
            return get(client, f"k{number}")

    async def main(mode: str) -> Any:
        return await asyncio.gather(*(task(n, mode) for n in range(5)))

    for mode in ("rewrite", "none"):
        assert asyncio.run(main(mode)) == [str(n) for n in range(5)]


def test_worker_threads_share_the_cassette_of_the_process_without_loss(path: Path, table: str) -> None:
    """Eight threads of fifty calls, and again, and again from what was recorded."""
    client = boto3.client("dynamodb")
    put(client_of(table), "a", "7")

    def work(thread: int) -> list[str | None]:
        seen = []
        for number in range(25):
            put(client, f"{thread}-{number}", str(number))
            seen.append(get(client, f"{thread}-{number}"))
        return seen

    for mode in ("rewrite", "none"):
        with use_cassette(path, mode=mode, upstream=table) as cassette, ThreadPoolExecutor(8) as pool:
            assert list(pool.map(work, range(8))) == [[str(n) for n in range(25)]] * 8
        assert len(cassette.traffic) == 400
    assert len(load_cassette(path).exchanges) == 400
    before = path.read_bytes()
    with use_cassette(path, mode="rewrite", upstream=table), ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert path.read_bytes() == before, "the same calls in another order change nothing"


def client_of(url: str) -> Any:
    return boto3.client("dynamodb", endpoint_url=url)


@pytest.mark.aiobotocore
def test_aiobotocore_tasks_record_and_replay(folder: Path, table: str) -> None:
    session = importlib.import_module("aiobotocore.session").get_session()

    async def task(number: int, mode: Any) -> Any:
        path = folder / f"{number}.ddb.msgpack"
        async with use_cassette(path, mode=mode, upstream=table), session.create_client("dynamodb") as client:
            key = {"pk": {"S": f"k{number}"}}
            await client.put_item(TableName="table", Item={**key, "b": {"B": bytes([number])}})
            return (await client.get_item(TableName="table", Key=key))["Item"]["b"]["B"]

    async def main(mode: str) -> Any:
        return await asyncio.gather(*(task(n, mode) for n in range(4)))

    for mode in ("rewrite", "none"):
        assert asyncio.run(main(mode)) == [bytes([n]) for n in range(4)]


@pytest.mark.aiobotocore
def test_aiobotocore_clients_may_be_given_and_misses_are_sticky(recorded: Path) -> None:
    session = importlib.import_module("aiobotocore.session").get_session()

    async def main() -> None:
        async with session.create_client("dynamodb") as mine, session.create_client("dynamodb") as other:
            async with use_cassette(recorded, clients=[mine], on_unused="ignore"):
                await mine.get_item(TableName="table", Key={"pk": {"S": "a"}})
                with pytest.raises(UnexpectedRequest):
                    await mine.get_item(TableName="table", Key={"pk": {"S": "z"}})
            assert other is not mine

    with pytest.raises(UnexpectedRequest, match="GetItem on t"):
        asyncio.run(main())


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_miss_is_raised_again_at_the_end_even_where_the_code_swallowed_it(recorded: Path) -> None:
    with (
        pytest.raises(UnexpectedRequest, match="GetItem on t") as caught,
        use_cassette(recorded, on_unused="ignore") as cassette,
    ):
        client = boto3.client("dynamodb")
        with contextlib.suppress(Exception):  # as application code does
            get(client, "z")
        assert get(client, "a") == "1"
        assert [miss.operation for miss in cassette.misses] == ["GetItem"]
    assert str(recorded) in str(caught.value)
    assert "fix" in str(caught.value)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions take notes since Python 3.11")
def test_an_exception_that_follows_from_a_miss_says_so(recorded: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError) as caught,
        use_cassette(recorded),
    ):
        with pytest.raises(UnexpectedRequest):
            get(boto3.client("dynamodb"), "z")
        raise ZeroDivisionError
    (note,) = list[str](getattr(caught.value, "__notes__", []))
    assert note.startswith("Before this, no recording answered a request:\nGetItem on t")


def test_an_exception_in_the_block_keeps_the_old_file_and_sets_the_attempt_aside(recorded: Path, table: str) -> None:
    before = recorded.read_bytes()
    with (
        pytest.raises(ZeroDivisionError),
        use_cassette(recorded, mode="rewrite", upstream=table),
    ):
        put(boto3.client("dynamodb"), "c")
        raise ZeroDivisionError
    failed = recorded.with_name(f"{recorded.name}.failed")
    assert recorded.read_bytes() == before
    assert sorted(p.name for p in recorded.parent.iterdir()) == [recorded.name, failed.name]
    assert [e.operation for e in load_cassette(failed).exchanges] == ["PutItem"]
    assert current() is None


def test_a_missing_cassette_makes_every_call_a_miss_that_names_the_remedy(path: Path) -> None:
    with (
        pytest.raises(UnexpectedRequest, match=r"does not exist yet"),
        use_cassette(path),
        pytest.raises(UnexpectedRequest, match="record it again"),
    ):
        boto3.client("dynamodb").list_tables()


def test_recordings_left_over_warn_fail_or_pass(recorded: Path) -> None:
    with use_cassette(recorded, on_unused="ignore"):
        pass
    with pytest.warns(UnplayedWarning, match="4 of 4 recordings were not played"), use_cassette(recorded):
        pass
    with pytest.raises(UnplayedExchanges, match="4 of 4"), use_cassette(recorded, on_unused="fail"):
        pass


def test_a_damaged_cassette_is_refused_unless_it_is_recorded_afresh(recorded: Path, table: str) -> None:
    recorded.write_bytes(recorded.read_bytes()[:-5])
    with pytest.raises(CassetteError, match="cut off"), use_cassette(recorded):
        raise AssertionError("entered")
    with use_cassette(recorded, mode="rewrite", upstream=table):
        put(boto3.client("dynamodb"))
    assert len(load_cassette(recorded).exchanges) == 1


def test_a_table_that_may_not_be_recorded_is_not_touched(path: Path, table: str) -> None:
    with (
        use_cassette(path, mode="rewrite", upstream=table, allow=["test-*"]),
        pytest.raises(RecordingRefused, match="'table' may not be recorded"),
    ):
        put(boto3.client("dynamodb"))
    assert get(client_of(table)) is None
    assert not path.exists()


# -- modes -----------------------------------------------------------------------------------------------------------


def test_new_episodes_replays_what_it_has_and_adds_the_rest(recorded: Path, table: str) -> None:
    put(client_of(table), "a", "5")
    put(client_of(table), "c", "5")
    with use_cassette(recorded, mode="new_episodes", upstream=table):
        client = boto3.client("dynamodb")
        assert (get(client, "a"), get(client, "c")) == ("1", "5")
    assert [e.operation for e in load_cassette(recorded).exchanges] == ["PutItem", "GetItem"] * 2 + ["GetItem"]


def test_verify_passes_while_the_upstream_answers_as_recorded_and_writes_nothing(recorded: Path, table: str) -> None:
    before = recorded.read_bytes()
    with use_cassette(recorded, mode="verify", upstream=table):
        client = boto3.client("dynamodb")
        for key in ("a", "b"):
            put(client, key)
            get(client, key)
    assert recorded.read_bytes() == before


def test_verify_lists_what_has_drifted(recorded: Path, table: str) -> None:
    put(client_of(table), "a", "5")
    with (
        pytest.raises(DriftError, match=r"Item\.v: ") as caught,
        use_cassette(recorded, mode="verify", upstream=table, on_unused="ignore"),
    ):
        assert get(boto3.client("dynamodb")) == "5"
    assert '"1"' in str(caught.value)
    assert '"5"' in str(caught.value)


def test_there_is_nothing_to_verify_without_a_cassette(path: Path, table: str) -> None:
    with pytest.raises(CassetteError, match="no cassette to verify"), use_cassette(path, mode="verify", upstream=table):
        raise AssertionError("entered")


def test_live_lets_everything_through_and_writes_nothing(path: Path, table: str) -> None:
    with use_cassette(path, provider="live", upstream=table):
        put(boto3.client("dynamodb"), "a", "3")
    assert get(client_of(table)) == "3"
    assert not path.parent.exists()


def test_a_replay_reaches_nobody(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials, no region, and a socket that must not be opened."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was made"))
    with use_cassette(recorded, on_unused="ignore"):
        assert get(boto3.client("dynamodb")) == "1"
        assert boto3.resource("dynamodb").Table("table").get_item(Key={"pk": "b"})["Item"]["v"] == 1


def test_live_answers_are_not_altered_by_redaction(path: Path, table: str) -> None:
    for mode in ("rewrite", "none"):
        with use_cassette(path, mode=mode, upstream=table, redact=["Item.mail"]):
            client = boto3.client("dynamodb")
            client.put_item(TableName="table", Item={"pk": {"S": "m"}, "mail": {"S": "anna@example.com"}})
            item = client.get_item(TableName="table", Key={"pk": {"S": "m"}})["Item"]
            assert item["mail"] == {"S": "anna@example.com"}
    assert b"anna@example.com" not in path.read_bytes()


def test_memos_replay_in_a_block(path: Path, table: str) -> None:
    made: list[str] = []

    def make() -> str:
        made.append(f"made {len(made) + 1}")
        return made[-1]

    for mode in ("rewrite", "none"):
        with use_cassette(path, mode=mode, upstream=table) as cassette:
            key = cassette.memo("key", make)
            put(boto3.client("dynamodb"), key)
            assert key == "made 1"
    assert made == ["made 1"]


# -- providers as objects --------------------------------------------------------------------------------------------


def test_providers_may_be_given_a_path(path: Path) -> None:
    recording = RecordingProvider(path)
    request = Request("GetItem", {"TableName": "table"})
    assert recording.before(request) is None
    recording.after(request, Response(200, {"x": 1}))
    recording.close()
    replay = ReplayProvider(path)
    assert (replay.offline, replay.endpoint) == (True, None)
    assert replay.before(Request("GetItem", {"TableName": "table"})) == Response(200, {"x": 1})
    with pytest.raises(UnexpectedRequest):
        replay.before(Request("GetItem", {"TableName": "table"}))


def test_a_recording_provider_sets_a_failed_attempt_aside(path: Path) -> None:
    recording = RecordingProvider(path)
    recording.after(Request("GetItem", {"TableName": "table"}), Response(200, {}))
    recording.close(passed=False)
    assert [entry.name for entry in path.parent.iterdir()] == [f"{path.name}.failed"]
