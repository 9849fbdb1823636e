"""moto as a server: real HTTP in a thread of this process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen


@contextmanager
def moto_http() -> Iterator[str]:
    """The URL of a running moto, stopped on leaving."""
    from moto.server import ThreadedMotoServer  # a second to import: only for tests that ask for it

    # A line a request, from another thread, is of no use in a test's captured log.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def reset(url: str) -> None:
    """Forget every table."""
    with urlopen(Request(f"{url}/moto-api/reset", method="POST")) as answer:
        answer.read()
