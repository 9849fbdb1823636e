"""Has this package's modules imported as they are, without pytest's rewriting of assertions.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any


class _AsTheyAre:
    """Finds this package's modules as Python itself does.

    pytest would give the assertions of a plugin's modules better messages. It reads and compiles them anew for that, in
    each run where it may not write bytecode, and ours have none that anybody sees.
    """

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, path, target) if name.startswith("pytest_dynamodb.") else None


def begin() -> None:
    """Go before pytest's finder, once for each run: one may be within another."""
    sys.meta_path.insert(0, _AsTheyAre)


def end() -> None:
    """A run has ended. Python takes finders down last: one that stayed would keep all of pytest until then (8 ms)."""
    if _AsTheyAre in sys.meta_path:  # somebody may have put all finders back as they were
        sys.meta_path.remove(_AsTheyAre)
