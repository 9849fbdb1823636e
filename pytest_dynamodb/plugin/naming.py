"""Names of cassette files: readable, the same everywhere, and fit for every file system."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

SUFFIX = ".ddb.msgpack"

#: Longer names are shortened: file systems end at 255 bytes, and journals add to the name.
_LONGEST = 120
_UNFIT = re.compile(r"[^\w\-.\[\]=,+@()]", re.ASCII)


def item_file(item: pytest.Item, folder: Path, name: str | None = None) -> Path:
    """``<folder>/<module path without .py>/<Class>.<test>[id].ddb.msgpack``, or with ``name`` as its last part.

    A name with a slash is relative to ``folder``. Raises ``pytest.UsageError`` for one that leads out of it.
    """
    if name is None:
        return _module_folder(item, folder) / (_fit(_dotted(item)) + SUFFIX)
    name = name.removesuffix(SUFFIX)
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
        raise pytest.UsageError(f"{item.nodeid}: {name!r} is no name of a cassette: it must stay within {folder}")
    base = folder.joinpath(*parts[:-1]) if len(parts) > 1 else _module_folder(item, folder)
    return base / (_fit(parts[-1]) + SUFFIX)


def fixture_file(fixturedef: Any, request: pytest.FixtureRequest, folder: Path) -> Path:
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
        return folder.joinpath(*_parts(fixturedef.baseid)) / (_fit(name) + SUFFIX)
    node = request.node
    classes = [part.name for part in node.listchain() if isinstance(part, pytest.Class)]
    return folder.joinpath(*_parts(node.nodeid.split("::")[0])) / (_fit(".".join([*classes, name])) + SUFFIX)


def _dotted(item: pytest.Item) -> str:
    names = [node.name for node in item.listchain() if isinstance(node, pytest.Class | pytest.Item)]
    return ".".join(names)


def _module_folder(item: pytest.Item, folder: Path) -> Path:
    return folder.joinpath(*_parts(item.nodeid.split("::")[0]))


def _parts(path: str) -> list[str]:
    parts = [part for part in path.replace("\\", "/").removesuffix(".py").split("/") if part not in ("", ".")]
    return ["_up" if part == ".." else part for part in parts]


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


def _fit(name: str) -> str:
    """``name`` as a file name. One that had to be changed or shortened carries a hash, so that no two become one."""
    fit = _UNFIT.sub("-", name)
    if fit == name and len(fit) <= _LONGEST:
        return fit
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{fit[:_LONGEST]}-{digest}"
