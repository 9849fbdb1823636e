"""Tests rewritten: vcrpy's markers, decorators and blocks as this package's.

Only what can be told for certain is changed, in its place, so that the rest of the file stays as it was to the byte.
Everything else that speaks of vcrpy is listed, to be changed by hand.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Services: TypeAlias = Literal["dynamodb", "other"]
"""Whose calls a recording holds."""

MARKER: Final = "pytest.mark.dynamodb_cassette"

_TAKEN_OVER: Final[Mapping[str, str]] = {"record_mode": "mode", "allow_playback_repeats": "repeats"}
"""Keywords of vcrpy's that mean here what another keyword says; values are the same."""
_NEEDLESS: Final = frozenset(
    {
        "match_on",
        "filter_headers",
        "decode_compressed_response",
        "serializer",
        "record_on_exception",
        "path_transformer",
    }
)
"""Keywords that are about HTTP, which is not what is recorded or compared here."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a line says of vcrpy that is not changed, and why."""

    line: int
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A module before and after."""

    path: str
    before: str
    after: str
    by_hand: Sequence[ByHand] = ()

    @property
    def changed(self) -> bool:
        """Whether anything is different."""
        return self.before != self.after

    @property
    def diff(self) -> str:
        """The difference, as ``diff -u`` shows it."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{self.path}",
            f"b/{self.path}",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of the recordings of a module's tests.

    ``services`` says of a node id, or of the beginning of one, what the recordings there hold: calls of DynamoDB's, of
    other services, which vcrpy goes on answering, or both. ``cassettes`` are the paths of cassettes by those of
    recordings, as a module gives them to ``use_cassette``.
    """

    services: Callable[[str], frozenset[Services]]
    cassettes: Mapping[str, str]


def rewritten(path: str, source: str, recorded: Recorded) -> Rewriting:
    """The module at ``path`` with this package's markers. What is no Python stays as it is."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return Rewriting(path, source, source)
    reader = _Reader(path, source, recorded)
    reader.read(tree)
    after = reader.applied()
    return Rewriting(path, source, after, tuple(reader.by_hand))


class _Reader:
    """Reads a module and notes what is to be put in the place of what, as offsets in its bytes."""

    def __init__(self, path: str, source: str, recorded: Recorded) -> None:
        self._path, self._raw, self._recorded = path, source.encode(), recorded
        self._starts = [0]
        for line in source.encode().splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._edits: list[tuple[int, int, str]] = []
        self._uses_block = False
        self.by_hand: list[ByHand] = []

    def read(self, tree: ast.Module) -> None:
        self._body(tree.body, self._path)
        for node in ast.walk(tree):
            if isinstance(node, ast.With | ast.AsyncWith):
                for item in node.items:
                    self._block(item.context_expr)
            elif isinstance(node, ast.ImportFrom) and node.module in ("vcr", "cassetter"):
                self._note(node, f"import from {node.module}", "import use_cassette from pytest_dynamodb instead")
            elif isinstance(node, ast.FunctionDef) and node.name in _FIXTURES:
                self._note(node, f"the fixture {node.name}", _FIXTURES[node.name])
        if self._uses_block:
            self._import(tree)

    def _body(self, body: Sequence[ast.stmt], where: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                inner = f"{where}::{node.name}"
                for decorator in node.decorator_list:
                    self._marker(decorator, inner, stands_as_decorator=True)
                    self._block(decorator)
                if isinstance(node, ast.ClassDef):
                    self._body(node.body, inner)
            elif isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
            ):
                marks = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
                for mark in marks:
                    self._marker(mark, where, alone=mark is node.value)

    # --- markers ---

    def _marker(self, node: ast.expr, where: str, *, stands_as_decorator: bool = False, alone: bool = False) -> None:
        called = node if isinstance(node, ast.Call) else None
        name = _dotted(called.func if called else node)
        if name == "pytest.mark.default_cassette":
            self._note(node, name, 'give the name to the marker: dynamodb_cassette("name"); several tests share="name"')
            return
        services = self._recorded.services(where)
        if name != "pytest.mark.vcr" or "dynamodb" not in services:
            return
        if called and called.args:
            self._note(node, name, "it names further cassettes: record the test again, or join them by hand")
            return
        keywords = self._keywords(node, called.keywords if called else [])
        if keywords is None:
            return
        text = f"{MARKER}({', '.join(keywords)})" if keywords else MARKER
        if "other" not in services:
            self._replace(node, text)
        elif stands_as_decorator:  # the line is indentation, @, expression
            self._insert(self._offset(node.lineno, node.col_offset) - 1, f"@{text}\n{' ' * (node.col_offset - 1)}")
        else:
            kept = ast.get_source_segment(self._raw.decode(), node) or "pytest.mark.vcr"
            self._replace(node, f"[{kept}, {text}]" if alone else f"{kept}, {text}")

    def _keywords(self, node: ast.expr, keywords: Sequence[ast.keyword]) -> list[str] | None:
        """The marker's keywords; ``None`` if one of vcrpy's needs a person."""
        kept = []
        for keyword in keywords:
            name = str(keyword.arg)
            if name in _TAKEN_OVER:
                kept.append(f"{_TAKEN_OVER[name]}={ast.unparse(keyword.value)}")
            elif name not in _NEEDLESS:
                self._note(node, f"the keyword {name}", _KEYWORDS.get(name, "there is nothing like it here"))
                return None
        return kept

    # --- blocks and decorators ---

    def _block(self, node: ast.expr) -> None:
        """``vcr.use_cassette("x.yaml")``, in a ``with`` or as a decorator."""
        if not isinstance(node, ast.Call):
            return
        name = _dotted(node.func)
        if not name.endswith("use_cassette") or name == "use_cassette":
            return
        if name not in ("vcr.use_cassette", "cassetter.use_cassette"):
            self._note(node, name, "its settings are elsewhere: call pytest_dynamodb.use_cassette with the new path")
            return
        argument = node.args[0] if len(node.args) == 1 else None
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            self._note(node, name, "its path is computed: call pytest_dynamodb.use_cassette with the new one")
            return
        known = self._recorded.cassettes
        if argument.value not in known:
            self._note(node, name, f"no recording {argument.value} was converted")
            return
        keywords = self._keywords(node, [one for one in node.keywords if one.arg != "record_mode"])
        if keywords is None:
            return
        self._uses_block = True
        self._replace(node, f"use_cassette({', '.join([repr_of(known[argument.value]), *keywords])})")

    def _import(self, tree: ast.Module) -> None:
        """Import ``use_cassette`` after the module's own imports."""
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        last = imports[-1] if imports else None
        line = (last.end_lineno or last.lineno) if last is not None else 0
        self._insert(self._starts[line], "from pytest_dynamodb import use_cassette\n")

    # --- edits ---

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _replace(self, node: ast.expr, text: str) -> None:
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        if (start, end, text) not in self._edits:
            self._edits.append((start, end, text))

    def _insert(self, at: int, text: str) -> None:
        self._edits.append((at, at, text))

    def _note(self, node: ast.stmt | ast.expr, what: str, reason: str) -> None:
        note = ByHand(node.lineno, what, reason)
        if note not in self.by_hand:
            self.by_hand.append(note)

    def applied(self) -> str:
        raw = self._raw
        for start, end, text in sorted(self._edits, reverse=True):
            raw = raw[:start] + text.encode() + raw[end:]
        return raw.decode()


_FIXTURES: Final[Mapping[str, str]] = {
    "vcr_config": "its settings are of HTTP: what of it holds here is said in dynamodb_cassette_config",
    "vcr_cassette_dir": "override dynamodb_cassette_dir instead",
    "vcr_cassette_name": "override dynamodb_cassette_name instead",
    "default_cassette_name": "override dynamodb_cassette_name instead",
}
_KEYWORDS: Final[Mapping[str, str]] = {
    "filter_post_data_parameters": "say what is secret as redact=[…], paths in the request",
    "filter_query_parameters": "a call of DynamoDB's has none",
    "before_record_request": "use the hook pytest_dynamodb_before_record",
    "before_record_response": "use the hook pytest_dynamodb_before_record",
    "before_record": "use the hook pytest_dynamodb_before_record",
    "ignore_hosts": "calls of other services pass untouched anyway",
    "ignore_localhost": "calls of other services pass untouched anyway",
}


def _dotted(node: ast.expr) -> str:
    """``a.b.c`` of an attribute's expression; empty for anything else."""
    names: list[str] = []
    current: Any = node
    while isinstance(current, ast.Attribute):
        names.append(current.attr)
        current = current.value
    return ".".join(reversed([*names, current.id])) if isinstance(current, ast.Name) else ""


def repr_of(text: str) -> str:
    """A text as Python, in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def literal_paths(source: str) -> Iterator[str]:
    """The paths that a module gives to ``use_cassette`` as they are written."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _dotted(node.func).endswith("use_cassette") and node.args:
            path = node.args[0]
            if isinstance(path, ast.Constant) and isinstance(path.value, str):
                yield path.value
