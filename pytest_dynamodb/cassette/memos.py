"""Values that a test makes up anew each time, kept in the cassette so that a replay makes up the same."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from pytest_dynamodb.errors import CassetteError, ConfigurationError, UnexpectedRequest

Value = TypeVar("Value")

_TAG = "$type"
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "Decimal": Decimal,
    "UUID": UUID,
    "bytes": partial(base64.b64decode, validate=True),
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


class Memos:
    """Remembered values by name, each name's in the order in which they were made."""

    def __init__(self, known: Mapping[str, list[Any]]) -> None:
        self._known, self._used = known, dict[str, int]()
        self.recorded: dict[str, list[Any]] = {}
        self._lock = threading.Lock()

    def record(self, name: str, factory: Callable[[], Value]) -> Value:
        """Make a value and keep it. Raises ``ConfigurationError`` for one that a cassette cannot hold."""
        value = factory()
        with self._lock:
            self.recorded.setdefault(name, []).append(_encode(value, name))
        return value

    def replay(self, name: str, remedy: str, path: str) -> Any:
        """The next value recorded under ``name``.

        Raises ``UnexpectedRequest`` when there is none left, ``CassetteError`` for one that the file at ``path`` spells
        wrongly.
        """
        label = name.rsplit("\n", 1)[-1]  # in a shared cassette its owner stands before it
        with self._lock:
            number = self._used.get(name, 0)
            values = self._known.get(name, [])
            if number >= len(values):
                raise UnexpectedRequest(
                    f"memo {label!r} was recorded {len(values)} times and asked for once more; {remedy}"
                )
            self._used[name] = number + 1
        try:
            return _decode(values[number])
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as problem:
            reason = f"memo {label!r} cannot be read: {type(problem).__name__}: {problem}"
            raise CassetteError(path, reason, remedy=remedy) from None


def _encode(value: Any, name: str) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return {_TAG: "bytes", "text": base64.b64encode(value).decode()}
    if isinstance(value, datetime | date):
        return {_TAG: "datetime" if isinstance(value, datetime) else "date", "text": value.isoformat()}
    if isinstance(value, Decimal | UUID):
        return {_TAG: type(value).__name__, "text": str(value)}
    if isinstance(value, list | tuple):
        return [_encode(element, name) for element in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value) and _TAG not in value:
        return {key: _encode(element, name) for key, element in value.items()}
    raise ConfigurationError(f"memo {name!r}: a cassette cannot hold a {type(value).__name__}; return its text instead")


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(element) for element in value]
    if isinstance(value, dict):
        read = _FROM_TEXT.get(value.get(_TAG, ""))
        if read is not None:
            return read(value["text"])
        return {key: _decode(element) for key, element in value.items()}
    return value
