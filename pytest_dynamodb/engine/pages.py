"""Pages of lists, with a token that says where the next one begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from pytest_dynamodb.errors import ValidationException

One = TypeVar("One")


def page_after(
    listed: Sequence[tuple[str, One]], token: str | None, limit: int, *, prefix: str = ""
) -> tuple[list[One], dict[str, str]]:
    """The first ``limit`` of what stands behind a token's place, and NextToken where there is more.

    What is listed is told apart by its place. ``prefix`` tells tokens of different lists apart. Raises
    ValidationException.
    """
    start = 0 if token is None else _after(listed, _place(token, prefix))
    page = listed[start : start + limit]
    more = {"NextToken": _token(prefix + page[-1][0])} if page and start + limit < len(listed) else {}
    return [one for _, one in page], more


def _after(listed: Sequence[tuple[str, One]], place: str) -> int:
    return next((at + 1 for at, (known, _) in enumerate(listed) if known == place), len(listed))


def _token(text: str) -> str:
    """Long enough for every list: AWS's have 112 characters and more."""
    return base64.b64encode(text.encode().ljust(84, b"\0")).decode()


def _place(token: str, prefix: str) -> str:
    try:
        text = base64.b64decode(token, validate=True).rstrip(b"\0").decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith(prefix) or not text:
        raise ValidationException(f"Invalid Request: Provided nextToken is invalid: {token}")
    return text.removeprefix(prefix)
