"""Where recordings hold what looks like a secret, and the ``redact`` line that keeps it out."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.cassette.leaks.rules import SHORTEST_SECRET, is_secrets_name, may_be_secret, secrets_in
from pytest_dynamodb.cassette.matching import is_generated
from pytest_dynamodb.cassette.options import Place
from pytest_dynamodb.cassette.redaction import pseudonym
from pytest_dynamodb.cassette.volatile.places import SETS, TAGS, leaves, place_name
from pytest_dynamodb.exchange import Exchange, Outcome, TransportFailure

_MADE_BY_AWS: Final = ("Arn", "Token", "Iterator", "Label", "Id", "Url")
"""Ends of the names of parameters and members that hold what AWS made, or made up; none of them an attribute."""
_IN_A_NAME: Final = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """What looks like a secret: what it looks like, the value that holds it, and the place as a JMESPath expression.

    The place is empty for a name of a map's entry, which ``redact`` does not reach.
    """

    looks_like: str
    tag: str
    value: str
    place: str

    @property
    def pseudonym(self) -> str:
        """What is to stand for the value."""
        return pseudonym(self.tag[:1] or "S", self.value)


def leaks_of(exchange: Exchange) -> Iterator[Leak]:
    """What in an exchange looks like a secret: in its request, then in its answer."""
    yield from leaks_in(exchange.params)
    yield from leaks_in(_body(exchange.outcome))


def _body(outcome: Outcome) -> Any:
    if isinstance(outcome, TransportFailure):
        return {"message": outcome.message}
    body = outcome.body
    return {"body": body.decode("utf-8", "replace")} if isinstance(body, bytes) else body


def leaks_in(tree: Any) -> Iterator[Leak]:
    """What in a request's parameters or in an answer's body looks like a secret."""
    if not _holds_any(tree, "", ""):
        return
    for leaf in leaves(tree):
        for text in leaf.parts:
            found = _look(leaf.attribute, leaf.tag, text)
            if found:
                yield Leak(found, leaf.tag, text, jmespath_of(leaf.at))
    for name in _names(tree):
        for found, _ in secrets_in(name, is_value=False):
            yield Leak(found, "S", name, _IN_A_NAME)


def _holds_any(node: Any, attribute: str, tag: str) -> bool:
    """Whether there is anything in a tree: most exchanges hold nothing, and all are looked at."""
    if isinstance(node, str):
        return bool(_look(attribute, tag, node))
    if isinstance(node, dict):
        single = len(node) == 1
        for key, value in node.items():
            if single and key in TAGS:
                if _holds_any(value, attribute, key):
                    return True
            elif next(secrets_in(key, is_value=False), None) or _holds_any(value, key, ""):
                return True
    elif isinstance(node, list):
        for value in node:
            if _holds_any(value, attribute, tag if tag in SETS else ""):
                return True
    return False


def _look(attribute: str, tag: str, text: str) -> str:
    """What a text looks like; empty if it looks harmless."""
    if len(text) < SHORTEST_SECRET:
        return ""
    is_value = bool(tag)
    if not is_value and (is_generated(attribute, text) or attribute.endswith(_MADE_BY_AWS)):
        return ""
    plain = _decoded(text) if tag in {"B", "BS"} else text
    found = next((name for name, _ in secrets_in(plain, is_value=is_value)), "")
    if not found and tag == "S" and is_secrets_name(attribute) and may_be_secret(text):
        found = f"a secret by its name, {attribute.lstrip(':')}"
    return "" if found and text == pseudonym(tag[:1] or "S", text) else found


def _decoded(text: str) -> str:
    """The text that a binary holds; empty if it holds none."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""


def _names(tree: Any) -> Iterator[str]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield from (key for key in node if len(key) > 8)
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def jmespath_of(at: Place) -> str:
    """A place as the JMESPath expression that selects it, and the same in every element of the lists that it is in."""
    return place_name(tuple("[]" if isinstance(step, int) else step for step in at))


# --- what to say ---

_SHOWN = 5


def by_place(leaks: Iterable[Leak]) -> dict[tuple[str, str], int]:
    """How often each kind of secret was found at each place, in the order of the first of each."""
    found: dict[tuple[str, str], int] = {}
    for leak in leaks:
        key = leak.looks_like, leak.place
        found[key] = found.get(key, 0) + 1
    return found


def redact_line(leaks: Iterable[Leak], redact: Sequence[str] = ()) -> str:
    """The option that keeps them out, to be pasted; those that are redacted already come first."""
    places = dict.fromkeys([*redact, *(leak.place for leak in leaks if leak.place)])
    return f"redact=[{', '.join(_quoted(place) for place in places)}]"


def describe(leaks: Sequence[Leak], redact: Sequence[str] = ()) -> str:
    """What was found and what to do, over several lines; never the secrets themselves."""
    found = by_place(leaks)
    lines = []
    for (looks_like, place), times in list(found.items())[:_SHOWN]:
        often = f" ({times} times)" if times > 1 else ""
        lines.append(f"  {looks_like} at {place}{often}" if place else f"  {looks_like} in a name{often}")
    if len(found) > _SHOWN:
        lines.append(f"  and {len(found) - _SHOWN} more")
    if any(leak.place for leak in leaks):
        lines.append(f"  keep it out: {redact_line(leaks, redact)}")
    lines.append('  or, if it is none: secrets="ignore"')
    return "\n".join(lines)


def _quoted(place: str) -> str:
    return f"'{place}'" if '"' in place else f'"{place}"'
