"""Where two JSON trees differ, path by path. An attribute value is one value, not a map of a type to its content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.cassette.report.requests import WIDEST_VALUE, cut, value_text

TreePath = tuple[str | int, ...]

_encode = json.JSONEncoder(sort_keys=True, default=str).encode
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_TEXTS, _LISTS_OF_TEXT = frozenset({"S", "N", "B"}), frozenset({"SS", "NS", "BS"})


class Missing:
    """Stands where one of the two trees has nothing. There is one, in whichever process it was found missing."""

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return _missing, ()


MISSING = Missing()


def _missing() -> Missing:
    return MISSING


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two trees differ, and what stands there in each."""

    path: TreePath
    recorded: Any
    now: Any

    @property
    def texts(self) -> tuple[str, str]:
        """Both values, shortened alike, so that what differs is seen."""
        return shorten_both(_text(self.recorded), _text(self.now))


def find_differences(recorded: Any, now: Any) -> list[Difference]:
    """Every difference, in order of their places."""
    try:
        found = list(_walk((), recorded, now))
    except RecursionError:  # far deeper than DynamoDB takes anything
        return [Difference((), recorded, now)]
    return sorted(found, key=lambda difference: [(type(part).__name__, part) for part in difference.path])


def _walk(at: TreePath, recorded: Any, now: Any) -> Iterator[Difference]:
    """Maps member by member, lists entry by entry where their entries stand in line; deepdiff finds who moved."""
    if type(recorded) is type(now) and recorded == now:
        return
    if _is_value(recorded) or _is_value(now):
        yield Difference(at, recorded, now)
    elif isinstance(recorded, dict) and isinstance(now, dict):
        for name in recorded.keys() | now.keys():
            one, other = recorded.get(name, MISSING), now.get(name, MISSING)
            if one is MISSING or other is MISSING:
                yield Difference((*at, name), one, other)
            else:
                yield from _walk((*at, name), one, other)
    elif isinstance(recorded, list) and isinstance(now, list):
        if _in_line(recorded, now):
            for number, (one, other) in enumerate(zip(recorded, now, strict=True)):
                yield from _walk((*at, number), one, other)
        else:
            yield from _moved(at, recorded, now)
    else:
        yield Difference(at, recorded, now)


def _in_line(recorded: list[Any], now: list[Any]) -> bool:
    """Whether two lists are as long, and no entry of one stands at another place in the other."""
    if len(recorded) != len(now):
        return False
    apart = [(one, other) for one, other in zip(recorded, now, strict=True) if one != other]
    return len(apart) < 2 or {_encode(one) for one, _ in apart}.isdisjoint(_encode(other) for _, other in apart)


def _moved(at: TreePath, recorded: list[Any], now: list[Any]) -> Iterator[Difference]:
    from deepdiff import DeepDiff

    diff = DeepDiff(recorded, now, view="tree", verbose_level=2)
    found = dict[TreePath, Difference]()
    for innermost in (level for kind in diff for level in diff[kind]):
        level = _value_around(innermost)
        path = (*at, *level.path(output_format="list"))
        found[path] = Difference(path, _side(level.t1), _side(level.t2))
    yield from found.values()


def _value_around(level: Any) -> Any:
    """The attribute value that a difference is in, or the difference itself; a set's members are two steps down."""
    for around in (level.up, level.up and level.up.up):
        if around is not None and (_is_value(around.t1) or _is_value(around.t2)):
            return around
    return level


def _is_value(node: Any) -> bool:
    """Whether a node is an attribute value that holds no others."""
    if type(node) is not dict or len(node) != 1:
        return False
    ((tag, content),) = node.items()
    if tag in _LISTS_OF_TEXT:
        return type(content) is list and all(type(member) is str for member in content)
    return type(content) is str if tag in _TEXTS else tag in {"BOOL", "NULL"} and type(content) is bool


def _side(node: Any) -> Any:
    from deepdiff.helper import notpresent

    return MISSING if node is notpresent else node


def differences(recorded: Any, actual: Any) -> list[str]:
    """Where two JSON trees differ, a line each: the place, what was recorded, what it is now."""
    return list(describe(find_differences(recorded, actual)))


def describe(found: Sequence[Difference]) -> Iterator[str]:
    """A line for each difference."""
    for difference in found:
        was, now = difference.texts
        place = path_text(difference.path)
        if difference.recorded is MISSING:
            yield f"{place}: not recorded, now {now}"
        elif difference.now is MISSING:
            yield f"{place}: recorded {was}, now missing"
        else:
            yield f"{place}: recorded {was}, now {now}"


def path_text(path: TreePath) -> str:
    """A place as a JMESPath expression that selects it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if _NAME.fullmatch(part) else f".{value_text(part)}"
    return text.lstrip(".") or "(all)"


def _text(value: Any) -> str:
    return "nothing" if value is MISSING else value_text(value)


def shorten_both(one: str, other: str, widest: int = WIDEST_VALUE) -> tuple[str, str]:
    """Two texts, shortened alike: of a long common beginning only the end is kept."""
    if len(one) <= widest and len(other) <= widest:
        return one, other
    common = 0
    for letter, counterpart in zip(one, other, strict=False):
        if letter != counterpart:
            break
        common += 1
    start = common - widest // 4
    if start <= widest // 4:
        return cut(one, widest), cut(other, widest)
    head = one[: widest // 8]
    return (f"{head}…{cut(one[start:], widest - len(head))}", f"{head}…{cut(other[start:], widest - len(head))}")
