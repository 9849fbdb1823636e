"""Programs that are started where a replay or a mock is in charge: they are given its endpoint, by the environment.

They may be written in any language, and nothing of this package is in them. While something is let through to the
network, they find their way there as always.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from secrets import token_hex

from pytest_dynamodb import forks
from pytest_dynamodb.errors import UnexpectedRequest
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.hooks import active
from pytest_dynamodb.server.listener import LoopbackServer

VARIABLES = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS")
"""How SDKs and the AWS CLI are told of an endpoint."""

_opening = forks.lock()
_desks: dict[int, _Desk] = {}


class _Desk:
    """Where the programs of this process ask, each with a path that was made up for what was in charge."""

    def __init__(self) -> None:
        self._known: dict[str, active.Activation] = {}
        self._server = LoopbackServer(self._find)

    def endpoint(self, activation: active.Activation) -> str:
        """The URL of a provider in charge, which nobody else can guess."""
        for path, known in self._known.items():
            if known is activation:
                return self._server.url(path)
        path = token_hex(16)
        self._known[path] = activation
        return self._server.url(path)

    def _find(self, path: str) -> Provider | None:
        activation = self._known.get(path)
        try:
            return None if activation is None else activation.present
        except UnexpectedRequest:
            return None


def environment(given: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """The environment for a program that is started now with ``given``, which is its starter's own if ``None``.

    An endpoint that ``given`` names itself is left alone.
    """
    activations = [activation for activation in active.in_charge() if activation.tags is None]
    if not activations or not activations[-1].provider.offline:
        return given
    named = {} if given is None else given
    if any(named.get(name) not in (None, os.environ.get(name)) for name in VARIABLES):
        return given
    with _opening:
        process = os.getpid()
        if process not in _desks:
            _desks.clear()  # a parent's, whose threads are not here
            _desks[process] = _Desk()
        url = _desks[process].endpoint(activations[-1])
    return {**(os.environ if given is None else given), **dict.fromkeys(VARIABLES, url)}
