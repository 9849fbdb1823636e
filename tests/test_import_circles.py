"""No module of the package imports one that imports it in turn, however late, or for types only.

Imports inside functions and under ``TYPE_CHECKING`` count: a circle that is closed there is a circle to whoever reads
the modules, and to whoever merges two of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent

Imports = dict[str, dict[str, int]]
"""By module, the modules that it imports and the line of the first such import."""


def modules_in(package: Path) -> dict[str, Path]:
    """The modules of a package by their dotted names; a package's own is its ``__init__``."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_in(package: Path) -> Imports:
    """Who imports whom within a package."""
    modules = modules_in(package)
    found: Imports = {name: {} for name in modules}
    for name, path in modules.items():
        for imported, line in named_in(ast.parse(path.read_text(encoding="utf-8")), name, path):
            home = imported
            while home not in modules and "." in home:  # a name of a module, not a module
                home = home.rpartition(".")[0]
            if home in modules and home != name:
                found[name].setdefault(home, line)
    return found


def named_in(tree: ast.Module, module: str, path: Path) -> Iterator[tuple[str, int]]:
    """What the import statements of a module name, and in which line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
            above = parts[: len(parts) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def circles(imports: Mapping[str, Mapping[str, int]]) -> list[list[str]]:
    """The strongly connected components of more than one module (Tarjan, "Depth-first search", 1972)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for imported in imports[module]:
            if imported not in number:
                visit(imported)
                lowest[module] = min(lowest[module], lowest[imported])
            elif imported in stack:
                lowest[module] = min(lowest[module], number[imported])
        if lowest[module] == number[module]:
            at = stack.index(module)
            found.append(sorted(stack[at:]))
            del stack[at:]

    for module in imports:
        if module not in number:
            visit(module)
    return sorted(circle for circle in found if len(circle) > 1)


def report(imports: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Every import by which a circle is closed, with its line; nothing where there is no circle."""
    return [
        f"{module}, line {line}, imports {imported}"
        for circle in circles(imports)
        for module in circle
        for imported, line in imports[module].items()
        if imported in circle
    ]


def test_the_package_has_no_circle() -> None:
    imports = imports_in(ROOT / "pytest_dynamodb")
    assert len(imports) > 100
    assert not (lines := report(imports)), "\n".join(lines)


def package(folder: Path, **modules: str) -> Path:
    """A package with these modules; two underscores stand for a folder."""
    root = folder / "made_up"
    for name, text in {"__init__": "", **modules}.items():
        path = root.joinpath(*name.split("__")) if not name.startswith("__") else root / name
        path = path.with_name(f"{path.name}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text)
    return root


def test_a_circle_is_found_inside_functions_and_for_types_only(tmp_path: Path) -> None:
    root = package(
        tmp_path,
        one="from made_up.deep import two\n",
        deep__two="def f():\n    from made_up.three import name\n",
        three="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import made_up.one\nname = 1\n",
        apart="from made_up import one\nfrom made_up.deep import two\n",
    )
    assert report(imports_in(root)) == [
        "made_up.deep.two, line 2, imports made_up.three",
        "made_up.one, line 1, imports made_up.deep.two",
        "made_up.three, line 3, imports made_up.one",
    ]


def test_a_circle_through_a_packages_own_module_and_relative_imports_is_found(tmp_path: Path) -> None:
    root = package(tmp_path, one="from . import deep\n", deep__two="from ..one import name\n")
    (root / "deep" / "__init__.py").write_text("from .two import other\n")
    assert report(imports_in(root)) == [
        "made_up.deep, line 1, imports made_up.deep.two",
        "made_up.deep.two, line 1, imports made_up.one",
        "made_up.one, line 1, imports made_up.deep",
    ]


def test_modules_in_a_line_are_no_circle(tmp_path: Path) -> None:
    root = package(tmp_path, one="import made_up.two\n", two="from made_up import three\n", three="import json\n")
    assert report(imports_in(root)) == []
