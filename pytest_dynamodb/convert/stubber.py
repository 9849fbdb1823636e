"""A cassette as a script that fills botocore's Stubber."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from pprint import pformat
from typing import Any

from pytest_dynamodb.convert.conversion import Exported, LeftOut, one_file
from pytest_dynamodb.convert.interactions import Unconvertible
from pytest_dynamodb.convert.models import answer_of, arguments_of, method_of, operation_model
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.operations import OPERATIONS

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A token that botocore makes up, after the Stubber has looked."""

_HEAD = '''"""What DynamoDB answered, for botocore's Stubber, from {source}."""

import datetime

from botocore.stub import Stubber


def {function}(client):
    """A stubber of ``client`` with the answers in their order; use it with ``with``."""
    stubber = Stubber(client)
'''


def as_stubber(
    exchanges: Sequence[Exchange], *, service: str = "dynamodb", source: str = "a cassette", function: str = "stubbed"
) -> Exported:
    """A module with a function that gives a Stubber the exchanges of one service, requests included.

    A Stubber goes by the order of calls alone, and is of one client: calls of the other service are left out. So are
    calls that no answer came to.
    """
    lines, left = [_HEAD.format(source=source, function=function)], list[LeftOut]()
    for number, exchange in enumerate(exchanges, 1):
        row = OPERATIONS.get(exchange.operation)
        try:
            if row is not None and row.service != service:
                raise Unconvertible(f"it is a call of {row.service}, and a Stubber is of one client")
            lines.append(_added(exchange))
        except Unconvertible as problem:
            left.append(LeftOut(number, exchange.operation, problem.reason))
    return one_file("".join([*lines, "    return stubber\n"]), left)


def _added(exchange: Exchange) -> str:
    """The statement that adds an exchange."""
    status, answer = answer_of(exchange)
    arguments = {name: value for name, value in arguments_of(exchange).items() if not _is_made_up(exchange, name)}
    answer.pop("ResponseMetadata", None)
    method = method_of(exchange.operation)
    if status < 300:
        answer = _acceptable(answer, operation_model(exchange.operation).output_shape)
        return _statement("add_response", method, service_response=answer, expected_params=arguments)
    error = answer.pop("Error", {})
    fields = {name: value for name, value in answer.items() if name not in ("message", "Message")}
    return _statement(
        "add_client_error",
        method,
        service_error_code=error.get("Code", ""),
        service_message=error.get("Message", ""),
        http_status_code=status,
        expected_params=arguments,
        **({"modeled_fields": fields} if fields else {}),
    )


def _acceptable(value: Any, shape: Any) -> Any:
    """An answer without numbers below their least by the model: a Stubber refuses those, and AWS sends them.

    (``NumberOfDecreasesToday`` is 0 in most descriptions, and a ``PositiveLongObject`` in the model.)
    """
    if isinstance(value, dict) and shape.type_name in ("structure", "map"):
        inner = shape.members if shape.type_name == "structure" else dict.fromkeys(value, shape.value)
        return {
            name: _acceptable(element, inner[name])
            for name, element in value.items()
            if not (isinstance(element, int) and element < inner[name].metadata.get("min", element))
        }
    if isinstance(value, list) and shape.type_name == "list":
        return [_acceptable(element, shape.member) for element in value]
    return value


def _is_made_up(exchange: Exchange, name: str) -> bool:
    value = exchange.params.get(name)
    return name in exchange.tokens and isinstance(value, str) and _UUID.fullmatch(value) is not None


def _statement(call: str, method: str, **arguments: Any) -> str:
    inner = "".join(f"        {name}={source_of(value, indent=8)},\n" for name, value in arguments.items())
    return f"    stubber.{call}(\n        {method!r},\n{inner}    )\n"


def source_of(value: Any, *, indent: int = 0) -> str:
    """A value as Python, indented below its first line by ``indent`` columns."""
    text = pformat(_plain(value), width=110 - indent, sort_dicts=False)
    return text.replace("\n", "\n" + " " * (indent + 1)) if "\n" in text else text


def _plain(value: Any) -> Any:
    """Times with a zone that Python has a name for."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc)
    if isinstance(value, dict):
        return {name: _plain(element) for name, element in value.items()}
    return [_plain(element) for element in value] if isinstance(value, list) else value
