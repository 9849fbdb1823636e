"""Every exception of the package reaches another process whole: multiprocessing would hang on one that does not."""

from __future__ import annotations

import copy
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

import pytest_dynamodb
from pytest_dynamodb import Attr, DynamoDbClient
from pytest_dynamodb.client.models.declaration import InvalidItem, InvalidItemWritten, NotUnique
from pytest_dynamodb.client.operations.batch_writes import BatchWrite, ItemsNotWritten
from pytest_dynamodb.client.operations.reading import ItemsNotRead
from pytest_dynamodb.client.operations.transactions import Action, TransactionCancelled, UpdateAction
from pytest_dynamodb.engine.partiql.write import NotOneItem
from pytest_dynamodb.engine.validation.wording import BadValue
from pytest_dynamodb.errors import (
    CancellationReason,
    CassetteError,
    CircuitOpen,
    DynamoDbError,
    ItemNotFound,
    PytestDynamoDbError,
    ValidationException,
)
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.mock.problems import LoadError
from pytest_dynamodb.races import RaceFound, UnsafeCall, UnsafeToRepeat
from pytest_dynamodb.server.authentication import Refused
from pytest_dynamodb.simulation.throughput.meter import _Throttled

MADE: dict[type[BaseException], Callable[[], BaseException]] = {
    BadValue: lambda: BadValue("number", number="1x"),
    CassetteError: lambda: CassetteError("a.ddb.msgpack", "damaged", offset=3, remedy="record again"),
    CircuitOpen: lambda: CircuitOpen("open", retry_after=3.0, operation="GetItem"),
    ExpressionError: lambda: ExpressionError("unused-values", expression="FilterExpression", keys=":a"),
    InvalidItem: lambda: InvalidItem("app", "User", {"pk": "a"}, ValueError("no name")),
    InvalidItemWritten: lambda: InvalidItemWritten("app", "User", {"pk": "a"}, ValueError("no name")),
    ItemNotFound: lambda: ItemNotFound("app", {"pk": "a"}),
    ItemsNotRead: lambda: ItemsNotRead([{"pk": "a"}]),
    ItemsNotWritten: lambda: ItemsNotWritten([BatchWrite("app", "put", {"pk": "a"})]),
    LoadError: lambda: LoadError("seed.json", "no tables", remedy="give some"),
    NotUnique: lambda: NotUnique("User", "email", "a@example.com"),
    NotOneItem: lambda: NotOneItem("Where clause does not contain a mandatory equality", "ValidationError"),
    RaceFound: lambda: RaceFound("lost", schedule="a b b a"),
    Refused: lambda: Refused("AccessDeniedException", "no"),
    TransactionCancelled: lambda: TransactionCancelled(
        "cancelled",
        actions=[
            Action("Delete", "app", {"Key": {"pk": {"S": "a"}}}, Attr("n") > 1),
            UpdateAction("app", {"pk": "a"}, floats=False).set("n", 1),
        ],
        reasons=[CancellationReason("ConditionalCheckFailed", "no", {"n": 1}), CancellationReason("None")],
    ),
    UnsafeToRepeat: lambda: UnsafeToRepeat(
        "not safe", calls=[UnsafeCall(3, "UpdateItem shop", "repeated", ("process gone",), "check raises")]
    ),
    _Throttled: lambda: _Throttled(ValidationException("no"), "app"),
}
"""Those that are not made of one text."""


def exceptions() -> Iterator[type[BaseException]]:
    for module in pkgutil.walk_packages(pytest_dynamodb.__path__, f"{pytest_dynamodb.__name__}."):
        if not module.name.endswith("__main__"):
            for found in vars(import_module(module.name)).values():
                if isinstance(found, type) and issubclass(found, BaseException) and found.__module__ == module.name:
                    yield found


KINDS = sorted(set(exceptions()), key=lambda kind: kind.__qualname__)


def test_what_a_caller_may_catch_has_a_public_name() -> None:
    ours = [kind for kind in KINDS if issubclass(kind, (PytestDynamoDbError, DynamoDbError))]
    assert not [kind for kind in ours if kind.__name__.startswith("_")]


@pytest.mark.parametrize("carried", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
@pytest.mark.parametrize("kind", KINDS, ids=[kind.__qualname__ for kind in KINDS])
def test_an_exception_arrives_whole(
    kind: type[BaseException], carried: Callable[[BaseException], BaseException]
) -> None:
    error = MADE.get(kind, lambda: kind("what is wrong"))()
    error.__dict__["__notes__"] = ["seen on a Monday"]
    arrived = carried(error)
    assert type(arrived) is kind
    assert (str(arrived), repr(arrived.args), repr(vars(arrived))) == (str(error), repr(error.args), repr(vars(error)))


def test_what_an_answer_said_arrives_with_any_error_of_the_service() -> None:
    error = ExpressionError("unused-values", expression="FilterExpression", keys=":a")
    error.operation, error.table, error.request_id, error.status = "Query", "app", "R1", 400
    arrived = pickle.loads(pickle.dumps(error))
    assert str(arrived) == str(error)
    assert (arrived.request_id, arrived.status) == ("R1", 400)


def test_so_does_an_application_s_own_class() -> None:
    arrived = pickle.loads(pickle.dumps(Mine(3, reason="because")))
    assert (arrived.number, str(arrived)) == (3, "because")


class Mine(DynamoDbError):
    """As an application may have it."""

    def __init__(self, number: int, *, reason: str) -> None:
        super().__init__(reason)
        self.number = number


def test_the_failures_of_a_transaction_are_known_on_the_other_side() -> None:
    with pytest.raises(TransactionCancelled) as caught, DynamoDbClient(provider="mock") as client:
        client.create_table("app", partition_key="pk")
        with client.transaction() as transaction:
            transaction.delete("app", {"pk": "a"}).condition(Attr("n") > 1)
    arrived = pickle.loads(pickle.dumps(caught.value))
    assert [failure.code for failure in arrived.failures] == ["ConditionalCheckFailed"]
    assert str(arrived) == str(caught.value)
