"""Write the asynchronous faces of the client from the synchronous ones.

    python tools/async_faces.py           write pytest_dynamodb/client/aio/
    python tools/async_faces.py --check   say what is out of date, and exit with 1

A face does nothing but hand calls and steps to a driver, so that little has to change: names by the tables below,
``await`` before what a driver does, and ``async`` on every method that comes to hold one. What sends nothing, such as a
builder's steps, is in classes that both faces inherit, generic in the driver.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "pytest_dynamodb" / "client"

FACES = (
    "batch",
    "leases",
    "query",
    "table",
    "typed",
    "typed_query",
    "client",
)
"""The faces: modules of the client, each with its twin of the same name in ``aio``."""

AWAITED = ("_driver.send", "_driver.run", "_connection.open", "_connection.close")
"""What a driver and a connection do; a call that ends in one of these is awaited."""
STREAMED = ("_driver.stream",)
"""What gives an iterator that waits between its values."""

NAMES = {
    "Connection": "AsyncConnection",
    "Iterator": "AsyncIterator",
    "SyncDriver": "AsyncDriver",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "__iter__": "__aiter__",
    "__next__": "__anext__",
}
"""Names of other modules that have an asynchronous twin."""
MODULES = {"connection.sync": "connection.asynchronous", "drivers.sync": "drivers.asynchronous"}

TEXTS = {
    "May be used from any thread.": "Belongs to the event loop in which it is first used; any task of it may use it.",
    "the synchronous face": "the asynchronous face",
    "``with``": "``async with``",
}
"""What is said of the synchronous face alone."""

HEADER = "# Written by tools/async_faces.py from {source}: change that, and run this.\n"


class Face:
    """A module, what it defines, and where it is to be changed."""

    def __init__(self, name: str) -> None:
        self.path = CLIENT / f"{name}.py"
        self.target = CLIENT / "aio" / f"{name}.py"
        self.text = self.path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @property
    def classes(self) -> list[str]:
        """The public classes."""
        names = (node.name for node in self.tree.body if isinstance(node, ast.ClassDef))
        return [name for name in names if not name.startswith("_")]


def written(face: Face, names: Mapping[str, str]) -> str:
    """The asynchronous twin of a face."""
    lines = face.text.splitlines(keepends=True)
    for line, column, text in sorted(_insertions(face), reverse=True):
        encoded = lines[line - 1].encode()  # the columns of `ast` count bytes
        lines[line - 1] = (encoded[:column] + text.encode() + encoded[column:]).decode()
    text = _renamed("".join(lines), names)
    for said, instead in TEXTS.items():
        text = text.replace(said, instead)
    source = face.path.relative_to(ROOT).as_posix()
    return formatted(HEADER.format(source=source) + text, face.target)


def _insertions(face: Face) -> Iterator[tuple[int, int, str]]:
    """Where ``async`` and ``await`` go."""
    coroutines, streams = _kinds(face)
    for node in ast.walk(face.tree):
        if isinstance(node, ast.FunctionDef):
            owner = face.parents[node]
            if _is_block(node) or (owner, node.name) in coroutines or _is_generator(node, owner, streams):
                yield node.lineno, node.col_offset, "async "
        elif isinstance(node, ast.For | ast.comprehension) and _streams(node.iter, face, streams):
            line, column = (
                (node.lineno, node.col_offset) if isinstance(node, ast.For) else _start_of_comprehension(face, node)
            )
            yield line, column, "async "
        elif isinstance(node, ast.Call) and _awaits(node, face, coroutines):
            yield from _awaited(node, face.parents[node])


def _awaited(node: ast.Call, parent: ast.AST) -> Iterator[tuple[int, int, str]]:
    """``await`` in front of a call, and brackets where something is done with its result at once."""
    called_again = isinstance(parent, ast.Call) and parent.func is node
    if not called_again and not isinstance(parent, ast.Attribute | ast.Subscript):
        yield node.lineno, node.col_offset, "await "
        return
    yield node.lineno, node.col_offset, "(await "
    yield node.end_lineno or 0, node.end_col_offset or 0, ")"


def _start_of_comprehension(face: Face, node: ast.comprehension) -> tuple[int, int]:
    """The ``for`` in front of a comprehension's target."""
    line = face.text.splitlines()[node.target.lineno - 1]
    return node.target.lineno, line.rindex("for ", 0, node.target.col_offset)


Owned = set[tuple[ast.AST, str]]


def _kinds(face: Face) -> tuple[Owned, Owned]:
    """The methods that become coroutines, and those that give asynchronous iterators; each by its class and name."""
    coroutines, streams = Owned(), Owned()
    functions = [node for node in ast.walk(face.tree) if isinstance(node, ast.FunctionDef)]
    before = -1
    while before != len(coroutines) + len(streams):  # until nothing more follows from what is known
        before = len(coroutines) + len(streams)
        for function in functions:
            if _waits(function, face, coroutines, streams):
                gives_them_on = _yields(function) or _returns(function).startswith("Iterator")
                (streams if gives_them_on else coroutines).add((face.parents[function], function.name))
    return coroutines, streams


def _waits(function: ast.FunctionDef, face: Face, coroutines: Owned, streams: Owned) -> bool:
    """Whether a function does something that has to be awaited."""
    nodes = list(_own_nodes(function))
    iterated = [node.iter for node in nodes if isinstance(node, ast.For | ast.comprehension)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return any(_awaits(call, face, coroutines) for call in calls) or any(
        _streams(node, face, streams) for node in (*calls, *iterated)
    )


def _returns(function: ast.FunctionDef) -> str:
    return "" if function.returns is None else ast.unparse(function.returns)


def _yields(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own_nodes(function))


def _is_generator(function: ast.FunctionDef, owner: ast.AST, streams: Owned) -> bool:
    return (owner, function.name) in streams and _yields(function)


def _is_block(function: ast.FunctionDef) -> bool:
    return function.name in ("__enter__", "__exit__", "__next__")


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body, but for those of functions within it."""
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            left.extend(ast.iter_child_nodes(node))


def _awaits(node: ast.Call, face: Face, coroutines: Owned) -> bool:
    return _called(node).endswith(AWAITED) or _is_own(node, face, coroutines)


def _streams(node: ast.AST, face: Face, streams: Owned) -> bool:
    if isinstance(node, ast.Name) and node.id == "self":
        return (_owner(node, face), "__iter__") in streams
    return isinstance(node, ast.Call) and (_called(node).endswith(STREAMED) or _is_own(node, face, streams))


def _is_own(node: ast.Call, face: Face, methods: Owned) -> bool:
    """Whether ``self.method(...)`` is called, with a method out of ``methods``."""
    name = _called(node)
    if not name.startswith("self.") or name.count(".") != 1:
        return False
    return (_owner(node, face), name.removeprefix("self.")) in methods


def _owner(node: ast.AST, face: Face) -> ast.AST:
    """The class that a node is in."""
    while not isinstance(node, ast.ClassDef | ast.Module):
        node = face.parents[node]
    return node


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with other names, in code and in what is said about it."""
    for module, twin in MODULES.items():
        text = text.replace(f"client.{module} import", f"client.{twin} import")
    for face in FACES:
        text = text.replace(f"client.{face} import", f"client.aio.{face} import")
    word = re.compile(r"(?<![\w.])(" + "|".join(map(re.escape, names)) + r")\b(?!=)")
    attribute = re.compile(r"(?<=\.)(" + "|".join(name for name in names if name.startswith("__")) + r")\b")
    renamed = word.sub(lambda found: names[found[1]], text)
    return attribute.sub(lambda found: names[found[1]], renamed)


def formatted(text: str, path: Path) -> str:
    """The text as ruff formats it."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
        done = subprocess.run(  # noqa: S603 - our own command
            [*ruff, *command, "--stdin-filename", str(path), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        text = done.stdout
    return text


def twins() -> dict[Path, str]:
    """What there should be, by its path."""
    faces = [Face(name) for name in FACES]
    names = {**NAMES, **{name: f"Async{name}" for face in faces for name in face.classes}}
    return {face.target: written(face, names) for face in faces}


def main(arguments: list[str]) -> int:
    """Write, or check."""
    stale = {
        path: text for path, text in twins().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    for path, text in stale.items():
        print(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
