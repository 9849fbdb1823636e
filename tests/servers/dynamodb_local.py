"""Amazon's DynamoDB Local for tests: fetched with Maven, kept in memory, one process and one port.

    python tests/servers/dynamodb_local.py [PORT]

runs one in the foreground, for recording by hand.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
CACHE = Path(__file__).parents[2] / ".cache" / "dynamodb-local"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
START_WITHIN = 60.0  # seconds; about one is needed


def missing() -> str:
    """Why DynamoDB Local cannot run here; empty if it can."""
    absent = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return f"DynamoDB Local needs java and mvn; not found: {', '.join(absent)}" if absent else ""


def resolve() -> Path:
    """The folder of jars and native libraries (50 MB), filled on first use and again when the pom changes."""
    libraries, stamp = CACHE / "lib", CACHE / "pom.xml"
    if stamp.is_file() and stamp.read_bytes() == POM.read_bytes():
        return libraries
    shutil.rmtree(CACHE, ignore_errors=True)
    copy = [f"{PLUGIN}:copy-dependencies", f"-DoutputDirectory={libraries}", "-DincludeScope=runtime"]
    subprocess.run(["mvn", "--batch-mode", "--quiet", "--file", str(POM), *copy], check=True)
    shutil.copy(POM, stamp)  # last, so that a download that broke off is not taken for a whole one
    return libraries


def command(port: int) -> list[str]:
    """The command line of a server on a port of this machine."""
    libraries = resolve()
    # -disableTelemetry: it would report its start to Amazon.
    options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    main = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    return ["java", f"-Djava.library.path={libraries}", "-cp", f"{libraries}/*", main, *options]


def free_port() -> int:
    """A port nobody listens on: DynamoDB Local cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """The URL of a running, empty DynamoDB Local, stopped on leaving."""
    port = free_port()
    log = CACHE / f"{port}.log"
    line = command(port)
    with log.open("wb") as sink, subprocess.Popen(line, stdout=sink, stderr=subprocess.STDOUT, cwd=CACHE) as server:
        try:
            wait_for(server, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
    log.unlink()


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the port is open; raise with the server's own words if it ends or takes too long."""
    deadline = time.monotonic() + START_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # the JVM needs a second; asking more often only slows it
        else:
            return
    state = "took too long" if server.poll() is None else f"ended with status {server.returncode}"
    raise RuntimeError(f"DynamoDB Local {state}:\n{log.read_text(errors='replace')}")


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    print(f"http://127.0.0.1:{chosen}", flush=True)
    subprocess.run(command(chosen), check=False)
