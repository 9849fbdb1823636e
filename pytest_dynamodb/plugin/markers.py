"""The plugin's markers: what they are called, what they may say, and which of several wins.

Most runs need of all the plugin's words only these: whether a test has any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

# --- the markers ``dynamodb_faults`` and ``dynamodb_explore_faults`` ---

FAULTS = "dynamodb_faults"
EXPLORE_FAULTS = "dynamodb_explore_faults"

# --- the marker ``dynamodb_cassette`` ---

NAME = "dynamodb_cassette"
MOCK = "dynamodb_mock"

KEYWORDS = frozenset(
    {
        "mode",
        "provider",
        "upstream",
        "dialect",
        "ignore",
        "volatile",
        "redact",
        "order",
        "repeats",
        "secrets",
        "on_unused",
        "max_age",
        "share",
    }
)
CONFIG_KEYWORDS = KEYWORDS | {"allow", "compress"}
"""What the fixture ``dynamodb_cassette_config`` may say besides."""


def is_marked(item: pytest.Item) -> bool:
    """Whether a test has a cassette: by a marker on it, its class or module, or by asking for the fixture."""
    return item.get_closest_marker(NAME) is not None or NAME in getattr(item, "fixturenames", ())


def asks_for_mock(item: pytest.Item) -> bool:
    """Whether a test has no cassette and asks for the fixture ``dynamodb_mock``: then the mock answers it."""
    return MOCK in getattr(item, "fixturenames", ()) and not is_marked(item)


def is_answered(item: pytest.Item) -> bool:
    """Whether this plugin has a say in who answers a test."""
    return is_marked(item) or asks_for_mock(item)


def definitions(item: pytest.Item) -> Iterator[Any]:
    """The definitions of all fixtures that a test is known to need; a name may have one that overrides another."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    for name in getattr(item, "fixturenames", ()):
        yield from known.get(name, ())


def of_test(item: pytest.Item) -> dict[str, Any]:
    """What its markers say of a test, the narrowest winning key by key. Raises ``pytest.UsageError``."""
    return merged(item.nodeid, item.iter_markers(NAME))


_PASSED_ON = ("mode", "provider", "upstream", "dialect")
"""What a test decides for the wider fixtures that it is the first to ask for: it is answered as they are."""


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


# --- all of them, for ``pytest --markers`` ---

DESCRIPTIONS = (
    (
        f"{NAME}(name=None, *, mode, provider, upstream, dialect, ignore, volatile, redact, order, repeats, secrets, "
        "on_unused, max_age, share): "
        "record the test's DynamoDB calls to a cassette, and replay them from it"
    ),
    (
        f"{FAULTS}(*faults): let DynamoDB fail in the test as planned, such as Throttled(operation='PutItem'); "
        "whatever answers the test"
    ),
    (
        f"{EXPLORE_FAULTS}(*, check=None, invariant=None, failures=...): let each DynamoDB call of the test fail in "
        "each way, and run the test again; it must pass then, and check must"
    ),
)
