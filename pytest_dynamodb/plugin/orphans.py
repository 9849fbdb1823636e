"""Cassettes that no test owns, judged by what was collected rather than by what ran.

A cassette is an orphan if its module (or class) was collected whole, before ``-k``, ``--lf`` or a node id narrowed the
choice, and none of the tests in it is the one that the cassette is of; or if its module does not exist any more. What
was not collected is not judged.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from pytest_dynamodb.errors import CassetteError
from pytest_dynamodb.plugin import markers
from pytest_dynamodb.plugin.naming import SUFFIX, item_file
from pytest_dynamodb.plugin.state import STATE, PluginState


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Note what a collector holds, before ``--lf`` takes things away: the innermost wrapper sees it first."""
    report = yield
    state = collector.config.stash.get(STATE, None)
    if state is not None and report.passed and report.result:
        state.collected_nodes.add(collector.nodeid)
        state.collected_items += [node for node in report.result if isinstance(node, pytest.Item)]
    return report


def find_orphans(config: pytest.Config, state: PluginState) -> list[str]:
    """The files of orphaned cassettes and why each is one, a line each."""
    folder = state.settings.folder
    owned = {path for item in state.collected_items for path in _files_of(item, folder)} | state.opened
    node_ids = {item.nodeid for item in state.collected_items}
    found = []
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        if path in owned:
            continue
        why = _why(path, config.rootpath, state, node_ids)
        if why:
            found.append(
                f"{path.relative_to(config.rootpath) if folder.is_relative_to(config.rootpath) else path}: {why}"
            )
    return found


def _files_of(item: pytest.Item, folder: Path) -> Iterator[Path]:
    yield item_file(item, folder)
    name = markers.of_test(item).get("name") or markers.of_test(item).get("share")
    if isinstance(name, str):
        yield item_file(item, folder, name)


def _why(path: Path, root: Path, state: PluginState, node_ids: set[str]) -> str:
    """Why the cassette at ``path`` belongs to nobody, or "" if it does or cannot be judged."""
    from pytest_dynamodb.cassette.store import read

    try:
        owner = read(path).header.node_id
    except CassetteError:
        return ""  # damage is reported by whoever plays it
    if not owner or owner in node_ids:
        return ""
    module, *inner = owner.split("::")
    if inner and inner[-1].endswith(SUFFIX):
        return _why_fixture(module, path, state)
    if not (root / module).exists():
        return f"{module}, the module of {owner}, is gone" if _collected_around(module, state) else ""
    holder = "::".join([module, *inner[:-1]])
    if holder in state.collected_nodes:
        return f"{owner} is gone"
    gone_class = module in state.collected_nodes and not any(node.startswith(holder) for node in state.collected_nodes)
    return f"{holder}, the class of {owner}, is gone" if gone_class and not _deselected(holder, state) else ""


def _why_fixture(module: str, path: Path, state: PluginState) -> str:
    """A fixture's cassette belongs to nobody if its module was collected and no test in reach knows the fixture."""
    if module and module not in state.collected_nodes:
        return ""
    name = path.name.rsplit("fixture.", 1)[-1].removesuffix(SUFFIX).split("[")[0]
    known = any(name in getattr(item, "fixturenames", ()) for item in state.collected_items)
    return "" if known or not module else f"no test in {module} uses the fixture {name}"


def _collected_around(module: str, state: PluginState) -> bool:
    """Whether the folder that a module was in has been collected."""
    parents = {str(Path(module).parent).replace("\\", "/")}
    return bool(parents & {node or "." for node in state.collected_nodes}) or parents == {"."}


def _deselected(holder: str, state: PluginState) -> bool:
    """Whether a class exists that was not looked into because a node id on the command line named something else."""
    return any(item.nodeid.startswith(f"{holder}::") for item in state.collected_items)
