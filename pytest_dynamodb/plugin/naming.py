"""Which cassette file belongs to which test, and to which fixture."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from pytest_dynamodb.cassette.filenames import fit
from pytest_dynamodb.plugin.homes import Home
from pytest_dynamodb.plugin.state import state_of

SUFFIX = ".ddb.msgpack"


def item_file(item: pytest.Item, home: Home, name: str | None = None, *, apart: bool = False) -> Path:
    """``<dir>/<module path without .py>/<Class>.<test>[id].ddb.msgpack``, or with ``name`` as its last part.

    A name with a slash is relative to ``<dir>``. ``apart`` says that another test's name differs only in case. Raises
    ``pytest.UsageError`` for a name that leads out of the folder.
    """
    if name is None:
        return home.of_module(item.nodeid) / (fit(dotted(item), apart=apart) + SUFFIX)
    name = name.removesuffix(SUFFIX)
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
        raise pytest.UsageError(f"{item.nodeid}: {name!r} is no name of a cassette: it must stay within {home.folder}")
    base = home.above_module(item.nodeid).joinpath(*parts[:-1]) if len(parts) > 1 else home.of_module(item.nodeid)
    return base / (fit(parts[-1]) + SUFFIX)


def owner_of(item: pytest.Item) -> str:
    """The node id of the test that owns a test's cassette: its own, or that which its repetitions have in common."""
    return item.nodeid.removesuffix(item.name) + _shown(item)


def _once(item: pytest.Item) -> str:
    """A test's name without what pytest-repeat adds to the name of each repetition, such as ``[2-3]``."""
    step = getattr(getattr(item, "callspec", None), "params", {}).get("__pytest_repeat_step_number")
    if step is None:
        return item.name
    return re.sub(rf"\[{step + 1}-\d+\]$", "", re.sub(rf"-{step + 1}-\d+\]$", "]", item.name))


def differ_only_in_case(items: Iterable[pytest.Item]) -> set[str]:
    """The node ids of tests whose file needs a name that some file system does not take for another test's.

    Of several, one that is all lower case keeps its plain name.
    """
    alike: dict[tuple[str, str], set[str]] = defaultdict(set)
    names = {item.nodeid: (item.nodeid.split("::")[0], dotted(item)) for item in items}
    for module, name in names.values():
        alike[module, name.casefold()].add(name)
    return {
        node_id
        for node_id, (module, name) in names.items()
        if len(alike[module, name.casefold()]) > 1 and name != name.casefold()
    }


def fixture_file(fixturedef: Any, request: pytest.FixtureRequest, home: Home) -> Path:
    """``fixture.<name>[id].ddb.msgpack`` beside the cassettes of what the fixture is set up for.

    That is where it is defined for session scope, the package, module or class (as ``<Class>.fixture.…``) otherwise.
    """
    name = f"fixture.{fixturedef.argname}"
    if hasattr(request, "param"):
        name += f"[{_parameter(fixturedef, request)}]"
    above = _overridden(fixturedef, request)
    if above:
        name += f"+{above}"
    if fixturedef.scope == "session":
        return home.of(fixturedef.baseid) / (fit(name) + SUFFIX)
    node = request.node
    classes = [part.name for part in node.listchain() if isinstance(part, pytest.Class)]
    return home.of(node.nodeid) / (fit(".".join([*classes, name])) + SUFFIX)


def dotted(item: pytest.Item) -> str:
    """The name of a test with those of its classes: ``<Class>.<test>[id]``."""
    names = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    return ".".join([*names, _shown(item)])


def _shown(item: pytest.Item) -> str:
    return _once(item) if state_of(item.config).settings.shares_repetitions else item.name


def _overridden(fixturedef: Any, request: pytest.FixtureRequest) -> int:
    """How many fixtures of its name and scope a fixture overrides that are defined for the same place.

    Such as one of a plugin, overridden in the root ``conftest.py``: each needs a cassette of its own.
    """
    known = getattr(getattr(getattr(request, "_pyfuncitem", None), "_fixtureinfo", None), "name2fixturedefs", {})
    alike = [
        other
        for other in known.get(fixturedef.argname, ())
        if other.scope == fixturedef.scope and (other.scope != "session" or other.baseid == fixturedef.baseid)
    ]
    return alike.index(fixturedef) if fixturedef in alike else 0


def _parameter(fixturedef: Any, request: pytest.FixtureRequest) -> str:
    """A parameter in words that are the same in every run, and no other parameter's."""
    words = _words(request.param)
    twins = [parameter for parameter in fixturedef.params or () if _words(parameter) == words]
    if not words or len(twins) > 1:
        words += f"#{getattr(request, 'param_index', 0)}"
    return words


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    words = str(getattr(value, "__qualname__", "")) or repr(value)
    return "" if " at 0x" in words else words
