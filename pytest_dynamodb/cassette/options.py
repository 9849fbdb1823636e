"""How a cassette is used: its options, checked where they are given; and the JMESPath expressions among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Literal

from pytest_dynamodb.cassette.choices import (
    ON_SECRETS,
    ON_UNUSED,
    ORDERS,
    Mode,
    OnSecrets,
    OnUnused,
    Order,
    check_mode,
    one_of,
)
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.exchange import Exchange, Request, Response, TransportFailure

NormalizeHook = Callable[[str, dict[str, Any]], dict[str, Any] | None]
"""``(operation, params)`` → other parameters to match by, or ``None`` to match by these."""

RedactHook = Callable[[str, str, str], str | None]
"""``(path, type_tag, value)`` → what to put there instead, or ``None`` to leave it."""

ExchangeHook = Callable[[Exchange], "Exchange | Literal[False] | None"]
"""``(exchange)`` → another exchange to go on with, ``False`` to drop it, or ``None`` to leave it as it is."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Functions of a project that are called while recording and replaying."""

    normalize: NormalizeHook | None = None
    redact: RedactHook | None = None
    before_record: ExchangeHook | None = None
    before_replay: ExchangeHook | None = None
    miss: Callable[[Request, Sequence[Exchange]], None] | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """One of the processes of a session: the session's id, the worker's name, and the id of the controlling process."""

    session: str
    name: str
    controller: int


@dataclass(frozen=True, slots=True)
class CassetteOptions:
    """Everything that decides how a cassette records and answers.

    ``owner`` is the node id of the test, and ``shared`` says that the cassette is its own only in part.
    ``worker`` is the process that records, where others of its session record the same. ``remedy`` is the command that
    records again, ``colour`` says that reports are for a terminal. Raises ``ConfigurationError`` for a value that makes
    no sense.
    """

    mode: Mode = "none"
    ignore: Sequence[str] = ()
    volatile: Sequence[str] = ()
    redact: Sequence[str] = ()
    order: Order = "causal"
    repeats: bool = False
    secrets: OnSecrets = "warn"
    on_unused: OnUnused = "warn"
    max_age: timedelta | None = None
    allow: Sequence[str] = ()
    compress: bool = False
    owner: str = ""
    shared: bool = False
    upstream: str = "aws"
    remedy: str = 'record it again: pytest --record, or use_cassette(…, mode="rewrite")'
    colour: bool = False
    hooks: Hooks = field(default_factory=Hooks)
    worker: Worker | None = None

    def __post_init__(self) -> None:
        """Check what could be misspelt."""
        object.__setattr__(self, "mode", check_mode(self.mode))
        one_of("order", self.order, ORDERS)
        one_of("on_unused", self.on_unused, ON_UNUSED)
        one_of("secrets", self.secrets, ON_SECRETS)
        for name in ("ignore", "volatile", "redact", "allow"):
            value = getattr(self, name)
            if isinstance(value, str) or not all(isinstance(element, str) for element in value):
                raise ConfigurationError(f"{name} takes a list of strings, not {value!r}")
        for name in ("repeats", "compress"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigurationError(f"{name} is True or False, not {getattr(self, name)!r}")
        object.__setattr__(self, "max_age", parse_age(self.max_age))


def returned(hook: str, value: Any, kind: type) -> Any:
    """What a hook returned. Raises ``ConfigurationError`` if it is neither of its ``kind`` nor ``None``.

    A hook that gives exchanges may also return ``False``. Its texts and keys must be text.
    """
    if value is None or (value is False and kind is Exchange) or (isinstance(value, kind) and _is_sound(value)):
        return value
    may_be = "another exchange, False or None" if kind is Exchange else f"a {kind.__name__} or None"
    raise ConfigurationError(f"pytest_dynamodb_{hook} returned {value!r:.100}; it may return {may_be}")


def _is_sound(value: Any) -> bool:
    """Whether an exchange has the fields of one, and what is in maps has texts for keys."""
    if not isinstance(value, Exchange):
        return True
    outcome: Any = value.outcome
    operation: Any = value.operation
    params: Any = value.params
    body, status = getattr(outcome, "body", None), getattr(outcome, "status", None)
    is_answer = isinstance(outcome, Response) and isinstance(body, (dict, bytes)) and type(status) is int
    is_outcome = is_answer or isinstance(outcome, TransportFailure)
    waiting: list[Any] = [params, body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if not all(isinstance(key, str) for key in node):
                return False
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return is_outcome and isinstance(operation, str) and isinstance(params, dict)


OPTION_NAMES = frozenset(option.name for option in fields(CassetteOptions))


def parse_age(age: object) -> timedelta | None:
    """A cassette's greatest age: a ``timedelta``, a number of days, or text such as ``"90d"`` or ``"12h"``."""
    if age is None or age == "":
        return None
    if isinstance(age, timedelta):
        return age
    if isinstance(age, int) and not isinstance(age, bool):
        return timedelta(days=age)
    found = re.fullmatch(r"(\d+)\s*([dhw]?)", str(age).strip())
    if found is None:
        raise ConfigurationError(f'max_age must be a number of days, or text such as "90d", "4w" or "12h", not {age!r}')
    unit = {"h": "hours", "d": "days", "w": "weeks", "": "days"}[found[2]]
    return timedelta(**{unit: int(found[1])})


# --- JMESPath ---
# Expressions as places in a JSON tree, so that what they select can be replaced or left out.
# JMESPath itself answers with values. Searching a shadow of the tree, in which every node remembers where it stands,
# answers with places, for the whole language and with jmespath's own implementation.

Place = tuple[str | int, ...]

# Named like what they shadow: jmespath's functions check type names.
_Text: Any = type("str", (str,), {})
_Map: Any = type("dict", (dict,), {})
_List: Any = type("list", (list,), {})

_PLACEHOLDERS = "ExpressionAttributeValues"
"""Maps whose keys are placeholders, which expressions refer to: an ignored one keeps its key, see ``without``."""
IGNORED = {"S": "ignored"}


def compile_paths(expressions: Sequence[str], *, option: str) -> tuple[Any, ...]:
    """Compiled expressions. Raises ``ConfigurationError`` naming ``option`` and the one that is no JMESPath."""
    if isinstance(expressions, str):
        raise ConfigurationError(f"{option} takes a list of JMESPath expressions, not one string: {expressions!r}")
    if not expressions:
        return ()
    import jmespath
    from jmespath.exceptions import JMESPathError

    compiled = []
    for expression in expressions:
        try:
            compiled.append(jmespath.compile(expression))
        except (JMESPathError, TypeError) as problem:
            raise ConfigurationError(f"{option}: {expression!r} is not a JMESPath expression: {problem}") from None
    return tuple(compiled)


def select(compiled: Sequence[Any], tree: Any) -> set[Place]:
    """Where in ``tree`` the expressions point.

    Numbers, booleans and nulls are reached by plain paths, or else through what holds them.
    """
    if not compiled:
        return set()
    from jmespath.exceptions import JMESPathError

    shadow, places = _shadow(tree, ()), set[Place]()
    for expression in compiled:
        try:
            found = expression.search(shadow)
        except JMESPathError:
            continue  # it does not apply to a request of this shape
        if found is None or isinstance(found, bool | int | float):
            places.update(_plain_place(expression.parsed, tree))
        else:
            places.update(_places(found))
    return places


def _plain_place(node: Any, tree: Any) -> Iterator[Place]:
    """Where a plain path such as ``Item.flag.BOOL`` or ``Keys[0].n`` leads: numbers and booleans cannot say."""
    steps: list[str | int] = []
    pending = [node]
    while pending:
        part = pending.pop()
        if part["type"] in ("subexpression", "index_expression"):
            pending += reversed(part["children"])
        elif part["type"] in ("field", "index"):
            steps.append(part["value"])
        else:
            return
    for number, step in enumerate(steps):
        if isinstance(step, int) and isinstance(tree, list) and -len(tree) <= step < len(tree):
            steps[number] = step % len(tree)
        elif not (isinstance(step, str) and isinstance(tree, dict) and step in tree):
            return
        tree = tree[step]
    yield tuple(steps)


def without(tree: Any, places: set[Place]) -> Any:
    """A copy of ``tree`` that lacks what stands at ``places``; an expression's placeholder gets a fixed value."""
    return _without(tree, places, ()) if places else tree


def _shadow(node: Any, at: Place) -> Any:
    if isinstance(node, dict):
        copy = _Map({key: _shadow(value, (*at, key)) for key, value in node.items()})
    elif isinstance(node, list):
        copy = _List([_shadow(value, (*at, index)) for index, value in enumerate(node)])
    elif isinstance(node, str):
        copy = _Text(node)
    else:
        return node
    copy.at = at
    return copy


def _places(found: Any) -> Iterator[Place]:
    at = getattr(found, "at", None)
    if at is not None:
        yield at
    elif isinstance(found, dict):
        for value in found.values():
            yield from _places(value)
    elif isinstance(found, list):
        for value in found:
            yield from _places(value)


def _without(node: Any, places: set[Place], at: Place) -> Any:
    if isinstance(node, dict):
        kept = {}
        for key, value in node.items():
            here = (*at, key)
            if here not in places:
                kept[key] = _without(value, places, here)
            elif at and at[-1] == _PLACEHOLDERS:
                kept[key] = IGNORED
        return kept
    if isinstance(node, list):
        return [_without(value, places, (*at, i)) for i, value in enumerate(node) if (*at, i) not in places]
    return node
