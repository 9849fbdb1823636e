"""Every fenced code block of the README and of docs/ does what it says.

A document is run from top to bottom in a folder of its own, as a reader would follow it:

    ```python                   executed; a document's blocks share their names
    ```python title=test_x.py   written to that file; so is a block of any language with a title
    ```console                  lines that begin with `$ ` are run. The lines below one must be among what it printed,
                                in that order; `...` in a line stands for any text. `exit=1` in the info string says
                                that the last command ends with that status
    ```bash                     every line is a command
    ```ini, toml, json          parsed
    ```text, http, ...          shown to people only

`http://127.0.0.1:8000` in a block is moto's server. A block below `<!-- not run: reason -->` is not run, and shows as a
skipped test with that reason. `<!-- needs botocore 1.44 -->` is such a reason where botocore is older, and
`<!-- needs aioboto3 -->` where that is not installed. A document with `<!-- every block needs NAME and NAME -->` is
skipped where one of them is not; one that needs aiobotocore is run by `nox -s tests_async`.
"""

from __future__ import annotations

import configparser
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from warm_commands import warm_commands

if sys.version_info >= (3, 11):
    import tomllib
else:  # pytest brings it where Python has none
    import tomli as tomllib

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
UPSTREAM = "http://127.0.0.1:8000"
COMMANDS = ("pytest", "pytest-dynamodb", "python", "cat", "env", "git", "ls", "mkdir")
FOR_PEOPLE = ("text", "http", "diff", "mermaid")
COMMAND_SECONDS = 120

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^`\n]*)\n(?P<code>.*?)^(?P=indent)```[ ]*$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: (?P<reason>[^>]+?) -->\s*\Z")
NEEDS = re.compile(r"<!-- needs (?P<name>\w+)(?: (?P<version>[0-9.]+))? -->\s*\Z")
ALL_NEED = re.compile(r"<!-- every block needs (?P<names>[^>]+?) -->")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its `key=value` options, its text, and where it stands."""

    document: Path
    line: int
    language: str
    options: dict[str, str]
    code: str
    not_run: str

    @property
    def place(self) -> str:
        return f"{os.path.relpath(self.document, ROOT)}:{self.line}"


def blocks(document: Path) -> Iterator[Block]:
    """The blocks of a document, in order."""
    text = document.read_text(encoding="utf-8")
    for fence in FENCE.finditer(text):
        language, *options = fence["info"].split() or [""]
        exempt = NOT_RUN.search(text, 0, fence.start())
        yield Block(
            document=document,
            line=text.count("\n", 0, fence.start()) + 1,
            language=language,
            options=dict(option.split("=", 1) for option in options),
            code="".join(line.removeprefix(fence["indent"]) for line in fence["code"].splitlines(keepends=True)),
            not_run=exempt["reason"] if exempt else lacking(text, fence.start()),
        )


def lacking(text: str, end: int) -> str:
    """Why the block that begins there cannot run with what is installed; empty if it can."""
    needs = NEEDS.search(text, 0, end)
    if needs is None:
        return ""
    if importlib.util.find_spec(needs["name"]) is None:
        return f"{needs['name']} is not installed"
    if needs["version"] and Version(version(needs["name"])) < Version(needs["version"]):
        return f"needs {needs['name']} {needs['version']}, and this is {version(needs['name'])}"
    return ""


def case(document: Path) -> ParameterSet:
    """A document to be run, or to be skipped where what all of it needs is not installed."""
    stated = ALL_NEED.search(document.read_text(encoding="utf-8"))
    needed = stated["names"].split(" and ") if stated else []
    absent = [name for name in needed if importlib.util.find_spec(name) is None]
    marks = [pytest.mark.aiobotocore] if "aiobotocore" in needed else []
    if absent:
        marks.append(pytest.mark.skip(reason=f"not installed: {', '.join(absent)}"))
    return pytest.param(document, id=str(document.relative_to(ROOT)), marks=marks)


def commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    """The commands of a block, each with the output that is shown below it."""
    if block.language != "console":
        lines = block.code.replace("\\\n", " ").splitlines()
        yield from ((line, []) for line in lines if line.strip() and not line.startswith("#"))
        return
    for part in re.split(r"^\$ ", block.code.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, [line for line in shown if line.strip()]


# Plugins of this project's own tests: a reader need not have them, and each run of pytest is quicker without.
NOT_A_READERS = "-p no:randomly -p no:hypothesispytest"


def run_command(block: Block, command: str, shown: list[str], *, status: int) -> None:
    """Run a command as a reader's shell would, and hold its output against what is shown."""
    words = [word for word in command.split() if not re.match(r"[A-Z_]+=", word)]
    assert words[0] in COMMANDS, f"{block.place}: `{words[0]}` is no command that documents may run; is it `not run`?"
    done = subprocess.run(
        command,
        shell=True,
        env={**os.environ, "COLUMNS": "120", "PYTEST_ADDOPTS": NOT_A_READERS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    where = f"{block.place}: `{command}` printed\n{done.stdout}\n"
    assert done.returncode == status, f"{where}and ended with {done.returncode}, not {status}"
    printed = iter(done.stdout.splitlines())
    for line in shown:
        pattern = re.compile(".*".join(map(re.escape, line.strip().split("..."))))
        assert any(pattern.search(candidate) for candidate in printed), f"{where}and not, in this order, {line!r}"


def parse(block: Block) -> None:
    """Read a block of settings or data; raises what the language's reader raises."""
    if block.language in ("ini", "cfg"):
        configparser.ConfigParser(interpolation=None).read_string(block.code)
    elif block.language == "toml":
        tomllib.loads(block.code)
    elif block.language == "json":
        json.loads(block.code)
    else:
        pytest.fail(f"{block.place}: what is one to do with {block.language!r}?")


def run(block: Block, names: dict[str, object]) -> None:
    """Do with a block what its language asks for."""
    if "title" in block.options:
        path = Path(block.options["title"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.code, encoding="utf-8")
    elif block.language == "python":
        # The empty lines put a traceback's line numbers where the document's are.
        # No feature of this file, such as unread annotations, is one of the document.
        exec(compile("\n" * block.line + block.code, str(block.document), "exec", dont_inherit=True), names)
    elif block.language in ("console", "bash"):
        listed = list(commands(block))
        for number, (command, shown) in enumerate(listed, start=1):
            status = int(block.options.get("exit", 0)) if number == len(listed) else 0
            run_command(block, command, shown, status=status)
    elif block.language not in FOR_PEOPLE:
        parse(block)


@pytest.fixture(scope="session")
def programs() -> Iterator[str]:
    """A ``PATH`` with this Python, and the commands that are installed beside it."""
    with warm_commands() as folder:
        yield os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.fixture
def reader(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    credentials: dict[str, str],
    programs: str,
    request: pytest.FixtureRequest,
) -> Iterator[None]:
    """Somebody with credentials, an empty folder and no tables yet, and not a CI."""
    monkeypatch.setenv("PATH", programs)
    if "document" in request.fixturenames and UPSTREAM in request.getfixturevalue("document").read_text("utf-8"):
        request.getfixturevalue("moto")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    loaded = set(sys.modules)
    yield
    for name in set(sys.modules) - loaded:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]  # the next document may have a module of the same name


def follow(document: Path, request: pytest.FixtureRequest) -> None:
    """Run a document, in the current folder."""
    names: dict[str, object] = {"__name__": "__document__"}
    for block in blocks(document):
        if UPSTREAM in block.code and not block.not_run:
            url: str = request.getfixturevalue("moto_server")
            run(replace(block, code=block.code.replace(UPSTREAM, url)), names)
        elif not block.not_run:
            run(block, names)


@pytest.mark.parametrize("document", [case(document) for document in DOCUMENTS])
@pytest.mark.usefixtures("reader")
def test_document(document: Path, request: pytest.FixtureRequest) -> None:
    follow(document, request)


EXEMPT = [block for document in DOCUMENTS for block in blocks(document) if block.not_run]


@pytest.mark.parametrize("block", EXEMPT, ids=lambda block: block.place)
def test_exempt(block: Block) -> None:
    pytest.skip(block.not_run)


# The runner itself: a document that is wrong must not pass.

GOOD = """
```python title=shop.py
price = 3
```
```python
import shop
total = 2 * shop.price
```
1. Indented, as in a list:

   ```python
   assert total == 6
   ```
```console exit=3
$ python -c "print('one'); print('two and more')"
one
two ...
$ python -c "raise SystemExit(3)"
```
```toml
[a]
```
<!-- not run: it could not -->
```python
1 / 0
```
"""


@pytest.mark.usefixtures("reader")
def test_good_document_passes(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    document = tmp_path / "good.md"
    document.write_text(GOOD, encoding="utf-8")
    follow(document, request)
    assert [block.not_run for block in blocks(document)][-1] == "it could not"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```python\nassert 1 == 2, 'no'\n```\n", "no"),
        ("```console\n$ python -c 'print(1)'\n2\n```\n", "and not, in this order, '2'"),
        ("```console\n$ python -c 'print(1, 2, sep=chr(10))'\n2\n1\n```\n", "and not, in this order, '1'"),
        ("```console\n$ python -c 'raise SystemExit(3)'\n```\n", "ended with 3, not 0"),
        ("```console\n$ rm -rf nothing\n```\n", "`rm` is no command that documents may run"),
        ("```toml\na = = 1\n```\n", "(at line 1"),
        ("```cobol\n```\n", "what is one to do with 'cobol'"),
    ],
)
@pytest.mark.usefixtures("reader")
def test_bad_document_fails(text: str, complaint: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    document = tmp_path / "bad.md"
    document.write_text(f"words\n\n{text}", encoding="utf-8")
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception), match=re.escape(complaint)):
        follow(document, request)
