"""Where cassettes are kept: the folder that belongs to a module, or to the folder of a ``conftest.py``."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Home(NamedTuple):
    """A folder of cassettes, and what in it belongs to which module.

    Paths in it are those of modules below ``base``, the node id of where the folder was chosen; "" is rootdir. With
    ``beside`` there is no one folder: each module's is in a folder of that name beside it, in the project at ``path``.
    """

    path: Path
    base: str = ""
    beside: str = ""

    @property
    def folder(self) -> Path:
        """The folder of all cassettes; with ``beside``, that of the modules in rootdir."""
        return self.path / self.beside

    def of_module(self, node_id: str) -> Path:
        """The folder of the cassettes of a module's tests and fixtures."""
        path = node_id.split("::", maxsplit=1)[0]
        parts = _parts(path)
        if self.beside:
            return self.path.joinpath(*parts[:-1], self.beside, *parts[-1:])
        return self.path.joinpath(*_below(parts, _folder_parts(self.base)))

    def above_module(self, node_id: str) -> Path:
        """The folder to which names with a slash are relative."""
        return self.of_module(node_id).parent if self.beside else self.path

    def of(self, node_id: str) -> Path:
        """The folder of the cassettes of a node: a module, a folder or, with an empty id, the project."""
        path = node_id.split("::", maxsplit=1)[0]
        if path.endswith(".py"):
            return self.of_module(path)
        parts = _parts(path)
        if self.beside:
            return self.path.joinpath(*parts, self.beside)
        return self.path.joinpath(*_below(parts, _folder_parts(self.base)))


def _below(parts: list[str], base: list[str]) -> list[str]:
    """The rest of a path below ``base``; what is above it belongs to the folder itself."""
    if parts[: len(base)] == base:
        return parts[len(base) :]
    return [] if base[: len(parts)] == parts else parts


def _folder_parts(node_id: str) -> list[str]:
    path = node_id.split("::", maxsplit=1)[0]
    parts = _parts(path)
    return parts[:-1] if path.endswith(".py") else parts


def _parts(path: str) -> list[str]:
    parts = [part for part in path.replace("\\", "/").removesuffix(".py").split("/") if part not in ("", ".")]
    return ["_up" if part == ".." else part for part in parts]
