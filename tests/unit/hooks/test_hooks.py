"""Every DynamoDB client of the process is reached, whenever it was made; nothing else is, and nothing stays behind."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.credentials
import botocore.handlers
import botocore.hooks
import botocore.session
import botocore.waiter
import pytest
from botocore.config import Config
from botocore.exceptions import NoCredentialsError, NoRegionError

from loopback import ROLE_CREDENTIALS, Server, json_answer, metadata, serving
from pytest_dynamodb import Outcome, Request, Response, UnexpectedRequest
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks import active, handlers, internals
from pytest_dynamodb.hooks import install as installation
from pytest_dynamodb.hooks.active import activate, current, deactivate
from pytest_dynamodb.hooks.install import install, tag_clients, uninstall
from pytest_dynamodb.providers.offline import BlockingProvider
from pytest_dynamodb.providers.upstream import LiveProvider

TABLE: dict[str, Any] = {"TableName": "table"}


class Canned(Provider):
    """A provider that answers everything itself, the same each time."""

    offline = True

    def __init__(self, *bodies: dict[str, Any]) -> None:
        self.bodies, self.requests = list(bodies) or [{}], list[Request]()

    def before(self, request: Request) -> Outcome | None:
        self.requests.append(request)
        return Response(200, self.bodies[min(len(self.requests), len(self.bodies)) - 1])

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing was let go")


class Listening(LiveProvider):
    """A provider that lets everything go and remembers what came back."""

    def __init__(self, upstream: str = "aws") -> None:
        super().__init__(upstream)
        self.heard = list[tuple[Request, Outcome]]()

    def after(self, request: Request, outcome: Outcome) -> None:
        self.heard.append((request, outcome))


@contextmanager
def in_charge(provider: Any, clients: list[Any] | None = None) -> Iterator[Any]:
    """The provider answers in this block."""
    install()
    tags, untag = tag_clients(clients) if clients is not None else (None, lambda: None)
    activation = activate(provider, tags=tags)
    try:
        yield provider
    finally:
        deactivate(activation)
        untag()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is installed when a test begins; afterwards all is as it was (the plugin may have installed it)."""
    was, covered = installation._finder is not None, internals.covers_imports
    uninstall()
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the credentials it found
    yield
    uninstall()
    if was:
        install(cover_imports=covered)


@pytest.fixture
def imds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An instance metadata service that has credentials."""
    with serving(metadata) as server:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
        yield server


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(seconds: float) -> None:
        if seconds > 0:
            raise AssertionError(f"slept {seconds} s")

    monkeypatch.setattr(time, "sleep", fail)


# -- reach -----------------------------------------------------------------------------------------------------------


def test_clients_resources_and_sessions_made_before_are_answered(credentials: dict[str, str]) -> None:
    client, resource, session = boto3.client("dynamodb"), boto3.resource("dynamodb"), boto3.Session()
    core: Any = botocore.session.get_session()
    with in_charge(Canned({"Item": {"pk": {"S": "a"}}})) as canned:
        assert client.get_item(**TABLE, Key={})["Item"] == {"pk": {"S": "a"}}
        assert resource.Table("table").get_item(Key={})["Item"] == {"pk": "a"}
        assert session.client("dynamodb").get_item(**TABLE, Key={})["Item"] == {"pk": {"S": "a"}}
        assert core.create_client("dynamodb").get_item(**TABLE, Key={})["Item"] == {"pk": {"S": "a"}}
    assert [request.operation for request in canned.requests] == ["GetItem"] * 4


def test_streams_are_answered_too(credentials: dict[str, str]) -> None:
    before = boto3.client("dynamodbstreams")
    with in_charge(Canned({"Streams": []})) as canned:
        for client in (before, boto3.client("dynamodbstreams")):
            assert client.list_streams()["Streams"] == []
    assert [request.operation for request in canned.requests] == ["ListStreams"] * 2


def test_each_call_is_answered_once_whenever_the_client_was_made(credentials: dict[str, str]) -> None:
    session = boto3.Session()
    before = session.client("dynamodb")
    with in_charge(Canned()) as canned:
        install()
        for client in (before, session.client("dynamodb"), boto3.Session().client("dynamodb")):
            client.list_tables()
    assert len(canned.requests) == 3


def test_a_request_says_what_is_needed_to_answer_it(credentials: dict[str, str]) -> None:
    with in_charge(Canned()) as canned:
        client = boto3.client("dynamodb", region_name="eu-west-1", endpoint_url="http://127.0.0.1:1")
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "table", "Item": {"b": {"B": b"\x00\x01"}}}}])
        client.put_item(**TABLE, Item={})
    first, second = canned.requests
    token = first.params.pop("ClientRequestToken")
    assert first.params == {"TransactItems": [{"Put": {"TableName": "table", "Item": {"b": {"B": "AAE="}}}}]}
    assert token
    assert first.tokens == ("ClientRequestToken",)
    assert second.tokens == ()
    assert (first.region, first.endpoint.rstrip("/")) == ("eu-west-1", "http://127.0.0.1:1")
    assert first.number < second.number


def test_other_services_pass_untouched(credentials: dict[str, str]) -> None:
    with serving(json_answer({"Keys": []})) as server, in_charge(Canned()) as canned:
        boto3.client("kms", endpoint_url=server.url).list_keys()
    assert (len(server.requests), canned.requests) == (1, [])


def test_what_an_answer_looks_like_to_other_handlers(credentials: dict[str, str]) -> None:
    client, seen = boto3.client("dynamodb"), []
    client.meta.events.register("after-call.dynamodb", lambda http_response, **_: seen.append(http_response))
    with in_charge(Canned({"TableNames": ["é"]})):
        answer = client.list_tables()
    (response,) = seen
    assert response.status_code == 200
    assert response.content.decode() == response.text == '{"TableNames":["\\u00e9"]}'
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
    assert answer["ResponseMetadata"]["RequestId"].startswith("PYTESTDYNAMODB")


# -- no region, no credentials, no metadata --------------------------------------------------------------------------


def test_a_replay_needs_no_region_no_credentials_and_never_asks_instance_metadata(imds: Server) -> None:
    with in_charge(Canned()) as canned:
        boto3.client("dynamodb").list_tables()
        boto3.resource("dynamodb").Table("table").get_item(Key={})
        boto3.client("dynamodbstreams").list_streams()
        made: Any = botocore.session.get_session().create_client("dynamodb")
        made.list_tables()
    assert len(canned.requests) == 4
    assert imds.requests == []


def test_a_session_that_needed_no_credentials_finds_those_that_are_set_later(
    imds: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = boto3.Session(region_name="us-east-1")
    with in_charge(Canned()):
        session.client("dynamodb").list_tables()
        assert imds.requests == []
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "later")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    found = session.get_credentials()
    assert found is not None
    assert found.access_key == "later"


def test_an_empty_region_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    with in_charge(Canned()) as canned:
        boto3.client("dynamodb").list_tables()
    assert canned.requests[0].region == "us-east-1"


def test_clients_made_at_import_time_are_covered_where_a_test_session_says_so(imds: Server) -> None:
    install(cover_imports=True)
    client = boto3.client("dynamodb")
    with in_charge(Canned()) as canned:
        client.list_tables()
    assert (len(canned.requests), imds.requests) == (1, [])


def test_a_call_in_a_region_that_nobody_chose_does_not_reach_aws(credentials: dict[str, str], monkeypatch: Any) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    install(cover_imports=True)
    client = boto3.client("dynamodb")
    with pytest.raises(NoRegionError):
        client.list_tables()
    with in_charge(LiveProvider()), pytest.raises(NoRegionError):
        client.list_tables()


def test_a_region_that_nobody_chose_will_do_for_an_endpoint_of_ones_own(
    credentials: dict[str, str], monkeypatch: Any
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with serving(json_answer({"TableNames": []})) as server, in_charge(Listening(server.url)) as listening:
        boto3.client("dynamodb").list_tables()
    assert [request.region for request, _ in listening.heard] == ["us-east-1"]


def test_no_region_is_an_error_for_other_services_and_outside_of_a_block() -> None:
    with in_charge(Canned()), pytest.raises(NoRegionError):
        boto3.client("sqs")
    with pytest.raises(NoRegionError):
        boto3.client("dynamodb")


@pytest.mark.parametrize("how", ["argument", "environment", "config", "session", "default config"])
def test_a_region_that_somebody_chose_is_kept(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session, core = None, botocore.session.Session()
    keywords: dict[str, Any] = {}
    if how == "argument":
        keywords["region_name"] = "eu-west-1"
    elif how == "environment":
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    elif how == "config":
        keywords["config"] = Config(region_name="eu-west-1")
    elif how == "session":
        session = boto3.Session(region_name="eu-west-1")
    else:
        core.set_default_client_config(Config(region_name="eu-west-1"))
    with in_charge(Canned()) as canned:
        (session or boto3.Session(botocore_session=core)).client("dynamodb", **keywords).list_tables()
    assert canned.requests[0].region == "eu-west-1"


def test_a_live_call_gets_credentials_from_instance_metadata_when_it_is_signed(
    imds: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []

    def answer(handler: Any) -> None:
        keys.append(handler.headers["Authorization"])
        json_answer({"TableNames": []})(handler)

    monkeypatch.setattr("pytest_dynamodb.hooks.defaults.is_loopback", lambda url: False)  # as if it were elsewhere
    with serving(answer) as server, in_charge(Listening(server.url)):
        client = boto3.client("dynamodb", region_name="us-east-1")
        assert imds.requests == []
        client.list_tables()
    assert f"Credential={ROLE_CREDENTIALS['AccessKeyId']}/" in keys[0]
    assert imds.requests


def test_a_live_call_without_any_credentials_fails_as_it_always_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("pytest_dynamodb.hooks.defaults.is_loopback", lambda url: False)  # as if it were elsewhere
    with serving(json_answer({})) as server, in_charge(Listening(server.url)):
        client = boto3.client("dynamodb", region_name="us-east-1")
        with pytest.raises(NoCredentialsError):
            client.list_tables()
    assert server.requests == []


# -- upstream --------------------------------------------------------------------------------------------------------


def test_an_upstream_reaches_clients_that_name_no_endpoint_old_and_new(credentials: dict[str, str]) -> None:
    old: list[Any] = [boto3.client("dynamodb"), boto3.client("dynamodbstreams")]
    with serving(json_answer({})) as server, in_charge(Listening(server.url)) as listening:
        for client in (*old, boto3.client("dynamodb"), boto3.client("dynamodbstreams")):
            client.list_tables() if client.meta.service_model.service_name == "dynamodb" else client.list_streams()
    assert len(server.requests) == len(listening.heard) == 4
    assert {request.endpoint.rstrip("/") for request, _ in listening.heard} == {server.url}


def test_a_client_that_names_an_endpoint_keeps_it(credentials: dict[str, str]) -> None:
    with serving(json_answer({})) as own, serving(json_answer({})) as upstream:
        old = boto3.client("dynamodb", endpoint_url=own.url)
        with in_charge(Listening(upstream.url)):
            old.list_tables()
            boto3.client("dynamodb", endpoint_url=own.url).list_tables()
        assert (len(own.requests), len(upstream.requests)) == (2, 0)


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"])
def test_an_endpoint_of_the_environment_gives_way_to_an_upstream(
    variable: str, credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(json_answer({})) as environment, serving(json_answer({})) as upstream:
        monkeypatch.setenv(variable, environment.url)
        client = boto3.client("dynamodb")
        with in_charge(Listening(upstream.url)):
            client.list_tables()
        with in_charge(Listening("aws")):
            client.list_tables()
        assert (len(environment.requests), len(upstream.requests)) == (1, 1)


def test_after_a_block_clients_go_where_they_went_before(credentials: dict[str, str]) -> None:
    with serving(json_answer({})) as home, serving(json_answer({})) as upstream:
        client = boto3.client("dynamodb", endpoint_url=home.url)
        with in_charge(Canned()):
            client.list_tables()
        with in_charge(Listening(upstream.url)):
            pass
        client.list_tables()
        assert len(home.requests) == 1


# -- waiting ---------------------------------------------------------------------------------------------------------

CREATING, ACTIVE = {"Table": {"TableStatus": "CREATING"}}, {"Table": {"TableStatus": "ACTIVE"}}


@pytest.mark.usefixtures("no_sleep")
def test_waiters_do_not_sleep_in_a_replay() -> None:
    with in_charge(Canned(CREATING, CREATING, ACTIVE)) as canned:
        boto3.client("dynamodb").get_waiter("table_exists").wait(**TABLE)
    assert len(canned.requests) == 3


@pytest.mark.usefixtures("no_sleep")
def test_resources_wait_without_sleeping_too() -> None:
    with in_charge(Canned(CREATING, ACTIVE)) as canned:
        boto3.resource("dynamodb").Table("table").wait_until_exists()
    assert len(canned.requests) == 2


@pytest.mark.usefixtures("no_sleep")
def test_waiters_of_given_clients_do_not_sleep_either(credentials: dict[str, str]) -> None:
    client = boto3.client("dynamodb")
    with in_charge(Canned(CREATING, ACTIVE), clients=[client]) as canned:
        client.get_waiter("table_exists").wait(**TABLE)
    assert len(canned.requests) == 2


def test_live_waiters_keep_their_delay(credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    client = boto3.client("dynamodb")
    with serving(json_answer(CREATING), json_answer(ACTIVE)) as server, in_charge(Listening(server.url)):
        client.get_waiter("table_exists").wait(**TABLE, WaiterConfig={"Delay": 7})
    assert slept == [7]


@pytest.mark.aiobotocore
def test_aiobotocore_waiters_do_not_sleep_in_a_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    session = importlib.import_module("aiobotocore.session").get_session()
    sleep, slept = asyncio.sleep, []

    async def counted(seconds: float, *rest: Any) -> Any:
        slept.append(seconds)
        return await sleep(0, *rest)

    monkeypatch.setattr(asyncio, "sleep", counted)

    async def main() -> None:
        async with session.create_client("dynamodb") as client:
            await client.get_waiter("table_exists").wait(**TABLE)

    with in_charge(Canned(CREATING, CREATING, ACTIVE)) as canned:
        asyncio.run(main())
    assert len(canned.requests) == 3
    assert not any(slept)


# -- aiobotocore -----------------------------------------------------------------------------------------------------


@pytest.mark.aiobotocore
def test_aiobotocore_clients_are_answered_without_region_credentials_or_metadata(imds: Server) -> None:
    session = importlib.import_module("aiobotocore.session").get_session()

    async def main() -> Any:
        async with session.create_client("dynamodb") as client:
            return await client.get_item(**TABLE, Key={})

    with in_charge(Canned({"Item": {"b": {"B": "AAE="}}})) as canned:
        assert asyncio.run(main())["Item"] == {"b": {"B": b"\x00\x01"}}
    assert (len(canned.requests), imds.requests) == (1, [])


@pytest.mark.aiobotocore
def test_aiobotocore_clients_made_before_are_reached_and_go_upstream_with_metadata_credentials(
    imds: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = importlib.import_module("aiobotocore.session").get_session()

    async def main(url: str) -> Any:
        async with session.create_client("dynamodb", region_name="us-east-1") as client:
            with in_charge(Canned({"TableNames": ["canned"]})):
                first = await client.list_tables()
            with in_charge(Listening(url)) as listening:
                second = await client.list_tables()
            return first["TableNames"], second["TableNames"], listening.heard

    install(cover_imports=True)
    monkeypatch.setattr("pytest_dynamodb.hooks.defaults.is_loopback", lambda url: False)  # as if it were elsewhere
    with serving(json_answer({"TableNames": ["live"]})) as server:
        first, second, heard = asyncio.run(main(server.url))
    assert (first, second) == (["canned"], ["live"])
    assert [(request.operation, outcome.attempts) for request, outcome in heard] == [("ListTables", 1)]
    assert imds.requests


@pytest.mark.aiobotocore
def test_no_region_is_an_error_for_other_aiobotocore_services() -> None:
    session = importlib.import_module("aiobotocore.session").get_session()

    async def main() -> None:
        async with session.create_client("sqs"):
            raise AssertionError("made without a region")

    with in_charge(Canned()), pytest.raises(NoRegionError):
        asyncio.run(main())


# -- nothing gets through --------------------------------------------------------------------------------------------


def test_a_blocking_provider_names_the_call_and_the_reason() -> None:
    with in_charge(BlockingProvider("this test is not marked")):
        client = boto3.client("dynamodb")
        with pytest.raises(UnexpectedRequest, match="GetItem on table: this test is not marked"):
            client.get_item(**TABLE, Key={})
        with pytest.raises(UnexpectedRequest, match=r"ListTables on \(no table\)"):
            client.list_tables()


def test_what_a_provider_raises_is_neither_wrapped_nor_retried(no_sleep: None) -> None:
    calls = []

    class Refusing(Canned):
        def before(self, request: Request) -> Outcome | None:
            calls.append(request)
            raise UnexpectedRequest("no")

    with in_charge(Refusing()), pytest.raises(UnexpectedRequest, match=r"^no$"):
        boto3.client("dynamodb").list_tables()
    assert len(calls) == 1


# -- coming and going ------------------------------------------------------------------------------------------------


def registered() -> list[tuple[str, list[str]]]:
    """All handlers of ours that any living emitter has."""
    gc.collect()
    found = []
    for emitter in internals.living_emitters():
        for event, handler in handlers.EVENTS:
            if handler in emitter._handlers.prefix_search(event):
                found.append((event, [str(handler)]))
    return found


def patched() -> dict[str, Any]:
    """Whatever of botocore is ever patched."""
    names = {
        "session": botocore.session.Session.__dict__["create_client"],
        "credentials": botocore.credentials.InstanceMetadataProvider.__dict__["load"],
        "waiter": botocore.waiter.Waiter.__dict__["wait"],
        "handlers": list(botocore.handlers.BUILTIN_HANDLERS),
        "meta_path": list(sys.meta_path),
        "covers_imports": internals.covers_imports,
    }
    for name in ("aiobotocore.session", "aiobotocore.credentials", "aiobotocore.waiter"):
        if name in sys.modules:
            for kind in vars(sys.modules[name]).values():
                if isinstance(kind, type):
                    names[f"{name}.{kind.__name__}"] = dict(vars(kind))
    return names


def test_uninstalling_leaves_no_trace(credentials: dict[str, str]) -> None:
    before, old = patched(), boto3.client("dynamodb")
    assert registered() == []
    install(cover_imports=True)
    new, resource = boto3.client("dynamodb"), boto3.resource("dynamodb")
    assert registered()
    assert patched() != before
    uninstall()
    assert patched() == before
    assert registered() == []
    with serving(json_answer({"TableNames": []})) as server:
        for client in (old, new, resource.meta.client):
            client.meta.events.register("before-call.dynamodb", lambda params, **_: params.update(url=server.url))
            client.list_tables()
        assert len(server.requests) == 3
    assert current() is None


def test_installing_and_uninstalling_are_idempotent() -> None:
    before = patched()
    install()
    once = patched()
    install()
    assert patched()["handlers"] == once["handlers"]
    assert patched()["meta_path"] == once["meta_path"]
    uninstall()
    uninstall()
    assert patched() == before


def test_a_patch_that_somebody_wrapped_stays_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    ours = botocore.waiter.Waiter.wait

    def theirs(self: Any, **kwargs: Any) -> Any:
        return ours(self, **kwargs)

    original = internals._restorers  # keeps the test honest about what it looks at
    assert original
    with monkeypatch.context() as patch:
        patch.setattr(botocore.waiter.Waiter, "wait", theirs)
        uninstall()
        assert botocore.waiter.Waiter.wait is theirs
    botocore.waiter.Waiter.wait = ours.__wrapped__  # type: ignore[attr-defined,method-assign]


@pytest.mark.parametrize("wrong", [object(), None, "dynamodb"])
def test_what_is_no_client_is_a_configuration_error(wrong: object, credentials: dict[str, str]) -> None:
    client = boto3.client("dynamodb")
    with pytest.raises(ConfigurationError, match="clients takes botocore or boto3 clients"):
        tag_clients([client, wrong])
    assert not active.tags_of.get(client)


def test_giving_clients_back_leaves_their_emitters_as_they_were(credentials: dict[str, str]) -> None:
    client: Any = boto3.client("dynamodb")
    resource: Any = boto3.resource("dynamodb")
    install()
    event = "provide-client-params.dynamodb.GetItem"
    count = [len(list(c.meta.events._emitter._handlers.prefix_search(event))) for c in (client, resource.meta.client)]
    with in_charge(Canned(), clients=[client, resource]) as canned:
        client.list_tables()
        resource.Table("table").get_item(Key={})
        assert len(canned.requests) == 2
    assert count == [
        len(list(c.meta.events._emitter._handlers.prefix_search(event))) for c in (client, resource.meta.client)
    ]


def test_without_an_active_provider_a_call_costs_one_look_up(
    credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    asked: list[Any] = []
    monkeypatch.setattr(handlers, "current", asked.append)
    parsed: list[str] = []
    monkeypatch.setattr(json, "loads", parsed.append)
    context: dict[str, Any] = {}
    handlers.before_call(None, {"url": "http://x", "body": b"{}"}, context)
    assert asked == [None]
    handlers.response_received(context, {})
    handlers.after_call(context, {})
    handlers.after_call_error(context, ValueError())
    assert (len(asked), parsed, context) == (1, [], {})


def in_a_process(code: str) -> str:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_installing_imports_nothing_of_botocore_and_still_reaches_clients_to_come() -> None:
    code = """
import sys
from pytest_dynamodb.hooks.install import install, uninstall
install(cover_imports=True)
assert not [name for name in sys.modules if name.split(".")[0] in ("botocore", "boto3", "aiobotocore")]
import boto3
client = boto3.client("dynamodb")
from pytest_dynamodb.hooks.active import activate
from pytest_dynamodb.providers.offline import BlockingProvider
from pytest_dynamodb import UnexpectedRequest
activate(BlockingProvider("blocked"))
try:
    client.list_tables()
except UnexpectedRequest:
    print("reached")
import botocore.session, botocore.waiter
assert botocore.session.__spec__.loader.__class__.__name__ == "SourceFileLoader", botocore.session.__spec__.loader
assert botocore.session.__loader__ is botocore.session.__spec__.loader
uninstall()
assert not [finder for finder in sys.meta_path if type(finder).__module__.startswith("pytest_dynamodb")]
for function in (botocore.session.Session.create_client, botocore.waiter.Waiter.wait):
    assert "pytest_dynamodb" not in function.__code__.co_filename
"""
    assert in_a_process(code) == "reached"
