"""Reading what ``Mock.load`` is given: whatever its form, the tables in it, each with its items."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pytest_dynamodb.control.tables.templates import create_table_params_of
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.files import gunzip, read_plain
from pytest_dynamodb.mock import cloudformation, terraform, workbench
from pytest_dynamodb.mock.problems import LoadError, joined
from pytest_dynamodb.values.numbers import exact_decimal

# --- files ---
# JSON, JSON lines and YAML, compressed or not, and the folders that DynamoDB exports to S3.

_YAML, _JSON = (".yaml", ".yml"), (".json", ".jsonl", ".ndjson")
_GZIP = b"\x1f\x8b"

_MOST_PARTS = 20_000_000
"""Values that a source may hold where each alias of YAML, or object that stands in it twice, counts as often."""


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file. ``where`` names it in messages; ``table`` is the table of its items, if the file says
    so.
    """

    where: str
    content: Any
    table: str | None = None


def documents_at(path: str | os.PathLike[str]) -> Iterator[Document]:
    """The documents at a path: one for a file, several for the folder of an export. Raises ``LoadError``."""
    place = Path(path)
    if place.is_dir():
        yield from _assembly(place) if _is_assembly(place) else _export(place)
    else:
        yield Document(str(place), _content(place))


_ASSEMBLY: Final = "cdk.out"
"""The file that says that a folder is a cloud assembly of the CDK (its documentation, "Cloud assemblies")."""


def _is_assembly(folder: Path) -> bool:
    return (folder / _ASSEMBLY).is_file() or any(folder.glob("*.template.json"))


def _assembly(folder: Path) -> Iterator[Document]:
    """The templates of a cloud assembly that have tables: of its stacks, of nested ones, and of assemblies in it."""
    templates = [Document(str(path), _content(path)) for path in sorted(folder.rglob("*.template.json"))]
    found = [one for one in templates if isinstance(one.content, Mapping) and cloudformation.has_tables(one.content)]
    if not found:
        raise LoadError(
            str(folder),
            "no template of the assembly has tables",
            remedy="run `cdk synth`, and name its folder, cdk.out",
        )
    yield from found


def _export(folder: Path) -> Iterator[Document]:
    """An export of a whole table to S3, copied from there (developer guide, "DynamoDB table export output format")."""
    manifest = folder / "manifest-summary.json"
    if not manifest.is_file():
        raise LoadError(
            str(folder),
            "it is a folder without manifest-summary.json",
            remedy="name a file, an export's folder, or cdk.out",
        )
    summary = _content(manifest)
    arn = summary.get("tableArn", "") if isinstance(summary, dict) else ""
    files = sorted(path for path in (folder / "data").glob("*") if path.is_file())
    if ":table/" not in arn or not files:
        raise LoadError(
            str(folder), "its manifest names no table, or the folder data is empty", remedy="copy all of the export"
        )
    for path in files:
        yield Document(str(path), _content(path), arn.split(":table/")[1].split("/")[0])


def _content(path: Path) -> Any:
    text = _text(path)
    kinds = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = kinds[-1] if kinds else ""
    if kind in _YAML:
        return _yaml(path, text)
    try:
        return _json(path, text)
    except LoadError:
        if kind in _JSON:
            raise
        return _yaml(path, text)


def _text(path: Path) -> str:
    try:
        raw = read_plain(path)
        if raw.startswith(_GZIP):
            raw = gunzip(raw)
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise LoadError(str(path), f"it cannot be read: {getattr(problem, 'strerror', None) or problem}") from None


def _json(path: Path, text: str) -> Any:
    """A JSON text; where there is one a line, the list of them."""
    try:
        return json.loads(text, parse_float=exact_decimal)
    except RecursionError:
        raise LoadError(str(path), "it is nested too deeply") from None
    except ValueError as problem:
        if getattr(problem, "msg", "") != "Extra data":
            raise LoadError(str(path), f"it is no JSON: {problem}") from None
    return [_line(path, number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _line(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line, parse_float=exact_decimal)
    except (ValueError, RecursionError) as problem:
        raise LoadError(joined(str(path), f"line {number}"), f"it is no JSON: {problem}") from None


def _yaml(path: Path, text: str) -> Any:
    from pytest_dynamodb.mock.cloudformation import parse_yaml

    content = parse_yaml(str(path), text)
    _check_size(str(path), content)
    return content


def _where(source: Any) -> str:
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else ""


def _check_size(where: str, content: Any) -> None:
    """Raise ``LoadError`` for content that stands in itself, or that its aliases blow up beyond all measure."""
    sizes: dict[int, int] = {}
    under_way: set[int] = set()
    waiting: list[tuple[Any, bool]] = [(content, False)]
    while waiting:
        node, is_done = waiting.pop()
        inner = list(node.values()) if isinstance(node, Mapping) else node
        if not isinstance(inner, (list, tuple)):
            continue
        if is_done:
            under_way.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes.get(id(part), 1) for part in inner)
            if sizes[id(node)] > _MOST_PARTS:
                raise LoadError(where, f"with its aliases it holds more than {_MOST_PARTS} values")
        elif id(node) in under_way:
            raise LoadError(where, "it holds a loop: a list or map that stands in itself")
        elif id(node) not in sizes:
            under_way.add(id(node))
            waiting.append((node, True))
            waiting += [(part, False) for part in inner if isinstance(part, (Mapping, list, tuple))]


_FORMS = (
    'a dump ({"orders": {"table": {...}, "items": [...]}}), a CloudFormation template, a CDK assembly, '
    "a Terraform plan, a NoSQL Workbench model, what DescribeTable answers, or items with table=..."
)
_DESCRIPTIONS = ("Table", "TableDescription")
"""Under what name AWS's answers hold a table's description."""


@dataclass(frozen=True, slots=True)
class TableContents:
    """One table of a source. ``params`` are CreateTable's without the name, plus ``TimeToLiveSpecification``.

    Without ``params``, the table must exist already. Items are in wire form or plain Python.
    """

    where: str
    table: str
    params: Mapping[str, Any] | None = None
    items: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class SourceReader:
    """Reads a source. ``table`` is the table of items that name none; ``parameters`` are the values of templates'
    parameters.
    """

    table: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    pseudo: Mapping[str, str] = field(default_factory=dict)

    def contents(self, source: Any) -> Iterator[TableContents]:
        """The tables of a source: a path, a document, or a list of either. Raises ``LoadError``."""
        try:
            if isinstance(source, (str, os.PathLike)):
                for document in documents_at(source):
                    yield from self._document(document)
            else:
                _check_size("", source)
                yield from self._document(Document("", source))
        except RecursionError:
            raise LoadError(_where(source), "it is nested too deeply") from None
        except ConfigurationError as problem:
            raise LoadError(_where(source), str(problem)) from None

    def _document(self, document: Document) -> Iterator[TableContents]:
        where, content = document.where, document.content
        table = document.table or self.table
        if isinstance(content, Mapping):
            yield from self._mapping(where, content, table)
        elif isinstance(content, Sequence) and not isinstance(content, (str, bytes)):
            if table is not None:
                yield TableContents(where, table, items=content)
            else:
                yield from self._several(where, content)
        else:
            raise LoadError(where, f"a {type(content).__name__} holds no tables", remedy=f"give {_FORMS}")

    def _several(self, where: str, sources: Sequence[Any]) -> Iterator[TableContents]:
        for source in sources:
            if isinstance(source, Mapping) and set(source) == {"Item"}:
                raise LoadError(
                    where, "it holds items and does not say of which table", remedy='load(..., table="...")'
                )
            if where:
                yield from self._document(Document(where, source))
            else:
                yield from self.contents(source)

    def _mapping(self, where: str, content: Mapping[str, Any], table: str | None) -> Iterator[TableContents]:
        template = _template(content)
        if template is not None:
            for name, params in cloudformation.tables_of(template, where, self.parameters, self.pseudo):
                yield TableContents(where, name, params)
        elif terraform.is_terraform(content):
            for planned in terraform.tables_of(content, where):
                yield TableContents(where, planned.name, planned.params, planned.items)
        elif workbench.is_model(content):
            for name, params, items in workbench.tables_of(content, where):
                yield TableContents(where, name, params, items)
        elif _description(content) is not None:
            yield self._described(where, _description(content) or {}, table)
        elif table is not None and isinstance(content.get("Items"), Sequence):
            yield TableContents(where, table, items=content["Items"])
        elif table is not None and set(content) == {"Item"}:
            yield TableContents(where, table, items=[content])
        else:
            for name, held in content.items():
                yield _native(where, str(name), held)

    def _described(self, where: str, description: Mapping[str, Any], table: str | None) -> TableContents:
        name = table or description.get("TableName")
        if not isinstance(name, str):
            raise LoadError(where, "the table has no TableName", remedy='load(..., table="...")')
        if "TableStatus" in description:
            description = create_table_params_of(description, name=name)
        return TableContents(where, name, {key: value for key, value in description.items() if key != "TableName"})


def _template(content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A CloudFormation or SAM template, also where it is the ``resources`` of a ``serverless.yml``."""
    inner = content.get("resources")
    for candidate in (content, *(inner if isinstance(inner, list) else [inner])):
        if isinstance(candidate, Mapping) and cloudformation.is_template(candidate):
            return candidate
    return None


def _description(content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A table description or CreateTable parameters, bare or inside one of AWS's answers."""
    for candidate in (content, *(content.get(name) for name in _DESCRIPTIONS)):
        if isinstance(candidate, Mapping) and isinstance(candidate.get("KeySchema"), Sequence):
            return candidate
    return None


def _native(where: str, name: str, held: Any) -> TableContents:
    if isinstance(held, Mapping) and set(held) <= {"table", "items"}:
        params, items = held.get("table"), held.get("items", ())
    else:
        params, items = None, held  # the items alone, or a BatchWriteItem's requests
    if not isinstance(params, Mapping | None) or not isinstance(items, Sequence) or isinstance(items, (str, bytes)):
        raise LoadError(where, f"{name!r} is no table", remedy=f"give {_FORMS}")
    if params is not None and params.get("TableName", name) != name:
        raise LoadError(where, f"the table {name!r} says that it is called {params['TableName']!r}")
    return TableContents(where, name, params, items)
