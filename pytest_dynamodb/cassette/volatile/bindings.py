"""Which value of this run stands for which value of the recording, both ways."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.cassette.volatile.parts import is_time, is_unmistakable, with_parts
from pytest_dynamodb.cassette.volatile.places import SETS, TAGS
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values.numbers import canonical_number


class Renaming:
    """Other texts for texts.

    One that is unmistakable is put wherever it stands, as a whole or as a part of a text; any other only as the whole
    of a value, and of an attribute of the same name as where it was first seen.
    """

    def __init__(self) -> None:
        self._anywhere: dict[str, str] = {}
        self._within: dict[tuple[str, str], str] = {}

    def __bool__(self) -> bool:
        return bool(self._within)

    def add(self, attribute: str, text: str, other: str, *, anywhere: bool) -> None:
        """Put ``other`` in the place of ``text``. What has been said before of ``text`` anywhere stands."""
        for spelling in {text, _canonical(text)}:
            self._within[attribute, spelling] = other
            if anywhere:
                self._anywhere.setdefault(spelling, other)

    def of(self, attribute: str, text: str) -> str | None:
        """What stands for a text; ``None`` if that is not known."""
        found = self._within.get((attribute, text))
        return self._anywhere.get(text) if found is None else found

    def in_text(self, attribute: str, text: str) -> str:
        """A text with others in its place, or in that of its parts."""
        found = self.of(attribute, text)
        return with_parts(text, lambda part: self._part(attribute, part)) if found is None else found

    def _part(self, attribute: str, part: str) -> str | None:
        if part not in self._anywhere:
            return None
        return self.of(attribute, part)

    def in_tree(self, tree: Any) -> Any:
        """A copy of a request's parameters, or of an answer's body, with the other texts. Types stay what they are."""
        return self._tree(tree, "", "") if self else tree

    def _tree(self, node: Any, attribute: str, tag: str) -> Any:
        if isinstance(node, str):
            return self._number(attribute, node) if tag == "N" else self.in_text(attribute, node)
        if isinstance(node, dict):
            single = len(node) == 1
            return {
                self._key(key): self._tree(value, attribute, key)
                if single and key in TAGS
                else self._tree(value, key, "")
                for key, value in node.items()
            }
        if isinstance(node, list):
            member = tag[0] if tag in SETS else ""
            return [self._tree(value, attribute, member) for value in node]
        return node

    def _key(self, key: str) -> str:
        return key if len(key) <= 2 else with_parts(key, self._anywhere.get)

    def _number(self, attribute: str, text: str) -> str:
        found = self.of(attribute, text)
        if found is None:
            found = self.of(attribute, _canonical(text))
        return text if found is None or not _is_number(found) else found


def _canonical(text: str) -> str:
    try:
        return canonical_number(text)
    except ValidationException:
        return text


def _is_number(text: str) -> bool:
    try:
        canonical_number(text)
    except ValidationException:
        return False
    return True


Scoped = tuple[str, str]
"""A text, with the attribute that it stands in, unless it is unmistakable."""


def scoped(attribute: str, text: str) -> Scoped:
    """A text as it is known: an unmistakable one everywhere, any other in attributes of one name."""
    return "" if is_unmistakable(text) else attribute, text


class Bindings:
    """The values of this run that were met in the places of recorded ones.

    Two values never stand for one, and none for two: that would be another request. But for times, which may be the
    same or differ by chance: of these each attribute's last one counts.
    """

    live: Renaming
    recorded: Renaming

    def __init__(self) -> None:
        self.live, self.recorded = Renaming(), Renaming()
        self._live: dict[Scoped, str] = {}
        self._recorded: dict[Scoped, str] = {}

    def __bool__(self) -> bool:
        return bool(self._live)

    def binds(self, attribute: str, recorded: str) -> bool:
        """Whether a recorded value has one of this run."""
        return scoped(attribute, recorded) in self._live

    def add(self, attribute: str, recorded: str, live: str) -> None:
        """From now on carry ``live`` into answers in the place of ``recorded``, which is seen in requests instead."""
        self._live.setdefault(scoped(attribute, recorded), live)
        self._recorded.setdefault(scoped(attribute, live), recorded)
        if recorded != live:
            self.live.add(attribute, recorded, live, anywhere=is_unmistakable(recorded))
            self.recorded.add(attribute, live, recorded, anywhere=is_unmistakable(live))

    def pair(self, attribute: str, recorded: str, asked: str, also: Pairing) -> bool:
        """Whether what is asked for may stand for ``recorded``; noted in ``also``, what is about to be bound.

        ``asked`` is from a request in which bound values have been replaced already.
        """
        key, other = scoped(attribute, recorded), scoped(attribute, asked)
        known = self._live.get(key, also.live.get(key))
        if asked in (recorded, known):
            if known is None:
                also.add(attribute, recorded, asked)
            return True
        if is_time(recorded) and is_time(asked):
            also.add(attribute, recorded, self.live.of(attribute, asked) or asked)
            return True
        if known is not None or other in self._recorded or other in self._live or other in also.taken:
            return False
        also.add(attribute, recorded, asked)
        return True


class Pairing:
    """What is about to be bound: ``bound`` by attribute and recorded value."""

    def __init__(self, before: Pairing | None = None) -> None:
        self.bound: dict[tuple[str, str], str] = dict(before.bound) if before else {}
        self.live: dict[Scoped, str] = dict(before.live) if before else {}
        self.taken: set[Scoped] = set(before.taken) if before else set()

    def add(self, attribute: str, recorded: str, live: str) -> None:
        """Note another pair."""
        self.bound[attribute, recorded] = live
        self.live.setdefault(scoped(attribute, recorded), live)
        self.taken.add(scoped(attribute, live))

    def take(self, other: Pairing) -> None:
        """Be what another is, which began as this one."""
        self.bound, self.live, self.taken = other.bound, other.live, other.taken
