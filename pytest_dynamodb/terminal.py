"""What may reach a terminal: text that is what it looks like.

Node ids, names of tables, messages and values come out of files that others wrote. A control character among them could
clear the screen, write into the clipboard or hide a line; one that turns the direction of writing makes a line read
as another; a lone surrogate ends the program that prints it. All of these are shown as JSON escapes them.
"""

from __future__ import annotations

import re
from typing import Final

RED, GREEN, BOLD, RESET = "\x1b[31m", "\x1b[32m", "\x1b[1;7m", "\x1b[0m"
"""The colours of this package's reports: the only control sequences that pass, in texts of several lines alone."""

_OWN: Final = re.compile("(\n|" + "|".join(map(re.escape, (RED, GREEN, BOLD, RESET))) + ")")
_JOINERS: Final = "\u200c\u200d"
"""Zero-width joiner and non-joiner: Persian words and emoji of several parts need them."""


_PASSWORD: Final = re.compile(r"(?<=://)[^/@\s\"'<>]+@")


def without_passwords(text: str) -> str:
    """``text`` with stars for the name and the password in addresses such as ``http://user:password@host``."""
    return _PASSWORD.sub("***@", text) if "@" in text else text


def printable(text: str) -> str:
    """``text`` as one line that is what it looks like: what cannot be seen stands escaped, a line's end included.

    Spaces of other scripts and joiners stay. What is shown already is not changed again.
    """
    return text if text.isprintable() else "".join(map(_character, text))


def printable_lines(text: str) -> str:
    """The same of a text that is meant to have several lines, and this package's colours."""
    if text.isprintable():
        return text
    return "".join(part if number % 2 else printable(part) for number, part in enumerate(_OWN.split(text)))


def _character(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    import json
    from unicodedata import category

    return character if category(character) == "Zs" else json.dumps(character)[1:-1]
