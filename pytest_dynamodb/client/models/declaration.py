"""How a model says where its items are: ``@entity(pk="USER#{user_id}", sk="PROFILE")``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from pytest_dynamodb.errors import (
    ConditionalCheckFailedException,
    ConfigurationError,
    DynamoDbError,
    PytestDynamoDbError,
    quoted,
)

if TYPE_CHECKING:
    from pydantic import BaseModel


ModelT = TypeVar("ModelT", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """The keys of an index of this ``name``: attributes by their names, with the templates that they are made of.

    An index may have up to four attributes of each kind. An item of which a template needs a field that is ``None`` has
    none of these attributes, and so is not in the index.

    ``discriminates=False`` is for an index that does not hold the discriminator, such as one of keys alone, by which
    DynamoDB refuses to filter there: its items are told apart by their keys.
    """

    name: str
    partition: Mapping[str, str]
    sort: Mapping[str, str] = field(default_factory=dict)
    discriminates: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What ``entity`` was told."""

    pk: str
    sk: str | None = None
    key_names: Sequence[str] = ("pk", "sk")
    indexes: Sequence[IndexKeys] = ()
    name: str | None = None
    former: Sequence[str] = ()
    discriminator: str | None = "entity"
    delimiter: str = "#"
    version: str | None = None
    created: str | None = None
    updated: str | None = None
    ttl: str | None = None
    unique: Sequence[str] = ()


_DECLARED: WeakKeyDictionary[type[BaseModel], Declaration] = WeakKeyDictionary()


def entity(
    *,
    pk: str,
    sk: str | None = None,
    key_names: Sequence[str] = ("pk", "sk"),
    indexes: Sequence[IndexKeys] = (),
    name: str | None = None,
    former: Sequence[str] = (),
    discriminator: str | None = "entity",
    delimiter: str = "#",
    version: str | None = None,
    created: str | None = None,
    updated: str | None = None,
    ttl: str | None = None,
    unique: Sequence[str] = (),
) -> Callable[[type[ModelT]], type[ModelT]]:
    """Say how a pydantic model's items are stored. The model stays what it is.

    ``pk``, ``sk``       templates of the table's key; ``{field}`` stands for a field, with a format if need be:
                         ``"ORDER#{number:08d}"``
    ``key_names``        what the key's attributes are called
    ``indexes``          see ``IndexKeys``
    ``discriminator``    the attribute that says which model an item is of, by ``name``, which is the class's without
                         one; ``None`` for a table whose items have no such attribute
    ``former``           names that it had before: items that were stored under one are the model's. A class is renamed
                         with ``name="Old"``, or with ``former=["Old"]``
    ``delimiter``        what separates the parts of a key: no value in one may hold it
    ``version``          an ``int`` field that counts writes; each expects the version it was read with
    ``created``          ``datetime`` fields that are stamped with the time of the first and of the last write
    ``updated``
    ``unique``           fields of which no two items of the model have the same value; see ``uniqueness``
    ``ttl``              a ``datetime`` field that is stored as DynamoDB's time to live, in whole seconds
    """

    def declare(model: type[ModelT]) -> type[ModelT]:
        _DECLARED[model] = Declaration(
            pk=pk,
            sk=sk,
            key_names=tuple(key_names),
            indexes=tuple(indexes),
            name=name,
            former=(former,) if isinstance(former, str) else tuple(former),
            discriminator=discriminator,
            delimiter=delimiter,
            version=version,
            created=created,
            updated=updated,
            ttl=ttl,
            unique=tuple(unique),
        )
        return model

    return declare


def declaration_of(model: type[BaseModel]) -> Declaration:
    """What a model was declared with; not what one that it is derived from was. Raises ``ConfigurationError``."""
    declared = _DECLARED.get(model)
    if declared is None:
        raise ConfigurationError(
            f"it is not known how a {model.__name__} is stored: declare it with @entity(pk=...), or name the fields "
            'that are its key: client.table(name, model=..., keys="user_id")'
        )
    return declared


def declaration_of_fields(names: Sequence[str]) -> Declaration:
    """That of a model whose fields are the key as they are."""
    if not 1 <= len(names) <= 2:
        raise ConfigurationError(f"the key of a table is one field or two, not {', '.join(names)}")
    pk, *sort = (f"{{{name}}}" for name in names)
    return Declaration(pk=pk, sk=sort[0] if sort else None, key_names=tuple(names), discriminator=None)


# --- errors ---
# What goes wrong with models, before anything is sent or after something was read.


class InvalidValue(PytestDynamoDbError, ValueError):
    """A value cannot be stored as its field says. Nothing has been sent.

    ``problems`` are pydantic's, each with ``loc``, ``msg`` and ``type``; the cause is its ``ValidationError``.
    """

    problems: Sequence[Mapping[str, Any]] = ()


@contextmanager
def refusing(model: str) -> Iterator[None]:
    """Raise what pydantic and the validators of a model raise as ``InvalidValue``."""
    try:
        yield
    except (PytestDynamoDbError, DynamoDbError):
        raise
    except Exception as problem:
        listed = getattr(problem, "errors", None)
        refused = InvalidValue(f"{model}: {_said(problem)}\nNothing has been sent")
        if callable(listed):
            refused.problems = [{name: one[name] for name in ("loc", "msg", "type")} for one in listed()]
        raise refused from problem


def _said(problem: Exception) -> str:
    return str(problem) if isinstance(problem, ValueError) else f"{type(problem).__name__}: {problem}"


class InvalidKey(InvalidValue):
    """A key cannot be made of these values: one is missing, empty, or holds the delimiter of the parts of a key."""


class InvalidUpdate(PytestDynamoDbError, ValueError):
    """An update of a typed item would make it inconsistent: with its keys in an index, say. Nothing has been sent."""


class InvalidItem(PytestDynamoDbError, ValueError):
    """An item in the table does not fit the model. ``item`` is what was read, the cause is pydantic's error."""

    table: str
    model: str
    item: dict[str, Any]

    def __init__(self, table: str, model: str, item: Mapping[str, Any], problem: object) -> None:
        self.table, self.model, self.item = table, model, dict(item)
        super().__init__(
            f"{table}: an item is no {model}: {problem}\nRead it with raw=True, or into a model of the fields it has"
        )


class InvalidItemWritten(InvalidItem):
    """The write has happened, and what it has left in the table does not fit the model; nothing is to be repeated.

    ``item`` is what is stored now; for a delete, what was deleted.
    """

    def __init__(self, table: str, model: str, item: Mapping[str, Any], problem: object) -> None:
        super().__init__(table, model, item, problem)
        self.args: tuple[Any, ...] = (f"The write has happened. What was stored: {self.args[0]}",)


class VersionConflict(ConditionalCheckFailedException):
    """Somebody else has written the item since it was read. ``item`` is what is there now, ``None`` for nothing.

    ``expected`` is the version that was to be replaced, 0 for an item that was to be new; ``found`` is the version
    in the table.
    """

    expected: int = 0
    found: int | None = None


class NotUnique(ConditionalCheckFailedException):
    """Another item has this value of a unique field. Nothing has been written.

    ``field`` is the field's name, ``value`` the value as it is stored.
    """

    field: str
    value: object

    def __init__(self, model: str, field: str, value: object) -> None:
        self.field, self.value = field, value
        super().__init__(f"another {model} has {quoted(value, 200)} as its {field}, which is unique")


def version_conflict(error: ConditionalCheckFailedException, expected: int, found: int | None) -> VersionConflict:
    """The failure as ``VersionConflict``."""
    there = "there is none" if found is None else f"version {found} is there"
    conflict = VersionConflict(
        f"version {expected} was to be written over, but {there}" if expected else f"it was to be new, but {there}",
        operation=error.operation,
        table=error.table,
        request_id=error.request_id,
        status=error.status,
        item=error.item,
        members=error.members,
    )
    conflict.expected, conflict.found = expected, found
    return conflict
