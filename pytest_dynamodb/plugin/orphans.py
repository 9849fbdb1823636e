"""Cassettes that no test owns, judged by what was collected rather than by what ran.

A cassette is an orphan if what its owner was in (a folder, module or class) was collected whole, before ``-k``,
``--lf`` or a node id narrowed the choice, and the owner was not there; or if its owner ran and used another cassette,
or none. What was not looked into is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.plugin.naming import SUFFIX, owner_of
from pytest_dynamodb.plugin.state import PluginState

Findings = Mapping[str, Mapping[str, str]]
"""What one process found: for each cassette by its path, why it has no owner any more.

All processes must agree on what is ``gone``, because they all collected the same. Only the process that ran a test
knows whether its cassette ``moved``."""


def find_orphans(session: pytest.Session, state: PluginState) -> Findings:
    """What this process knows of orphaned cassettes, and which cassettes it opened."""
    state.known_nodes.update(owner_of(item) for item in state.collected_items)
    judge = _Judge(session, state)
    found: dict[str, dict[str, str]] = {"gone": {}, "moved": {}, "opened": {}}
    for path in sorted(_cassettes(state)):
        if path in state.opened:
            found["opened"][str(path)] = ""
            continue
        owners = _owners(path)
        moved = [judge.moved(owner, path) for owner in owners]
        gone = [judge.gone(owner, path) for owner in owners]
        if moved and all(moved):
            found["moved"][str(path)] = moved[0]
        elif gone and all(gone):
            found["gone"][str(path)] = gone[0]
    return found


def _cassettes(state: PluginState) -> set[Path]:
    """The cassettes that are looked at: those in the project's folder, or in the folders beside what was collected."""
    home = state.settings.home
    folders = {home.folder}
    if home.beside:
        modules = {node.split("::")[0] for node in state.known_nodes}
        folders.update(home.above_module(module) for module in modules if module.endswith(".py"))
    return {path for folder in folders for path in folder.rglob(f"*{SUFFIX}")}


def agreed(findings: Sequence[Findings]) -> dict[str, str]:
    """The orphans that several processes found together, and why each is one."""
    opened = {path for found in findings for path in found["opened"]}
    moved = {path: why for found in findings for path, why in found["moved"].items() if path not in opened}
    gone = {
        path: why
        for path, why in (findings[0]["gone"].items() if findings else ())
        if all(path in found["gone"] for found in findings)
    }
    return {**gone, **moved}


def _owners(path: Path) -> list[str]:
    """The node ids that a cassette is of; none if that cannot be told."""
    from pytest_dynamodb.cassette.store import read

    try:
        contents = read(path)
    except CassetteError:
        return []  # damage is reported by whoever plays it
    if contents.header.node_id:
        return [contents.header.node_id]
    owners = sorted({exchange.owner for exchange in contents.exchanges})
    return owners if all("::" in owner for owner in owners) else []  # one of use_cassette names no test


class _Judge:
    """Why, if at all, an owner does not have its cassette any more: in words, or ""."""

    def __init__(self, session: pytest.Session, state: PluginState) -> None:
        self._session, self._state = session, state
        self._root = session.config.rootpath
        self._collected = state.collected_nodes - state.failed_nodes

    def moved(self, owner: str, path: Path) -> str:
        """Why a test that ran in this process does not use the cassette at ``path``."""
        if owner not in self._state.ran:
            return ""
        used = self._state.ran[owner]
        if used is None:
            return f"{owner} has no cassette any more"
        return f"{owner} now uses {used}" if used != path else ""

    def gone(self, owner: str, path: Path) -> str:
        """Why an owner that should have been collected was not."""
        holder, *inner = _split(owner)
        if inner and inner[-1].endswith(SUFFIX):
            return self._fixture_gone("::".join([holder, *inner[:-1]]), path)
        return self._node_gone(owner)

    def _node_gone(self, node_id: str) -> str:
        known, chain = self._state.known_nodes, _chain(node_id)
        for parent, child in pairwise(chain):
            if parent not in self._collected or child in known:
                continue
            if "::" not in child and (self._root / child).exists():
                return ""  # not collected here: ignored, or no test module by its name
            return f"{child} is gone" if child == node_id else f"{child} is gone, and with it {node_id}"
        return ""

    def _fixture_gone(self, holder: str, path: Path) -> str:
        state, folder = self._state, self._state.settings.home.folder
        if not holder and path.parent != folder:
            return ""  # its header does not say where it is defined
        why = self._node_gone(holder) if holder else ""
        if why:
            return why
        if (holder or ".") not in self._collected:
            return ""
        name = path.name.rsplit("fixture.", 1)[-1].removesuffix(SUFFIX).split("[")[0]
        users = [item for item in state.collected_items if _is_under(item.nodeid, holder)]
        if name in state.fixtures_set_up or any(name in getattr(item, "fixturenames", ()) for item in users):
            return ""
        where = holder or str(self._root)
        if not self._is_defined(name, holder):
            return f"the fixture {name} of {where} is gone"
        return f"no test in {where} uses the fixture {name}" if self._all_passed(users, holder) else ""

    def _is_defined(self, name: str, holder: str) -> bool:
        # The manager's table is private, and there is no other way to learn of fixtures that nobody asks for.
        manager: Any = getattr(self._session, "_fixturemanager", None)
        known = getattr(manager, "_arg2fixturedefs", None)
        if known is None:
            return True
        places = [definition.baseid for definition in known.get(name, ())]
        return any(_is_under(holder, place) or _is_under(place, holder) for place in places)

    def _all_passed(self, users: Iterable[pytest.Item], holder: str) -> bool:
        """Whether everything under ``holder`` was collected, selected and has passed: then nobody asked in vain."""
        session, state = self._session, self._state
        if session.testsfailed or session.shouldstop or session.config.option.collectonly:
            return False
        selected = {item.nodeid for item in session.items}
        inner = {node for node in state.known_nodes if _is_under(node, holder)}
        return all(item.nodeid in selected for item in users) and not (
            inner - self._collected - {item.nodeid for item in state.collected_items}
        )


def _split(node_id: str) -> list[str]:
    """A node id's parts; the ids of parameters may hold anything, also ``::``."""
    module, colons, inner = node_id.partition("::")
    names, bracket, parameters = inner.partition("[")
    parts = [module, *names.split("::")] if colons else [module]
    parts[-1] += bracket + parameters
    return parts


def _chain(node_id: str) -> list[str]:
    """The node ids of what a node is in, from the root folder to the node itself."""
    module, *inner = _split(node_id)
    folders = [str(parent).replace("\\", "/") for parent in reversed(Path(module).parents)]
    chain = [*folders, module]
    for name in inner:
        chain.append(f"{chain[-1]}::{name}")
    return chain


def _is_under(node_id: str, holder: str) -> bool:
    return holder in ("", ".", node_id) or node_id.startswith((f"{holder}::", f"{holder}/"))
