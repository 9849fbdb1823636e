"""A public class or type alias has its name for itself: no other module defines one of that name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def defined_in(tree: ast.Module) -> Iterator[str]:
    """The public classes and type aliases of a module. ``Alias = dict[str, Any]`` is one too; a constant is not."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.BinOp()) if not name.isupper():
                pass
            case _:
                continue
        if name[0].isupper():
            yield name


def homes(package: Path) -> dict[str, list[str]]:
    """By name, the modules of a package that define a public class or type alias of that name."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(package.rglob("*.py")):
        for name in defined_in(ast.parse(path.read_text(encoding="utf-8"))):
            found[name].append(path.relative_to(package).with_suffix("").as_posix())
    return found


def test_no_name_stands_for_two_things() -> None:
    found = homes(ROOT / "pytest_dynamodb")
    assert len(found) > 300
    twice = [f"{name}: {', '.join(modules)}" for name, modules in sorted(found.items()) if len(modules) > 1]
    assert not twice, "give one of them a name that says more:\n" + "\n".join(twice)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class One:\n    pass\nclass _Two:\n    pass\n", ["One"]),
        ("Three: TypeAlias = 'dict[str, Any]'\nfour: TypeAlias = int\n", ["Three"]),
        ("Five = dict[str, Any]\nSix = A | B\nSEVEN = table[0]\nEight = call()\n", ["Five", "Six"]),
    ],
)
def test_classes_and_aliases_are_found(text: str, names: list[str]) -> None:
    assert list(defined_in(ast.parse(text))) == names
