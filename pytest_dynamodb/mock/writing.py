"""Loading contents into an engine through its own requests, so that it refuses what AWS would refuse."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote, unquote

from pytest_dynamodb.engine import Engine
from pytest_dynamodb.errors import ConfigurationError, DynamoDbError, PytestDynamoDbError
from pytest_dynamodb.exchange import Request
from pytest_dynamodb.files import problem_with, read_plain, replace
from pytest_dynamodb.mock.contents import TableContents
from pytest_dynamodb.mock.problems import LoadError, joined
from pytest_dynamodb.mock.tables import Tables
from pytest_dynamodb.values import to_wire, to_wire_item

if TYPE_CHECKING:
    from pytest_dynamodb.engine.call import Files
    from pytest_dynamodb.mock.s3 import Client


_KEY_TYPES: Final = frozenset({"S", "N", "B"})
"""What a key attribute may be in wire form."""
_TIME_TO_LIVE: Final = "TimeToLiveSpecification"
"""Of DescribeTimeToLive's answer and CloudFormation's property."""


class Writer:
    """Makes tables and puts items, in one region of an engine."""

    def __init__(self, engine: Engine, region: str) -> None:
        self._engine, self._region = engine, region

    def write_all(self, contents: list[TableContents]) -> None:
        """Make all tables, then put all items; where something is wrong, nothing is left. Raises ``LoadError``."""
        before = self._engine.snapshot()
        try:
            with self._engine.unrestricted():  # loading is setting up, not traffic
                for content in contents:
                    self._make(content)
                for content in contents:
                    self._fill(content)
        except BaseException:
            self._engine.restore(before)
            raise

    def _make(self, content: TableContents) -> None:
        if content.params is None:
            return
        where = joined(content.where, f"table {content.table}")
        params = {name: value for name, value in content.params.items() if name != _TIME_TO_LIVE}
        self._ask("CreateTable", {**params, "TableName": content.table}, where)
        ends = content.params.get(_TIME_TO_LIVE)
        if ends and ends.get("Enabled"):
            self._ask("UpdateTimeToLive", {"TableName": content.table, _TIME_TO_LIVE: ends}, where)

    def _fill(self, content: TableContents) -> None:
        if not content.items:
            return
        table = Tables(self._engine, self._region).get(content.table)
        where = joined(content.where, f"table {content.table}")
        if table is None:
            raise LoadError(
                where,
                f"there is no such table in {self._region} to put items into",
                remedy='say "table" beside "items"',
            )
        keys = table.key_names
        for number, item in enumerate(content.items, start=1):
            place = joined(where, f"item {number}")
            self._ask(
                "PutItem", {"TableName": content.table, "Item": _wire(_unwrapped(item, keys), keys, place)}, place
            )

    def _ask(self, operation: str, params: dict[str, Any], where: str) -> None:
        try:
            self._engine.run(Request(operation, params, self._region))
        except DynamoDbError as problem:
            remedy = 'leave "table" out to add items to it' if problem.code == "ResourceInUseException" else ""
            raise LoadError(where, f"{operation}: {problem.code}: {problem.message}", remedy=remedy) from problem


def _unwrapped(item: Any, keys: tuple[str, ...]) -> Any:
    """The item itself, out of a line of an export or a request of BatchWriteItem."""
    for wrapper in ("PutRequest", "Item"):
        if isinstance(item, Mapping) and set(item) == {wrapper} and wrapper not in keys:
            item = item[wrapper]
    return item


def _wire(item: Any, keys: tuple[str, ...], where: str) -> dict[str, Any]:
    """An item in wire form. One is in wire form already if its key attributes are: no key attribute is a map."""
    if not isinstance(item, Mapping):
        raise LoadError(where, f"{item!r:.80} is no item", remedy="an item maps names of attributes to values")
    try:
        if all(_is_wire_key(item.get(name)) for name in keys):
            return {name: _content(value) for name, value in item.items()}
        return to_wire_item(item, floats=True)
    except (PytestDynamoDbError, DynamoDbError) as problem:
        raise LoadError(where, str(problem)) from problem


def _is_wire_key(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and not _KEY_TYPES.isdisjoint(value)


def _content(value: Any) -> Any:
    """An attribute value as JSON has it: botocore returns bytes, and YAML has numbers as numbers."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    ((tag, content),) = value.items()
    if tag in ("B", "N"):
        return {tag: _text(content)}
    if tag in ("BS", "NS") and isinstance(content, (list, tuple, set, frozenset)):
        return {tag: [_text(member) for member in content]}
    if tag == "L" and isinstance(content, (list, tuple)):
        return {tag: [_content(member) for member in content]}
    if tag == "M" and isinstance(content, Mapping):
        return {tag: {name: _content(member) for name, member in content.items()}}
    return dict(value)


def _text(content: Any) -> Any:
    if isinstance(content, (bytes, bytearray)):
        return base64.b64encode(content).decode("ascii")
    if isinstance(content, (int, float, Decimal)) and not isinstance(content, bool):
        return to_wire(content, floats=True)["N"]
    return content


# --- where a mock exports to and imports from: buckets that are folders, or those of an S3 client ---

BucketPlace: TypeAlias = "str | os.PathLike[str] | Client"
"""A folder of buckets, or an S3 client."""

_SAFE: Final = " !#$&'()+,-.=@[]^_`{}~"
"""Characters that file systems of all kinds take in a name."""


class Buckets:
    """The folders in a folder, each a bucket of that name (see ``engine.call.Files``).

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> buckets = Buckets(folder.name)
    >>> buckets.has_bucket("exports")
    False
    >>> (Path(folder.name) / "exports").mkdir()
    >>> buckets.write("exports", "2026/../a.json", b"{}")
    >>> buckets.keys("exports", "2026/")
    ['2026/../a.json']
    >>> folder.cleanup()
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is a folder of this name."""
        return (self._folder / _name(bucket)).is_dir()

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """The files in a bucket whose keys begin with a prefix, sorted."""
        top = self._folder / _name(bucket)
        with _explained(top, "read"):
            found = ["/".join(map(unquote, path.relative_to(top).parts)) for path in top.rglob("*") if path.is_file()]
        return sorted(key for key in found if key.startswith(prefix))

    def read(self, bucket: str, key: str) -> bytes:
        """The content of a file. Raises ``ConfigurationError`` if it cannot be read."""
        path = self._path(bucket, key)
        with _explained(path, "read"):
            return read_plain(path)

    def write(self, bucket: str, key: str, content: bytes) -> None:
        """Write a file, making the folders in its path. Raises ``ConfigurationError`` if it cannot be written."""
        path = self._path(bucket, key)
        with _explained(path, "written"):
            replace(path, content)

    def _path(self, bucket: str, key: str) -> Path:
        return self._folder.joinpath(_name(bucket), *map(_name, key.split("/")))


@contextlib.contextmanager
def _explained(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        said, remedy = problem_with(problem)
        raise ConfigurationError(f"the bucket's file {path} cannot be {done}: {said} ({remedy})") from problem


def buckets_in(place: BucketPlace) -> Files:
    """The buckets of a folder, or of an S3 client. Raises ``ConfigurationError`` for anything else."""
    if isinstance(place, (str, os.PathLike)):
        return Buckets(place)
    if hasattr(place, "head_bucket"):
        from pytest_dynamodb.mock.s3 import S3Buckets

        return S3Buckets(lambda: place)
    raise ConfigurationError(f'buckets are in a folder or behind an S3 client (boto3.client("s3")), not in {place!r}')


def _name(part: str) -> str:
    """A file name inside the folder; never one that leads out of it."""
    name = quote(part, safe=_SAFE)
    return name.replace(".", "%2E") if not name.strip(".") else name
