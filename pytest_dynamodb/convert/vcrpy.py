"""A cassette as vcrpy's: for programs that vcrpy serves, and for people who would go back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pytest_dynamodb.convert.conversion import Exported, LeftOut, one_file
from pytest_dynamodb.convert.documents import serializer
from pytest_dynamodb.convert.interactions import Unconvertible, interactions_of
from pytest_dynamodb.exchange import Exchange


def as_vcrpy(exchanges: Sequence[Exchange], *, form: Literal["yaml", "json"] = "yaml", region: str = "") -> Exported:
    """The exchanges as a cassette of vcrpy's, written by its own serialiser.

    ``region`` is where those were sent that do not say so. A call that took several attempts is there once, with its
    last answer; one that the client gave up, as often as it was tried. Raises ``ConversionError`` if vcrpy is not
    installed.
    """
    chosen = serializer(form)
    from vcr.request import Request
    from vcr.serialize import serialize

    left, requests, responses = list[LeftOut](), [], []
    for number, exchange in enumerate(exchanges, 1):
        try:
            crossed = interactions_of(exchange, region=region)
        except Unconvertible as problem:
            left.append(LeftOut(number, exchange.operation, problem.reason))
            continue
        for one in crossed:
            requests.append(Request(one.method, one.uri, one.body, dict(one.headers)))
            responses.append(
                {
                    "status": {"code": one.status, "message": "OK" if one.status < 300 else "Bad Request"},
                    "headers": {name: [value] for name, value in one.answer_headers.items()},
                    "body": {"string": one.answer},
                }
            )
    return one_file(serialize({"requests": requests, "responses": responses}, chosen), left)
