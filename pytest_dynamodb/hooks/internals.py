"""Every place where botocore, aiobotocore or Python is reached past its documented interface, and why.

===========================================  ========================================================================
name                                         why there is no other way
===========================================  ========================================================================
``botocore.handlers.BUILTIN_HANDLERS``       the list from which every new session takes its handlers; the documented
                                             way, ``session.register``, needs the session, and applications make theirs
                                             out of our sight (moto hooks here too)
``botocore.hooks.HierarchicalEmitter``       found among the live objects once, to reach sessions and clients that were
                                             made before installation
``botocore.retries.quota.RetryQuota``        found among the live objects in the same way: how many retries a client has
                                             left is its own, and a run that is to be like the one before begins with as
                                             many
``Session.create_client`` (wrapped)          a client without a region must be possible while a replay answers, and the
                                             region is decided here, before any event
``Session.get_credentials`` (wrapped),       a session keeps the first credentials it finds; what is put off (next row)
``Session._credentials``                     must not be kept, as the next test may set some
``InstanceMetadataProvider.load`` (wrapped)  asks the metadata service while a client is *made*, for up to seconds; the
``…._role_fetcher``                          wrapped one asks when a request is *signed*, which replays never are
``RequestSigner._credentials``               nobody else knows whether a client has any; a call to a server on this
                                             machine is lent some (``signing.request_credentials``, S3 Express's way)
``Waiter.wait`` (wrapped)                    sleeps between polls; the delay is a parameter of the call, not of an event
``botocore.endpoint.time`` (replaced),       the endpoint sleeps for as long as botocore's retry handler says, and
``aiobotocore.endpoint.asyncio`` (replaced)  must not where nothing but a mock or a replay answers; no event is between
``AnyioEndpoint._sleep`` (wrapped)           the two
``Thread.start``,                            a call of a thread that has outlived its test must be told from one of the
``ThreadPoolExecutor.submit`` (wrapped)      present test; no context is handed over to threads
``vcr.cassette.Cassette.play_response``      vcrpy answers in the place of the connection, and its answers look like the
(wrapped)                                    network's; they must not be recorded as such
``subprocess.Popen.__init__`` (wrapped)      a program that is started has its endpoint from the environment, and from
                                             nothing else that could be reached
``BaseProcess.start`` (wrapped)              a spawned process is given its process object and nothing else: what it
                                             inherits rides on that
``Waiter._operation_method``                 leads to the waiter's client, which may be one of those in ``clients=``
``…._client_method``
===========================================  ========================================================================

Each is put in place by a function of ``PATCHES`` once its module is imported, and taken back by ``restore``.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pytest_dynamodb.hooks import active
from pytest_dynamodb.hooks.active import OwnedFunction, inherit
from pytest_dynamodb.hooks.defaults import LAST_RESORT, PUT_OFF

COVERED_SERVICES = frozenset({"dynamodb", "dynamodbstreams"})

covers_imports = False
"""Set while a pytest session runs: clients made at import time, before any provider is in charge, are covered too."""

_has_own_provider: ContextVar[bool] = ContextVar("pytest_dynamodb_own_provider", default=False)

_restorers: list[Callable[[], None]] = []


def patch_handlers(module: Any) -> None:
    """Give every session made from now on our handlers."""
    from pytest_dynamodb.hooks.handlers import EVENTS

    module.BUILTIN_HANDLERS.extend(EVENTS)

    def restore() -> None:
        for event in EVENTS:
            if event in module.BUILTIN_HANDLERS:
                module.BUILTIN_HANDLERS.remove(event)

    _restorers.append(restore)


def patch_threads(module: Any) -> None:
    """Have each thread know which test started it."""
    original = module.Thread.__dict__["start"]

    @functools.wraps(original)
    def start(self: Any) -> None:
        inherit(self)
        original(self)

    _replace(module.Thread, "start", start)


def patch_pools(module: Any) -> None:
    """Have each job of a pool know which test submitted it; its thread may be another's."""
    original = module.ThreadPoolExecutor.__dict__["submit"]

    @functools.wraps(original)
    def submit(self: Any, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        return original(self, OwnedFunction(function), *args, **kwargs)

    _replace(module.ThreadPoolExecutor, "submit", submit)


def patch_vcr(module: Any) -> None:
    """Notice when vcrpy answers a call of ours from its own recordings: it takes the place of the connection."""
    original = module.Cassette.__dict__["play_response"]

    @functools.wraps(original)
    def play_response(self: Any, request: Any) -> Any:
        from pytest_dynamodb.hooks.handlers import played_elsewhere

        played_elsewhere(str(getattr(self, "_path", "") or "one of its cassettes"))
        return original(self, request)

    _replace(module.Cassette, "play_response", play_response)


before_start: list[Callable[[Any], None]] = []
"""What is done with each process of ``multiprocessing`` before it is started; see ``processes``."""

environments: list[Callable[[Mapping[str, str] | None], Mapping[str, str] | None]] = []
"""What may change the environment of a program that is about to be started; see ``processes``."""

_ENV = 10
"""Where ``Popen`` takes the environment, counted from its first argument."""


def patch_programs(module: Any) -> None:
    """Let ``environments`` change a program's environment before it starts: nothing else of it can be reached."""
    original = module.Popen.__dict__["__init__"]

    @functools.wraps(original)
    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(args) <= _ENV:
            for listener in environments:
                kwargs["env"] = listener(kwargs.get("env"))
        original(self, *args, **kwargs)

    _replace(module.Popen, "__init__", initialise)


def patch_processes(module: Any) -> None:
    """Call ``before_start`` with each process: a spawned one gets nothing but its process object."""
    original = module.BaseProcess.__dict__["start"]

    @functools.wraps(original)
    def start(self: Any) -> None:
        for listener in before_start:
            listener(self)
        original(self)

    _replace(module.BaseProcess, "start", start)


def patch_session(module: Any) -> None:
    """Let clients of the covered services be made without a region, where replays may answer them."""
    name = "AioSession" if hasattr(module, "AioSession") else "Session"
    session = getattr(module, name)
    original = session.__dict__.get("create_client")
    if original is None:
        return

    @functools.wraps(original)
    def create_client(self: Any, service_name: str, region_name: str | None = None, *args: Any, **kwargs: Any) -> Any:
        if region_name is None and service_name in COVERED_SERVICES and _may_be_answered():
            region_name = _configured_region(self, kwargs.get("config"))
        return original(self, service_name, region_name, *args, **kwargs)

    _replace(session, "create_client", create_client)
    look_up = session.get_credentials

    @functools.wraps(look_up)
    def get_credentials(self: Any) -> Any:
        # A session keeps what it found. What was only put off while nobody needed credentials is not found yet: they
        # may have been set since, in the next test for one.
        kept = getattr(self, "_credentials", None)
        if getattr(kept, PUT_OFF, False) and getattr(kept, "_access_key", None) is None:
            self._credentials = None
        return look_up(self)

    _replace(session, "get_credentials", get_credentials)


def _configured_region(session: Any, config: Any) -> str | None:
    configs = (config, session.get_default_client_config())
    if any(getattr(chosen, "region_name", None) for chosen in configs):
        return None  # botocore finds it by itself
    # An empty variable is how CI systems pass one that is not set; botocore would take it for a region's name.
    return None if session.get_config_variable("region") else LAST_RESORT


def patch_credentials(module: Any) -> None:
    """Ask instance metadata for credentials when a request is signed, not when a client is made."""
    from botocore.exceptions import NoCredentialsError

    is_async = hasattr(module, "AioInstanceMetadataProvider")
    provider = module.AioInstanceMetadataProvider if is_async else module.InstanceMetadataProvider
    deferred = module.AioDeferredRefreshableCredentials if is_async else module.DeferredRefreshableCredentials
    original = provider.__dict__["load"]

    def fetch_later(self: Any) -> Any:
        def fetch() -> Any:
            metadata = self._role_fetcher.retrieve_iam_role_credentials()
            if not metadata:
                raise NoCredentialsError
            return metadata

        async def fetch_async() -> Any:
            metadata = await self._role_fetcher.retrieve_iam_role_credentials()
            if not metadata:
                raise NoCredentialsError
            return metadata

        credentials = deferred(refresh_using=fetch_async if is_async else fetch, method=self.METHOD)
        setattr(credentials, PUT_OFF, True)
        return credentials

    if is_async:

        @functools.wraps(original)
        async def load_async(self: Any) -> Any:
            return fetch_later(self) if _may_be_answered() else await original(self)

        _replace(provider, "load", load_async)
    else:

        @functools.wraps(original)
        def load(self: Any) -> Any:
            return fetch_later(self) if _may_be_answered() else original(self)

        _replace(provider, "load", load)


def patch_waiter(module: Any) -> None:
    """Poll without a pause while a provider answers by itself: there is nothing to wait for."""
    waiter = getattr(module, "AIOWaiter", None) or module.Waiter
    original = waiter.__dict__["wait"]

    @functools.wraps(original)
    def wait(self: Any, **kwargs: Any) -> Any:
        client = getattr(getattr(self._operation_method, "_client_method", None), "__self__", None)
        provider = active.current(None if client is None else active.tags_of.get(client))
        # get_waiter() names the class after the service: "DynamoDB.Waiter.TableExists".
        if provider is not None and provider.offline and type(self).__name__.startswith("DynamoDB"):
            kwargs["WaiterConfig"] = {**kwargs.get("WaiterConfig", {}), "Delay": 0}
        return original(self, **kwargs)  # a coroutine under aiobotocore, which the caller awaits

    _replace(waiter, "wait", wait)


class _WithoutSleep:
    """A module of the standard library, but for ``sleep``."""

    def __init__(self, module: Any, sleep: Any) -> None:
        self._module, self.sleep = module, sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def patch_endpoint(module: Any) -> None:
    """Let the pauses between attempts pass in virtual time while a provider answers by itself."""
    time = module.time

    def sleep(seconds: float) -> None:
        from pytest_dynamodb.hooks.handlers import pause

        # 0 where no time passes: others get their turn all the same.
        time.sleep(0 if pause(seconds) else seconds)

    _replace(module, "time", _WithoutSleep(time, sleep))


def patch_async_endpoint(module: Any) -> None:
    """As ``patch_endpoint``, for aiobotocore: each of its endpoints sleeps in its own way."""
    asyncio = module.asyncio

    async def sleep(seconds: float, *args: Any) -> Any:
        from pytest_dynamodb.hooks.handlers import pause

        return await asyncio.sleep(0 if pause(seconds) else seconds, *args)

    _replace(module, "asyncio", _WithoutSleep(asyncio, sleep))
    endpoint = getattr(module, "AnyioEndpoint", None)
    if endpoint is not None:  # of httpx, which sleeps with another library
        _replace(endpoint, "_sleep", _pausing(endpoint.__dict__["_sleep"]))


def _pausing(original: Any) -> Any:
    @functools.wraps(original)
    async def _sleep(self: Any, seconds: float) -> None:
        from pytest_dynamodb.hooks.handlers import pause

        await original(self, 0 if pause(seconds) else seconds)

    return _sleep


PATCHES: dict[str, Callable[[Any], None]] = {
    "threading": patch_threads,
    "concurrent.futures.thread": patch_pools,
    "multiprocessing.process": patch_processes,
    "subprocess": patch_programs,
    "vcr.cassette": patch_vcr,
    "botocore.handlers": patch_handlers,
    "botocore.endpoint": patch_endpoint,
    "botocore.session": patch_session,
    "botocore.credentials": patch_credentials,
    "botocore.waiter": patch_waiter,
    "aiobotocore.endpoint": patch_async_endpoint,
    "aiobotocore.session": patch_session,
    "aiobotocore.credentials": patch_credentials,
    "aiobotocore.waiter": patch_waiter,
}
"""What to do with a module once it is imported."""


def restore() -> None:
    """Take every patch back, the last one first."""
    while _restorers:
        _restorers.pop()()


def living_emitters() -> Iterator[Any]:
    """The event emitters of all sessions and clients there are."""
    hooks = sys.modules.get("botocore.hooks")
    if hooks is None:
        return
    for candidate in gc.get_objects():
        # type(), not isinstance(): proxies of other libraries answer __class__ by running code.
        if issubclass(type(candidate), hooks.HierarchicalEmitter):
            yield candidate


def living_retry_quotas() -> list[Any]:
    """What clients have left for retries in botocore's mode ``standard``. ``release`` gives some of it back."""
    module = sys.modules.get("botocore.retries.quota")
    if module is None:
        return []
    return [candidate for candidate in gc.get_objects() if type(candidate) is module.RetryQuota]


@contextmanager
def own_provider() -> Iterator[None]:
    """In this block a client is made that gets a provider of its own: it needs no region and no credentials yet."""
    token = _has_own_provider.set(True)
    try:
        yield
    finally:
        _has_own_provider.reset(token)


def _may_be_answered() -> bool:
    return covers_imports or _has_own_provider.get() or active.current() is not None


def _replace(owner: Any, name: str, value: Any) -> None:
    original = owner.__dict__[name]
    setattr(owner, name, value)

    def restore() -> None:
        if owner.__dict__.get(name) is value:  # someone who wrapped ours keeps what they have
            setattr(owner, name, original)

    _restorers.append(restore)
