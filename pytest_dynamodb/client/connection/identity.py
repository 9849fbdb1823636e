"""A session of botocore's, or aiobotocore's, whose credentials are the described ones.

They are botocore's own: its fetchers ask STS, its refreshable credentials know when they expire. Written here is only
which of them stand in which order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.client.connection.refresh import AsyncRefreshedAhead, RefreshedAhead
from pytest_dynamodb.client.credentials import Credentials


def new_session(credentials: Credentials | None, region: str | None, *, is_async: bool = False) -> Any:
    """A session of a client's own: making clients of a shared one is not thread-safe. Fetches nothing.

    ``region`` is where STS is asked. Raises botocore's ``ProfileNotFound``.
    """
    described = credentials or Credentials.default()
    kinds = _async_kinds() if is_async else _kinds()
    session = kinds.session(profile=described.settings.get("profile"))
    chain = session.get_component("credential_provider")
    make = chain.load_credentials if described.source == "default" else _Maker(kinds, region).later(described)
    session.register_component("credential_provider", kinds.resolver(chain, make))
    return session


@dataclass(frozen=True, slots=True)
class _Kinds:
    """botocore's classes, or aiobotocore's, and ours over them."""

    session: Callable[..., Any]
    static: Callable[..., Any]
    refreshable: Callable[..., Any]
    assume_role: Callable[..., Any]
    web_identity: Callable[..., Any]
    chain: Callable[..., Any]
    resolver: Callable[..., Any]


def _kinds() -> _Kinds:
    from botocore import credentials
    from botocore.session import Session

    return _Kinds(
        session=Session,
        static=credentials.Credentials,
        refreshable=credentials.DeferredRefreshableCredentials,
        assume_role=credentials.AssumeRoleCredentialFetcher,
        web_identity=credentials.AssumeRoleWithWebIdentityCredentialFetcher,
        chain=_Chain,
        resolver=_Resolver,
    )


def _async_kinds() -> _Kinds:
    from aiobotocore import credentials
    from aiobotocore.session import AioSession

    return _Kinds(
        session=AioSession,
        static=credentials.AioCredentials,
        refreshable=credentials.AioDeferredRefreshableCredentials,
        assume_role=credentials.AioAssumeRoleCredentialFetcher,
        web_identity=credentials.AioAssumeRoleWithWebIdentityCredentialFetcher,
        chain=_AsyncChain,
        resolver=_AsyncResolver,
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes what is described, the bases of roles first."""

    kinds: _Kinds
    region: str | None

    def later(self, described: Credentials) -> Callable[[], Any]:
        return lambda: self.made(described)

    def made(self, described: Credentials) -> Any:
        settings, kinds = described.settings, self.kinds
        if described.source == "static":
            return kinds.static(settings["access_key"], settings["secret_key"], settings["token"])
        if described.source == "default":
            return kinds.chain(kinds.session(profile=settings.get("profile")))
        fetcher = self._web_identity(described) if described.source == "web_identity" else self._assume_role(described)
        method = described.source.replace("_", "-")
        return kinds.refreshable(method=method, refresh_using=fetcher.fetch_credentials)

    def _assume_role(self, described: Credentials) -> Any:
        base = self.made(described.base or Credentials.default())
        settings = described.settings
        return self.kinds.assume_role(self._sts(settings), base, settings["role_arn"], settings["request"])

    def _web_identity(self, described: Credentials) -> Any:
        from botocore.utils import FileWebIdentityTokenLoader  # reads the file whenever it is asked

        settings = described.settings
        read_token = FileWebIdentityTokenLoader(settings["token_file"])
        return self.kinds.web_identity(self._sts(settings), read_token, settings["role_arn"], settings["request"])

    def _sts(self, settings: Any) -> Callable[..., Any]:
        """What makes a client of STS, in a session of its own: it may be in a thread of its own."""

        def create_client(service_name: str, **arguments: Any) -> Any:
            region = settings["region"] or self.region
            return self.kinds.session().create_client(
                service_name, region_name=region, endpoint_url=settings["endpoint_url"], **arguments
            )

        return create_client


class _Chain:
    """The default chain as the base of a role: asked when the role is first assumed."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def get_frozen_credentials(self) -> Any:
        from botocore.exceptions import NoCredentialsError

        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return credentials.get_frozen_credentials()


class _AsyncChain:
    """As ``_Chain``, for aiobotocore."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def get_frozen_credentials(self) -> Any:
        from botocore.exceptions import NoCredentialsError

        credentials = await self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return await credentials.get_frozen_credentials()


class _Resolver:
    """Stands in for botocore's ``CredentialResolver``: what a session asks when it makes its first client."""

    def __init__(self, chain: Any, make: Callable[[], Any]) -> None:
        self._chain, self._make = chain, make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def load_credentials(self) -> Any:
        """botocore's credentials; ``None`` if the default chain finds none."""
        credentials = self._make()
        return RefreshedAhead(credentials) if hasattr(credentials, "refresh_needed") else credentials


class _AsyncResolver(_Resolver):
    """As ``_Resolver``, for aiobotocore, whose chain is awaited."""

    async def load_credentials(self) -> Any:
        from inspect import isawaitable

        credentials = self._make()
        if isawaitable(credentials):
            credentials = await credentials
        return AsyncRefreshedAhead(credentials) if hasattr(credentials, "refresh_needed") else credentials
