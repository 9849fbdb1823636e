"""The garbage collector, kept from walking through what is being read again and again."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

#: From these sizes on it is worth while to spare the collector what has been read.
MANY_BYTES, MANY_EXCHANGES = 500_000, 2_000


@contextlib.contextmanager
def collector_paused(*, many: bool) -> Iterator[None]:
    """Collect nothing meanwhile: nothing that is read is garbage, and looking takes longer than reading.

    ``many`` says that a great deal is being read. Then it counts as old at once, or else the first collection
    afterwards would walk through all of it.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if many and gc.get_freeze_count() == 0:  # what somebody has frozen stays so
            gc.freeze()
            gc.unfreeze()  # into the oldest generation, without a look at any of it
        gc.enable()
