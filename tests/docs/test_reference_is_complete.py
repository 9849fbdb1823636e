"""The reference names everything there is to use, and nothing that there is not."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pytest_dynamodb
from pytest_dynamodb import cli, errors, expressions
from pytest_dynamodb.cassette.choices import MODES
from pytest_dynamodb.plugin import fixtures, hookspecs
from pytest_dynamodb.plugin.markers import KEYWORDS
from pytest_dynamodb.plugin.options import pytest_addoption

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")


def text(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def named(*documents: str) -> set[str]:
    """What the prose and the tables of documents set as code, word by word."""
    spans = [span for document in documents for span in CODE.findall(FENCED.sub("", text(document)))]
    return {word for span in spans for word in re.findall(r"--[a-z-]+|\w+", span)}


def rows(document: str, heading: str) -> Iterator[list[str]]:
    """The first cells' code of the table below a heading, or below a table's own heading row."""
    _, _, below = text(document).partition(heading)
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert table is not None, f"{document}.md has no table below {heading!r}"
    for line in table.group().splitlines():
        cell = line.split("|")[1]
        if CODE.search(cell):
            yield CODE.findall(cell)


class Options:
    """Stands in for pytest's parser and notes what is added to it."""

    def __init__(self) -> None:
        self.flags, self.ini = set[str](), set[str]()

    def getgroup(self, *_: str) -> Options:
        return self

    def addoption(self, flag: str, **_: Any) -> None:
        self.flags.add(flag)

    def addini(self, name: str, *_: Any, **__: Any) -> None:
        self.ini.add(name)


@pytest.fixture
def options() -> Options:
    added = Options()
    pytest_addoption(added)  # type: ignore[arg-type]  # as much of a parser as is needed
    added.flags.add("--record")  # added later, once it is known to be free
    return added


def test_flags(options: Options) -> None:
    ours = {flag for flag in named("pytest") if flag == "--record" or flag.startswith("--dynamodb")}
    assert ours == options.flags


def test_ini_keys(options: Options) -> None:
    fixtures = {"dynamodb_cassette_config", "dynamodb_cassette_name"}
    keys = {word for word in named("pytest", "redaction", "matching") if word.startswith("dynamodb_cassette_")}
    assert keys - fixtures == options.ini


def test_environment_variables() -> None:
    read = {
        name
        for path in Path(pytest_dynamodb.__file__).parent.rglob("*.py")
        for name in re.findall(r"\bPYTEST_DYNAMODB_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    said = {
        word
        for word in named("pytest", "library", "client", "redaction", "command")
        if word.startswith("PYTEST_DYNAMODB_")
    }
    assert said == read


def test_marker_keywords() -> None:
    listed = {codes[0] for codes in rows("pytest", "| keyword | default")}
    assert listed == KEYWORDS | {"name"}
    signature = re.search(r"@pytest.mark.dynamodb_cassette\(name=None, \*, (.*)\)", text("pytest"))
    assert signature is not None
    assert set(signature[1].split(", ")) == KEYWORDS


def test_keywords_of_use_cassette() -> None:
    path, *keywords = inspect.signature(pytest_dynamodb.use_cassette).parameters
    signature = re.search(r"use_cassette\((path, .*?)\)\n", text("library"), re.DOTALL)
    assert signature is not None
    shown = [part.split("=")[0].strip() for part in signature[1].replace("()", "").split(",")]
    assert shown == [path, "*", *keywords]
    own = {codes[0] for codes in rows("library", "| keyword | meaning")}
    of_the_marker = {codes[0] for codes in rows("pytest", "| keyword | default")}
    assert own | of_the_marker - {"name"} == set(keywords)


def test_record_modes() -> None:
    assert [codes[0] for codes in rows("pytest", "## Record modes")] == list(MODES)


def test_fixtures() -> None:
    public = {name for name in vars(fixtures) if name.startswith("dynamodb_")}
    listed = [codes[0] for codes in rows("pytest", "## Fixtures")]
    listed += [codes[0] for codes in rows("pytest", "Projects can override")]
    assert sorted(listed) == sorted(public)


def test_hooks() -> None:
    specified = {
        f"{name}({', '.join(inspect.signature(hook).parameters)})"
        for name, hook in vars(hookspecs).items()
        if name.startswith("pytest_dynamodb_")
    }
    assert {codes[0] for codes in rows("pytest", "## Hooks")} == specified


def test_public_names() -> None:
    missing = set(pytest_dynamodb.__all__) - named("library", "client", "client-operations")
    assert not missing, f"no page of the library or the client in docs/reference names {sorted(missing)}"


def test_names_of_expressions() -> None:
    listed = {name for codes in rows("library", "`pytest_dynamodb.expressions`:") for name in codes}
    assert listed == set(expressions.__all__)


def test_errors() -> None:
    raised = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    exported = raised & set(pytest_dynamodb.__all__)
    listed = {name for codes in rows("library", "## Errors") for name in codes}
    assert listed == exported


@pytest.mark.parametrize(
    ("heading", "owner"),
    [
        ("| attribute | value", pytest_dynamodb.Cassette),
        ("| method | what it does", pytest_dynamodb.Cassette),
        ("| of the client", pytest_dynamodb.DynamoDbClient),
        ("| of a table", pytest_dynamodb.TableClient),
    ],
)
def test_members_exist(heading: str, owner: type) -> None:
    made = re.findall(r"self\.(\w+)(?::[^=\n]+)?(?:, self\.(\w+))* =", inspect.getsource(owner))
    known = {*dir(owner), *(name for names in made for name in names)}
    said = {re.split(r"\W", code)[0] for codes in rows("library", heading) for code in codes}
    assert said <= known, f"{owner.__name__} has no {sorted(said - known)}"


def test_members_of_a_provider() -> None:
    listed = {
        re.split(r"\W", code)[0] for codes in rows("library", "| member | what it is | default") for code in codes[:1]
    }
    assert listed == {name for name in vars(pytest_dynamodb.Provider) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        (pytest_dynamodb.ClientConfig, "| field of `ClientConfig`"),
        (pytest_dynamodb.RetryPolicy, "| field of `RetryPolicy`"),
        (pytest_dynamodb.BreakerPolicy, "| field of `BreakerPolicy`"),
    ],
)
def test_settings_of_the_client(kind: Any, heading: str) -> None:
    listed = [name for codes in rows("client", heading) for name in codes if not name.startswith("ClientConfig")]
    assert listed == [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize("owner", [pytest_dynamodb.DynamoDbClient, pytest_dynamodb.TableClient])
def test_methods_of_the_client_are_named(owner: type) -> None:
    methods = {name for name in vars(owner) if not name.startswith("_")}
    unnamed = methods - named("library", "client", "client-operations")
    assert not unnamed, f"no page of the library or the client in docs/reference names {sorted(unnamed)}"


def test_commands() -> None:
    listed = {codes[0].split()[0]: set(re.findall(r"--[\w-]+", codes[0])) for codes in rows("command", "# The command")}
    assert listed.keys() == cli.COMMANDS.keys()
    for name, flags in listed.items():
        command = cli.main.get_command(None, name)  # type: ignore[arg-type]  # needs no context
        assert command is not None
        assert flags == {opt for parameter in command.params for opt in parameter.opts if opt.startswith("--")}


def heads(path: Path) -> set[str]:
    """What links to a document's headings end in."""
    return {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }


def test_links_lead_somewhere() -> None:
    root = REFERENCE.parents[1]
    broken = []
    for document in [root / "README.md", root / "CONTRIBUTING.md", root / "CHANGELOG.md", *root.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
            if target.startswith(("http://", "https://")):
                continue
            place, _, anchor = target.partition("#")
            path = (document.parent / place).resolve() if place else document
            if not path.exists() or (anchor and anchor not in heads(path)):
                broken.append(f"{document.relative_to(root)}: {target}")
    assert not broken
