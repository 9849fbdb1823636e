"""The page: one HTML file with its own style and script, and the data that these show.

The template is ``page.html``. Its content security policy allows its one style and its one script, by their hashes, and
nothing else: no network, no other script, no form. The data stand in a block that browsers do not run, without a single
``<``, ``>`` or ``&``, so no text in them can end it. The script writes text, never HTML.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

TEMPLATE: Final = Path(__file__).with_name("page.html")

_PLACES: Final = ("{{policy}}", "{{data}}", "{{bodies}}")
"""Where the template has its policy, its data and what the exchanges hold: once each, in this order."""
_ESCAPED: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_HALVES: Final = re.compile("[\ud800-\udfff]")
_ELEMENT: Final = "<{0}>(.*?)</{0}>"


class _Template(NamedTuple):
    """The text round the places, and what the policy says of scripts and styles."""

    pieces: tuple[str, ...]
    sources: str


def page(data: dict[str, Any], *, connects: bool = False) -> str:
    """The HTML that shows ``data``, which ``recordings_data`` or ``comparison_data`` have made.

    ``connects`` lets the page ask the server that it came from for newer data, and nobody else.
    """
    template = _template()
    connection = "; connect-src 'self'" if connects else ""
    policy = f"default-src 'none'; {template.sources}; base-uri 'none'; form-action 'none'{connection}"
    rows = [{name: value for name, value in each.items() if name != "body"} for each in data["exchanges"]]
    bodies = "\n".join(embedded(each["body"]) for each in data["exchanges"])
    before, first, second, after = template.pieces
    return "".join((before, policy, first, embedded({**data, "exchanges": rows}), second, bodies, after))


def embedded(data: Any) -> str:
    """``data`` as JSON on one line that stands in HTML as it is, half a surrogate pair too."""
    text = json.dumps(data, separators=(",", ":"), default=_binary, ensure_ascii=False).translate(_ESCAPED)
    return _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _binary(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


@lru_cache(maxsize=1)
def _template() -> _Template:
    text = TEMPLATE.read_text(encoding="utf-8")
    sources = "; ".join(f"{element}-src '{_hash(text, element)}'" for element in ("script", "style"))
    pieces = re.split("|".join(map(re.escape, _PLACES)), text)
    return _Template(tuple(pieces), sources)


def _hash(text: str, element: str) -> str:
    """The hash of what the template's only ``element`` holds, as a policy names it (CSP level 3, 2.3.1)."""
    (content,) = re.findall(_ELEMENT.format(element), text, re.DOTALL)
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
