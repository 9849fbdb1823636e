"""moto as a server: real HTTP, in a process of its own.

Not in a thread of the tests' process, though moto offers that: tests that run pytest within theirs take back what it
imported, and moto, which imports as it goes, would end up with two copies of a module and answer accordingly.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import Request, urlopen

from dynamodb_local import free_port

START_WITHIN = 60.0  # seconds; two are needed


@contextmanager
def moto_http() -> Iterator[str]:
    """The URL of a running moto, stopped on leaving."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, server)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_WITHIN
    while True:
        try:
            reset(url)
            return
        except (URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"moto does not answer at {url}") from None
            time.sleep(0.05)  # a process that starts tells nobody when it has


def reset(url: str) -> None:
    """Forget every table."""
    with urlopen(Request(f"{url}/moto-api/reset", method="POST")) as answer:
        answer.read()
