"""Odd arguments, one at a time, at every public method of the client and of all that it hands out.

Whatever is given, what is raised is one of the package's two roots, or pydantic's ``ValidationError`` where a model
refuses a value, and it reaches another process. Python's own ``TypeError`` for a wrong number of arguments, or for one
of a name that there is not, is left as it is.

Methods are found by looking, so that a new one is tried as soon as it is there. What an ordinary argument is, is told
by the parameter's name: a new name asks for a line in ``ORDINARY``, a new class for one in ``FACES``. Each parameter is
given every fifth of the odd arguments, and another fifth than the one before; ``PYTEST_DYNAMODB_FUZZ=150`` gives all.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import pickle
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr as BotoAttr
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pytest_dynamodb import (
    AsyncDynamoDbClient,
    Attr,
    DynamoDbClient,
    DynamoDbError,
    Index,
    IndexKeys,
    Mock,
    MockProvider,
    Page,
    PytestDynamoDbError,
    RetryPolicy,
    TableClient,
    Transaction,
    entity,
)
from pytest_dynamodb.client.batch import BatchWriter, TableBatchWriter, TransactGetBuilder
from pytest_dynamodb.client.leases import Lease
from pytest_dynamodb.client.operations.batch_reads import BatchPage
from pytest_dynamodb.client.operations.segments import SegmentPage
from pytest_dynamodb.client.operations.transactions import Action, TransactionSteps, UpdateAction
from pytest_dynamodb.client.query import ParallelScan, QueryBuilder, ScanBuilder
from pytest_dynamodb.client.table import UpdateBuilder
from pytest_dynamodb.client.typed import EntityTable, TypedTable
from pytest_dynamodb.client.typed_actions import TypedActions, TypedPut, TypedUpdateAction
from pytest_dynamodb.client.typed_query import TypedBatchWriter, TypedQuery, TypedUpdate

pytestmark = [
    pytest.mark.usefixtures("models_read_once"),
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings"),  # of what was made without validation
]

# --- what is there ---


@entity(pk="ORDER#{id}", sk="{placed}", indexes=[IndexKeys("all", {"allpk": "OWNER#{owner}"}, {"allsk": "{placed}"})])
class Order(BaseModel):
    id: str
    placed: str = "monday"
    owner: str | None = None
    n: int = 0
    tags: set[str] = set()
    log: list[int] = []


@entity(pk="USER#{id}", sk="USER")
class User(BaseModel):
    id: str


class Part(BaseModel):
    id: str


ORDER = Order(id="1", owner="me")
KEY = {"pk": "ORDER#1", "sk": "monday"}

# --- odd arguments ---


class Stubborn:
    """Nothing can be done with it."""

    def __repr__(self) -> str:
        raise LookupError("no repr")

    def __eq__(self, other: object) -> bool:
        raise LookupError("no equality")

    def __hash__(self) -> int:
        raise LookupError("no hash")


def deep(kind: Callable[[Any], Any]) -> Any:
    found: Any = "x"
    for _ in range(3000):
        found = kind(found)
    return found


ROUND: list[Any] = []
ROUND.append(ROUND)
RING: dict[str, Any] = {}
RING["pk"] = RING

ODD: dict[str, Any] = {
    "none": None,
    "true": True,
    "zero": 0,
    "negative": -1,
    "fraction": 1.5,
    "nan": float("nan"),
    "infinity": float("inf"),
    "vast": 10**400,
    "huge": 2**70,
    "decimal": Decimal("NaN"),
    "complex": 1j,
    "empty text": "",
    "blank": " ",
    "surrogate": "\ud800",
    "control": "\x00\x1b[31m",
    "long text": "x" * 70_000,
    "hash": "a#b",
    "path": "a.b[0]",
    "expression": "n = :n AND",
    "no bytes": b"",
    "bytes": b"\xff",
    "empty list": [],
    "empty tuple": (),
    "empty map": {},
    "empty set": set(),
    "list of none": [None],
    "list of lists": [[]],
    "list of texts": ["a", "b"],
    "list of maps": [{}],
    "list of numbers": [1, 2.5],
    "mixed set": {1, "a"},
    "round": ROUND,
    "ring": RING,
    "deep list": deep(lambda inner: [inner]),
    "deep map": deep(lambda inner: {"a": inner}),
    "no names": {None: None, 1: 2},
    "an empty name": {"": ""},
    "part of a key": {"pk": "a"},
    "more than a key": {"pk": "a", "sk": "b", "more": 1},
    "odd key": {"pk": None, "sk": float("nan")},
    "key of surrogates": {"pk": "\ud800", "sk": "\udfff"},
    "key of nothing": {"pk": "", "sk": b""},
    "fields": {"id": 1.5, "placed": []},
    "condition": Attr("n") > 1,
    "path as built": Attr("n"),
    "sum": Attr("n") + 1,
    "boto3's": BotoAttr("n").gt(1),
    "boto3's path": BotoAttr("n"),
    "boto3's odd": BotoAttr("n").gt(Stubborn()),
    "moment": datetime(2024, 1, 1, tzinfo=timezone.utc),
    "class": Order,
    "another class": User,
    "a class of Python": int,
    "instance": ORDER,
    "another instance": User(id="1"),
    "unchecked instance": Order.model_construct(id=None, n="x"),
    "function": len,
    "iterator": iter([None]),
    "object": object(),
    "stubborn": Stubborn(),
    "list of stubborn": [Stubborn()],
    "map of stubborn": {"pk": Stubborn(), "sk": "a"},
}

# --- ordinary arguments ---

ORDINARY: dict[str, Any] = {
    "action": Action("Delete", "app", {"Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}),
    "adaptive": False,
    "after": None,
    "alien": "skip",
    "ascending": True,
    "at_once": 2,
    "attribute": "n",
    "batch": ["SELECT * FROM app"],
    "before": ORDER,
    "by": "a",
    "call_timeout": 5.0,
    "check_version": True,
    "clock": None,
    "condition": Attr("n") >= 0,
    "consistent": False,
    "convert": lambda item: item,
    "enabled": True,
    "field": {},
    "fields": {},
    "hide_expired": False,
    "high": "z",
    "index": None,
    "indexes": (),
    "instance": ORDER,
    "into": None,
    "item": {**KEY, "n": 1},
    "items": 5,
    "key": KEY,
    "keys": [KEY],
    "limit": 5,
    "low": "a",
    "members": ["a"],
    "model": None,
    "models": None,
    "name": "other",
    "number": 0,
    "of": 2,
    "operation": "ListTables",
    "others": {},
    "owner": "me",
    "page_size": 2,
    "parameters": {},
    "partition": (),
    "partition_key": "pk",
    "path": "log",
    "paths": ("n",),
    "prefix": "a",
    "projection": "n",
    "raise_on_failed": True,
    "rate": None,
    "raw": False,
    "retry": RetryPolicy(max_attempts=1),
    "return_old": True,
    "seconds": 30.0,
    "segments": 2,
    "sort_key": None,
    "start": 0,
    "statement": "SELECT * FROM app",
    "stop": 9,
    "table": "app",
    "timeout": 1.0,
    "token": "token",
    "transaction": None,
    "value": 1,
    "values": ("a",),
    "wait": 0.0,
    "what": "all_new",
}
"""By the names of parameters."""

FIELDS = {"id": "1", "placed": "monday"}
SPECIAL: dict[tuple[str, str], Any] = {
    ("Lease.guard", "transaction"): None,
    ("DynamoDbClient.batch_get", "keys"): {"app": [KEY]},
    ("DynamoDbClient.execute_statement", "parameters"): (),
    ("DynamoDbClient.execute_transaction", "token"): "token",
    ("DynamoDbClient.table", "keys"): None,
    ("DynamoDbClient.table", "indexes"): None,
    ("EntityTable.of", "model"): Order,
    ("EntityTable.get", "model"): Order,
    ("EntityTable.get", "fields"): FIELDS,
    ("EntityTable.collection", "model"): Order,
    ("EntityTable.collection", "fields"): {"id": "1"},
    ("EntityTable.query", "partition"): ("ORDER#1",),
    ("TypedTable.query", "fields"): {"id": "1"},
    ("TypedTable.batch_get", "keys"): [FIELDS],
    ("TypedTable.changed", "after"): ORDER,
    ("TypedUpdate.add", "path"): "n",
    ("TypedUpdate.delete", "path"): "tags",
    ("TypedUpdate.append", "values"): [1],
    ("TypedUpdateAction.add", "path"): "n",
    ("TypedUpdateAction.delete", "path"): "tags",
    ("TypedUpdateAction.append", "values"): [1],
    ("TypedQuery.into", "model"): Part,
    ("UpdateBuilder.add", "path"): "n",
    ("UpdateBuilder.append", "values"): [1],
    ("UpdateAction.add", "path"): "n",
    ("UpdateAction.append", "values"): [1],
    ("TypedUpdate.set", "path"): "n",
    ("TypedUpdate.set_if_absent", "path"): "n",
    ("TypedUpdateAction.set", "path"): "n",
    ("TypedUpdateAction.set_if_absent", "path"): "n",
    ("TransactGetBuilder.get", "projection"): "n",
}
"""By the method and the parameter, where a name means something else there."""
for _kind in ("TypedTable", "TypedActions", "TypedBatchWriter"):
    for _name in ("get", "get_or_raise", "exists", "delete", "update", "upsert", "key", "check"):
        SPECIAL[f"{_kind}.{_name}", "key"] = FIELDS
for _bound in ("begins_with", "less_than", "at_most", "greater_than", "at_least"):
    for _name in ("prefix", "value"):
        SPECIAL[f"TypedQuery.sort_key_{_bound}", _name] = {"placed": "m"}
for _name in ("low", "high"):
    SPECIAL["TypedQuery.sort_key_between", _name] = {"placed": "m"}

# --- faces ---

Made = tuple[Any, Callable[[], object]]


def nothing() -> None:
    """What is to be done at the end of most."""


def in_batch(batch: Any) -> Made:
    return batch, batch.close


def in_transaction(transaction: Transaction, made: Any) -> Made:
    return made, transaction.commit


def beside(client: DynamoDbClient, make: Callable[[Transaction], Any]) -> Made:
    transaction = client.transaction()
    return in_transaction(transaction, make(transaction))


def orders(client: DynamoDbClient) -> TypedTable[Order]:
    return client.table("app", model=Order)


FACES: dict[type, Callable[[DynamoDbClient], Made]] = {
    DynamoDbClient: lambda client: (client, nothing),
    TableClient: lambda client: (client.table("app"), nothing),
    TypedTable: lambda client: (orders(client), nothing),
    EntityTable: lambda client: (client.table("app", models=(Order, User)), nothing),
    BatchWriter: lambda client: in_batch(client.batch_write()),
    TableBatchWriter: lambda client: in_batch(client.table("app").batch_write(at_once=2)),
    TypedBatchWriter: lambda client: in_batch(orders(client).batch_write()),
    Transaction: lambda client: beside(client, lambda transaction: transaction),
    Action: lambda client: beside(client, lambda transaction: transaction.delete("app", KEY)),
    UpdateAction: lambda client: beside(client, lambda transaction: transaction.update("app", KEY)),
    TypedActions: lambda client: beside(client, orders(client).within),
    TypedPut: lambda client: beside(client, lambda transaction: orders(client).within(transaction).put(ORDER)),
    TypedUpdateAction: lambda client: beside(
        client, lambda transaction: orders(client).within(transaction).update(ORDER)
    ),
    TransactGetBuilder: lambda client: (client.transact_get(), nothing),
    Lease: lambda client: (client.lease("app", "nightly"), nothing),
    QueryBuilder: lambda client: (client.table("app").query().partition_key("ORDER#1"), nothing),
    ScanBuilder: lambda client: (client.table("app").scan(), nothing),
    ParallelScan: lambda client: (client.table("app").scan().parallel(2), nothing),
    UpdateBuilder: lambda client: (client.table("app").update(KEY), nothing),
    TypedQuery: lambda client: (orders(client).query(id="1"), nothing),
    TypedUpdate: lambda client: (orders(client).update(ORDER), nothing),
    Page: lambda client: (client.table("app").scan().execute(), nothing),
}
"""Classes with public methods, and how one is had. The second is what carries out what was asked for."""
PLAIN = {BatchPage, SegmentPage}
"""What is only looked at, and has no methods of its own."""


def methods() -> Iterator[tuple[type, str]]:
    """The public methods of this package's own that take anything."""
    for kind in FACES:
        for name in sorted(dir(kind)):
            method = getattr(kind, name)
            own = inspect.isfunction(method) and method.__module__.startswith("pytest_dynamodb")
            if own and not name.startswith("_") and len(inspect.signature(method).parameters) > 1:
                yield kind, name


METHODS = list(methods())
CALLERS = {("Page.map", "convert")}
"""Functions of the caller's, which raise what they like: an odd one is one that cannot be called."""

# --- the attack ---

Given = Mapping[inspect.Parameter, Any]


@pytest.fixture(scope="module")
def mock() -> Mock:
    mock = Mock()
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        index = Index(name="all", partition_key="allpk", sort_key="allsk")
        client.create_table("app", partition_key="pk", sort_key="sk", indexes=[index])
        orders(client).put(ORDER)
    return mock


@pytest.fixture(scope="module")
def client(mock: Mock) -> Iterator[DynamoDbClient]:
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        yield client


def ordinary(kind: type, name: str) -> dict[inspect.Parameter, Any]:
    """Ordinary arguments of a method."""
    found, where = {}, f"{kind.__name__}.{name}"
    for parameter in list(inspect.signature(getattr(kind, name)).parameters.values())[1:]:
        known = SPECIAL.get((where, parameter.name), ORDINARY.get(parameter.name, parameter.empty))
        assert known is not parameter.empty, f"say in ORDINARY what {parameter.name!r} of {where} ordinarily is"
        found[parameter] = known
    return found


def odd(kind: type, name: str, parameter: inspect.Parameter) -> dict[str, Any]:
    """The odd arguments for a parameter."""
    callers = (f"{kind.__name__}.{name}", parameter.name) in CALLERS
    found = {says: value for says, value in ODD.items() if not (callers and callable(value))}
    if parameter.kind is parameter.VAR_POSITIONAL:
        return {says: (value,) for says, value in found.items()}
    if parameter.kind is parameter.VAR_KEYWORD:
        return {says: {"id": value} for says, value in found.items()}
    return found


def called(method: Callable[..., Any], given: Given) -> Any:
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter, value in given.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += value
        elif parameter.kind is parameter.VAR_KEYWORD:
            named |= value
        elif parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            positional.append(value)
    return method(*positional, **named)


async def awaited(found: Any) -> Any:
    """What a method of either face returns; some of it, where that comes one by one."""
    if inspect.isawaitable(found):
        return await found
    if isinstance(found, AsyncIterator):
        return [one async for one in found][:3]
    return list(islice(found, 3)) if isinstance(found, Iterator) else found


async def carried_out(kind: type, name: str, client: Any, given: Given) -> Any:
    """Call a method, and whatever sends what it was asked for. Returns what the method did."""
    face, end = FACES[kind](client)
    face = await awaited(face)
    if kind is Lease and name != "acquire":
        await awaited(face.acquire())
    first = found = await awaited(called(getattr(face, name), given))
    if isinstance(found, TransactionSteps):
        found.put("app", ORDINARY["item"])
    for last in ("acquire", "list_tables", "scan", "execute", "commit", "close"):
        if callable(getattr(found, last, None)):
            found = await awaited(getattr(found, last)())
    await awaited(end())
    return first


async def leak(kind: type, name: str, client: Any, given: Given) -> Any:
    """What is wrong with what a method does: raises what it should not, mostly. ``None`` for nothing."""
    try:
        found = await carried_out(kind, name, client, given)
    except (PytestDynamoDbError, DynamoDbError) as error:
        arrived = pickle.loads(pickle.dumps(error))
        return None if (type(arrived), str(arrived)) == (type(error), str(error)) else error
    except ValidationError:
        return None
    except Exception as error:  # noqa: BLE001 - which is what is looked for
        return error
    if isinstance(client, DynamoDbClient) and is_unknown(type(found)):
        return f"say in FACES how a {type(found).__name__} is had"
    return None


def is_unknown(kind: type) -> bool:
    ours = kind.__module__.startswith("pytest_dynamodb.client") and kind not in FACES and kind not in PLAIN
    return ours and any(inspect.isfunction(member) for name, member in vars(kind).items() if not name.startswith("_"))


def told(found: Any) -> str:
    """A leak, and where it is from."""
    frames = traceback.extract_tb(found.__traceback__) if isinstance(found, Exception) else []
    where = [f"{frame.filename.partition('pytest_dynamodb/')[2]}:{frame.lineno}" for frame in frames]
    return f"{type(found).__name__}: {found!s:.100} at {[place for place in where if place[0] != ':'][-1:]}"


async def leaks(kind: type, name: str, client: Any, mock: Mock, part: int, of: int) -> list[str]:
    """What is wrong with a method, given one odd argument after the other: a part of all, another one each time."""
    there, usual, found = mock.snapshot(), ordinary(kind, name), list[str]()
    wrong = await leak(kind, name, client, usual)
    if wrong is not None:
        found.append(f"{kind.__name__}.{name}, as it ordinarily is: {told(wrong)}")
    for number, parameter in enumerate(usual):
        some = list(odd(kind, name, parameter).items())[(part + number) % of :: of]
        for says, value in some:
            mock.restore(there)
            wrong = await leak(kind, name, client, {**usual, parameter: value})
            if wrong is not None:
                found.append(f"{kind.__name__}.{name}, {parameter.name} is {says}: {told(wrong)}")
    mock.restore(there)
    return found


PARTS = 1 if "PYTEST_DYNAMODB_FUZZ" in os.environ else 5
IDS = [f"{kind.__name__}.{name}" for kind, name in METHODS]


@pytest.mark.parametrize(("number", "method"), list(enumerate(METHODS)), ids=IDS)
def test_what_is_raised_for_an_odd_argument_is_of_this_package(
    client: DynamoDbClient, mock: Mock, number: int, method: tuple[type, str]
) -> None:
    assert asyncio.run(leaks(*method, client, mock, number, PARTS)) == []


@pytest.mark.aiobotocore
def test_so_it_is_of_the_asynchronous_face(mock: Mock) -> None:
    async def all_leaks() -> list[str]:
        async with AsyncDynamoDbClient(provider=MockProvider(mock)) as client:
            found = [await leaks(*method, client, mock, number, 5 * PARTS) for number, method in enumerate(METHODS)]
        return [one for some in found for one in some]

    assert asyncio.run(all_leaks()) == []


@drawn(method=st.sampled_from(METHODS), data=st.data())
def test_several_odd_arguments_are_no_worse(
    client: DynamoDbClient, mock: Mock, method: tuple[type, str], data: st.DataObject
) -> None:
    there, given = mock.snapshot(), ordinary(*method)
    for parameter in given:
        if data.draw(st.booleans(), label=f"{parameter.name} is odd"):
            choices = odd(*method, parameter)
            given[parameter] = choices[data.draw(st.sampled_from(sorted(choices)), label=parameter.name)]
    wrong = asyncio.run(leak(*method, client, given))
    mock.restore(there)
    assert wrong is None, told(wrong)
