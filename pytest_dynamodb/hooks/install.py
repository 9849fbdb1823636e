"""Putting our handlers in place, once, whether botocore is already loaded or not, and taking them away again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, distribution
from types import ModuleType
from typing import Any

from pytest_dynamodb.forks import reentrant_lock
from pytest_dynamodb.hooks import active, internals

_lock = reentrant_lock()
_finder: _PostImport | None = None


def install(*, cover_imports: bool = False) -> bool:
    """Reach every DynamoDB client of this process, those that exist and those to come.

    Returns whether anything was installed: not if it was already. While nothing is active a call costs one look-up.
    ``cover_imports`` also lets clients be made without a region or credentials before any provider is in charge, for
    applications that make theirs when imported.
    """
    global _finder
    with _lock:
        internals.covers_imports = internals.covers_imports or cover_imports
        if _finder is not None:
            return False
        refuse_namesake()
        _finder = _PostImport()
        sys.meta_path.insert(0, _finder)
        for name, patch in internals.PATCHES.items():
            module = sys.modules.get(name)
            if module is not None:
                patch(module)
        if "botocore.hooks" in sys.modules:
            _register_with_living()
        return True


def refuse_namesake() -> None:
    """Raise ``ConfigurationError`` if a distribution with the same import package is installed beside this one."""
    try:
        distribution("pytest-dynamodb")
    except PackageNotFoundError:
        return
    from pytest_dynamodb.errors import ConfigurationError  # which most processes do not need

    raise ConfigurationError(
        "the distributions pytest-dynamodb and pytest-dynamodb-cassette both install the import package "
        "pytest_dynamodb and overwrite each other's files: uninstall both, then install only one of them again"
    )


def uninstall() -> None:
    """Take back every handler, every patch and the import hook."""
    global _finder
    with _lock:
        if _finder is None:
            return
        sys.meta_path.remove(_finder)
        _finder = None
        internals.covers_imports = False
        internals.restore()
        if "botocore.hooks" in sys.modules:
            from pytest_dynamodb.hooks.handlers import EVENTS

            for emitter in internals.living_emitters():
                for event, handler in EVENTS:
                    emitter.unregister(event, handler, unique_id=None)


def _register_with_living() -> None:
    from pytest_dynamodb.hooks.handlers import EVENTS

    for emitter in internals.living_emitters():
        for event, handler in EVENTS:
            emitter.register(event, handler)


class _PostImport(MetaPathFinder):
    """Runs a patch right after the module it is for has been imported for the first time."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in internals.PATCHES:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _PatchingLoader(spec.loader, internals.PATCHES[fullname])
                return spec
        return None


class _PatchingLoader(Loader):
    """A module's own loader, and a patch afterwards. Everything else is asked of the module's own loader."""

    def __init__(self, loader: Any, patch: Any) -> None:
        self._loader, self._patch = loader, patch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._patch(module)


def tag_clients(clients: Sequence[Any]) -> tuple[frozenset[object], Any]:
    """Tag the calls of ``clients`` (clients or resources); returns the tags and a function that removes them.

    Raises ``ConfigurationError`` for anything else.
    """
    from pytest_dynamodb.hooks.handlers import tag_client

    tag = object()
    handler = tag_client(tag)
    events = ("provide-client-params.dynamodb", "provide-client-params.dynamodb-streams")
    tagged = [_client_of(client) for client in clients]
    for client in tagged:
        active.tags_of[client] = active.tags_of.get(client, frozenset()) | {tag}
        for event in events:
            client.meta.events.register_first(event, handler)

    def remove() -> None:
        for client in tagged:
            active.tags_of[client] = active.tags_of.get(client, frozenset()) - {tag}
            for event in events:
                client.meta.events.unregister(event, handler)

    return frozenset({tag}), remove


def _client_of(client: Any) -> Any:
    """A resource's client, or the client itself."""
    client = getattr(getattr(client, "meta", None), "client", client)
    if not hasattr(getattr(client, "meta", None), "events"):
        from pytest_dynamodb.errors import ConfigurationError

        raise ConfigurationError(f"clients takes botocore or boto3 clients and resources, not {client!r}")
    return client
