"""Names of cassette files: readable, the same everywhere, and fit for every file system."""

from __future__ import annotations

import hashlib
import re

_LONGEST = 120
"""Longer names are shortened: file systems end at 255 bytes, and journals add to the name."""
_UNFIT = re.compile(r"[^\w\-.\[\]=,+@()]", re.ASCII)


def fit(name: str, *, apart: bool = False) -> str:
    """``name`` as a file name. One that was changed, shortened or is told apart carries a hash: no two become one."""
    changed = _UNFIT.sub("-", name)
    if changed == name and len(name) <= _LONGEST and not apart:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{changed[:_LONGEST]}-{digest}"
