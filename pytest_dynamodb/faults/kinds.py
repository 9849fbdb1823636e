"""The kinds of faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from pytest_dynamodb.errors import ConfigurationError, DynamoDbError, error_for, message_member
from pytest_dynamodb.exchange import Outcome, Request, Response, TransportFailure
from pytest_dynamodb.faults.faults import Blow, Fault
from pytest_dynamodb.operations import OPERATIONS, named
from pytest_dynamodb.requests import capacity_kind, parts
from pytest_dynamodb.throttling import LIMITS, Limit, reason_of, throttled

_BATCHES: Final = {name: one.leftovers for name, one in OPERATIONS.items() if one.leftovers is not None}
_TRANSACTIONS: Final = named(shape="transaction")

_SERVICE: Final = "com.amazonaws.dynamodb.v20120810#"
_CORAL: Final = "com.amazon.coral.service#"
_STATUS: Final = {"InternalServerError": 500, "ServiceUnavailable": 503}
_CANCELLED: Final = "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
_ONGOING: Final = "Transaction is ongoing for the item"


def _response(problem: DynamoDbError) -> Response:
    space = _CORAL if problem.code in ("ThrottlingException", "AccessDeniedException") else _SERVICE
    body = {"__type": space + problem.code, **problem.members, message_member(problem): problem.message}
    return Response(_STATUS.get(problem.code, 400), body)


def _cancelled(struck: list[bool], reason: Mapping[str, Any]) -> Response:
    reasons = [dict(reason) if hit else {"Code": "None"} for hit in struck]
    message = _CANCELLED.format(codes=", ".join(reason["Code"] for reason in reasons))
    return _response(error_for("TransactionCanceledException", message, members={"CancellationReasons": reasons}))


def _arn(request: Request, table: str, index: str | None) -> str:
    arn = f"arn:aws:dynamodb:{request.region or 'us-east-1'}:{request.account or '123456789012'}:table/{table}"
    return arn if index is None else f"{arn}/index/{index}"


@dataclass(frozen=True, kw_only=True)
class Throttled(Fault):
    """The request is throttled, with the exception and the ``ThrottlingReasons`` of ``limit``.

    ``on_demand`` is the table's billing mode: it decides between ThrottlingException and
    ProvisionedThroughputExceededException for a hot key. In a transaction, the throttling is a cancellation reason.
    Operations that are not about items are throttled without a reason.
    """

    limit: Limit = "ProvisionedThroughputExceeded"
    on_demand: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.limit not in LIMITS:
            raise ConfigurationError(f"limit is one of {', '.join(LIMITS)}, not {self.limit!r}")

    def outcome(self, blow: Blow) -> Outcome:
        """The throttling error."""
        request = blow.request
        kind = capacity_kind(request.operation, request.params)
        if kind is None:
            return _response(error_for("ThrottlingException", "Rate exceeded"))
        hit = list(filter(self._aims_at, parts(request.operation, request.params)))
        table, index = (hit[0].table, self.index or hit[0].index_name) if hit else (self.table or "", self.index)
        problem = throttled(
            self.limit,
            kind,
            resource=_arn(request, table, index),
            index=index is not None,
            on_demand=self.on_demand,
        )
        if request.operation in _TRANSACTIONS:
            return _cancelled(self.struck_parts(request), reason_of(problem))
        return _response(problem)


@dataclass(frozen=True, kw_only=True)
class TransactionConflict(Fault):
    """Another transaction holds the item: a write gets TransactionConflictException, a transaction is cancelled.

    DynamoDB never answers single reads and batches with it, so they do not match.
    """

    _TARGETS: ClassVar = named(effect="writes", shape="single") | _TRANSACTIONS

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self._TARGETS.issuperset(self.operations):
            raise ConfigurationError(f"DynamoDB answers only {', '.join(sorted(self._TARGETS))} so: {self!r}")

    def concerns(self, request: Request) -> bool:
        """As ``Fault.concerns``; only single writes and transactions can conflict."""
        return request.operation in self._TARGETS and super().concerns(request)

    def outcome(self, blow: Blow) -> Outcome:
        """The conflict, or the cancellation."""
        if blow.request.operation in _TRANSACTIONS:
            reason = {"Code": "TransactionConflict", "Message": _ONGOING}
            return _cancelled(self.struck_parts(blow.request), reason)
        return _response(error_for("TransactionConflictException", _ONGOING))


@dataclass(frozen=True, kw_only=True)
class Failed(Fault):
    """Any error, by ``code`` and ``message``. ``members`` are the other members of its body, in wire form.

    ``committed`` says that the request is carried out all the same.
    """

    code: str
    message: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    committed: bool = False

    def outcome(self, blow: Blow) -> Outcome:
        """The error."""
        if self.committed:
            blow.commit()
        return _response(error_for(self.code, self.message, members=self.members))


@dataclass(frozen=True, kw_only=True)
class InternalError(Failed):
    """InternalServerError (HTTP 500). DynamoDB does not say whether a write was carried out; ``committed`` decides."""

    code: str = "InternalServerError"
    message: str = "Internal server error"


@dataclass(frozen=True, kw_only=True)
class Unavailable(Failed):
    """ServiceUnavailable (HTTP 503)."""

    code: str = "ServiceUnavailable"
    message: str = "The service is unavailable. Please try again shortly."


@dataclass(frozen=True, kw_only=True)
class TimedOut(Fault):
    """No answer comes in time. With ``committed``, DynamoDB has carried the request out, and only the answer is
    missing.

    The caller's read timeout passes on the virtual clock, if there is one.
    """

    committed: bool = False

    def outcome(self, blow: Blow) -> Outcome:
        """botocore's ReadTimeoutError."""
        if self.committed:
            blow.commit()
        blow.wait(blow.timeout or 0.0)
        return _read_timeout(blow.request, blow.timeout or 0.0)


@dataclass(frozen=True, kw_only=True)
class ConnectionLost(Fault):
    """The connection is reset before an answer. With ``committed``, DynamoDB has carried the request out before."""

    committed: bool = False

    def outcome(self, blow: Blow) -> Outcome:
        """botocore's ConnectionClosedError."""
        if self.committed:
            blow.commit()
        endpoint = blow.request.endpoint
        message = f'Connection was closed before we received a valid response from endpoint URL: "{endpoint}".'
        return TransportFailure("ConnectionClosedError", message, {"endpoint_url": endpoint})


@dataclass(frozen=True, kw_only=True)
class Slow(Fault):
    """The answer takes ``seconds`` on a virtual clock; nothing really waits.

    A caller with a shorter read timeout gets a timeout, although the request has been carried out.
    """

    seconds: float

    def outcome(self, blow: Blow) -> Outcome:
        """The answer after ``seconds``, or a timeout."""
        if blow.timeout is not None and self.seconds > blow.timeout:
            blow.commit()
            blow.wait(blow.timeout)
            return _read_timeout(blow.request, blow.timeout)
        outcome = blow.answer(blow.request)
        blow.wait(self.seconds)
        return replace(outcome, elapsed=outcome.elapsed + self.seconds)


@dataclass(frozen=True, kw_only=True)
class Unprocessed(Fault):
    """The last ``count`` items of a batch come back unprocessed, or those with ``key``; without either, all of them.

    For BatchWriteItem and BatchGetItem only. In a replay all items come back: a recording holds no answers to parts of
    a request.
    """

    operation: str | tuple[str, ...] | None = tuple(_BATCHES)
    count: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.operations or not _BATCHES.keys() >= set(self.operations):
            raise ConfigurationError(f"only batches give items back: {self!r}")
        if self.count is not None and self.count < 1:
            raise ConfigurationError(f"count is at least 1: {self!r}")

    def outcome(self, blow: Blow) -> Outcome:
        """A success that lists the struck items as unprocessed."""
        request, left = blow.request, self._left(blow.request)
        if all(left):
            done: Outcome = Response(200, {"Responses": {}} if request.operation == "BatchGetItem" else {})
        elif blow.whole:
            raise ConfigurationError(f"a replay holds whole requests, so that all items must come back: {self!r}")
        else:
            done = blow.answer(_restricted(request, [not one for one in left]))
        if not isinstance(done, Response) or done.status != 200 or not isinstance(done.body, dict):
            return done
        member = _BATCHES[request.operation]
        given_back = _restricted(request, left).params["RequestItems"]
        body = {**done.body, member: _joined(done.body.get(member, {}), given_back)}
        return replace(done, body=body)

    def _left(self, request: Request) -> list[bool]:
        hit = self.struck_parts(request)
        if self.count is None:
            return hit
        total = sum(hit)
        left, seen = [], 0
        for one in hit:
            seen += one
            left.append(one and seen > total - self.count)
        return left


def _read_timeout(request: Request, seconds: float) -> TransportFailure:
    message = f'Read timeout on endpoint URL: "{request.endpoint}"'
    return TransportFailure("ReadTimeoutError", message, {"endpoint_url": request.endpoint}, elapsed=seconds)


def _restricted(request: Request, wanted: list[bool]) -> Request:
    """The batch with only the wanted items."""
    items = iter(wanted)
    tables: dict[str, Any] = {}
    for table, part in request.params["RequestItems"].items():
        entries = part if isinstance(part, list) else part["Keys"]
        kept = [entry for entry in entries if next(items, False)]
        if kept:
            tables[table] = kept if isinstance(part, list) else {**part, "Keys": kept}
    return replace(request, params={**request.params, "RequestItems": tables})


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What is unprocessed in any case, together with what the fault adds."""
    joined = dict(one)
    for table, part in other.items():
        known = joined.get(table)
        if known is None:
            joined[table] = part
        elif isinstance(part, list):
            joined[table] = known + part
        else:
            joined[table] = {**part, "Keys": known["Keys"] + part["Keys"]}
    return joined
