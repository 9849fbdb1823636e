"""Pages of lists, with a token that says where the next page begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from pytest_dynamodb.errors import ValidationException

One = TypeVar("One")

_GROUP: Final = 8
_LEAST: Final = 56


def page_after(
    listed: Sequence[tuple[str, One]], token: str | None, limit: int, *, prefix: str = ""
) -> tuple[list[One], dict[str, str]]:
    """The first ``limit`` entries after the one that ``token`` stands for, and NextToken if there are more.

    ``listed`` are pairs of a unique name and an entry. ``prefix`` distinguishes the tokens of different lists. Raises
    ValidationException.
    """
    start = 0 if token is None else _after(listed, _place(token, prefix))
    page = listed[start : start + limit]
    more = {"NextToken": _token(prefix + page[-1][0])} if page and start + limit < len(listed) else {}
    return [one for _, one in page], more


def _after(listed: Sequence[tuple[str, One]], place: str) -> int:
    return next((at + 1 for at, (known, _) in enumerate(listed) if known == place), len(listed))


def _token(text: str) -> str:
    """At least 112 hexadecimal digits, in groups of 16: what all lists accept (ListImportsInput, NextToken)."""
    place = text.encode()
    return place.ljust(max(_LEAST, -(-len(place) // _GROUP) * _GROUP), b"\0").hex()


def _place(token: str, prefix: str) -> str:
    try:
        text = bytes.fromhex(token).rstrip(b"\0").decode()
    except ValueError:
        text = ""
    if not text.startswith(prefix) or not text:
        raise ValidationException(f"Invalid Request: Provided nextToken is invalid: {token}")
    return text.removeprefix(prefix)
