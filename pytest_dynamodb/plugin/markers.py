"""The marker ``dynamodb_cassette``: what it may say, and what several of them say together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

NAME = "dynamodb_cassette"
MOCK = "dynamodb_mock"

KEYWORDS = frozenset(
    {"mode", "provider", "upstream", "ignore", "redact", "order", "repeats", "on_unused", "max_age", "share"}
)
#: What the fixture ``dynamodb_cassette_config`` may say besides.
CONFIG_KEYWORDS = KEYWORDS | {"allow", "compress"}

DESCRIPTION = (
    f"{NAME}(name=None, *, mode, provider, upstream, ignore, redact, order, repeats, on_unused, max_age, share): "
    "record the test's DynamoDB calls to a cassette, and replay them from it"
)


def is_marked(item: pytest.Item) -> bool:
    """Whether a test has a cassette: by a marker on it, its class or module, or by asking for the fixture."""
    return item.get_closest_marker(NAME) is not None or NAME in getattr(item, "fixturenames", ())


def is_mocked(item: pytest.Item) -> bool:
    """Whether a test has no cassette and asks for the fixture ``dynamodb_mock``: then the mock answers it."""
    return MOCK in getattr(item, "fixturenames", ()) and not is_marked(item)


def is_answered(item: pytest.Item) -> bool:
    """Whether this plugin has a say in who answers a test."""
    return is_marked(item) or is_mocked(item)


def of_test(item: pytest.Item) -> dict[str, Any]:
    """What its markers say of a test, the narrowest winning key by key. Raises ``pytest.UsageError``."""
    return merged(item.nodeid, item.iter_markers(NAME))


#: What a test decides for the wider fixtures that it is the first to ask for: it is answered as they are.
_PASSED_ON = ("mode", "provider", "upstream")


def of_surroundings(item: pytest.Item) -> dict[str, Any]:
    """What holds for wider fixtures too: what the markers of a test's class and module say, and who answers it."""
    marks = [mark for node, mark in item.iter_markers_with_node(NAME) if node is not item]
    said, own = merged(item.nodeid, marks), of_test(item)
    said.update({key: own[key] for key in _PASSED_ON if key in own})
    said.pop("name", None)
    said.pop("share", None)
    return said


def merged(node_id: str, marks: Iterable[pytest.Mark]) -> dict[str, Any]:
    """Marks, from the narrowest to the widest, as one dictionary. Raises ``pytest.UsageError`` for unknown keywords."""
    said: dict[str, Any] = {}
    for mark in marks:
        for key, value in {**_name(node_id, mark.args), **mark.kwargs}.items():
            said.setdefault(key, value)
    check_keywords(f"{node_id}: @pytest.mark.{NAME}", said, KEYWORDS | {"name"})
    return said


def check_keywords(where: str, said: Mapping[str, Any], allowed: frozenset[str]) -> None:
    """Raise ``pytest.UsageError`` for a keyword that does not exist, naming those that do."""
    unknown = sorted(set(said) - allowed)
    if unknown:
        raise pytest.UsageError(f"{where} takes no {', '.join(unknown)}; it takes {', '.join(sorted(allowed))}")


def _name(node_id: str, args: tuple[Any, ...]) -> dict[str, Any]:
    if not args:
        return {}
    if len(args) > 1 or not isinstance(args[0], str):
        raise pytest.UsageError(f"{node_id}: @pytest.mark.{NAME} takes one name, not {', '.join(map(repr, args))}")
    return {"name": args[0]}
