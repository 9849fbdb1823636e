"""Servers that speak DynamoDB, each as a process of its own: how they are had, how they are started, what they take."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import psutil

sys.path.append(str(Path(__file__).parents[2] / "tests" / "servers"))

import dynamodb_local

free_port = dynamodb_local.free_port

CACHE = Path(__file__).parents[2] / ".cache" / "proof"
"""Where what npm and Cargo bring is kept from run to run."""
START_WITHIN = 180.0
"""Seconds; the slowest needs three where the machine has nothing else to do."""
OURS = "serve"
DYNALITE = "4.0.0"
DYNOXIDE = "3.2.0"
"""Of the crate ``dynoxide-rs``, MIT or Apache-2.0. The crate ``dynoxide`` is about flight instruments."""


@dataclass(frozen=True)
class Server:
    """One of them; ``command`` makes a command line for a port, and fetches what is not there yet."""

    name: str
    missing: Callable[[], str]
    """Why it cannot be had here; empty if it can."""
    command: Callable[[int], list[str]]
    version: Callable[[], str]
    pace: float = 1.0
    """Of a round's requests, how many it is sent: of a slow one a part is enough."""
    warms: bool = False
    """Whether it compiles what is called often, and so becomes faster by it."""


def _tools(what: str, *names: str) -> Callable[[], str]:
    def missing() -> str:
        absent = [name for name in names if shutil.which(name) is None]
        return f"{what} needs {' and '.join(names)}; not found: {', '.join(absent)}" if absent else ""

    return missing


def _module(name: str, needs: str) -> Callable[[], str]:
    return lambda: "" if find_spec(name) else f"{needs} is not installed"


def _dynalite() -> Path:
    """The script, installed on first use."""
    folder = CACHE / "dynalite"
    script = folder / "node_modules" / "dynalite" / "cli.js"
    if not script.is_file() or _dynalite_version() != DYNALITE:
        folder.mkdir(parents=True, exist_ok=True)
        line = [
            "npm",
            "install",
            "--prefix",
            str(folder),
            "--no-audit",
            "--no-fund",
            "--silent",
            f"dynalite@{DYNALITE}",
        ]
        subprocess.run(line, check=True)
    return script


def _dynalite_version() -> str:
    told = json.loads((CACHE / "dynalite" / "node_modules" / "dynalite" / "package.json").read_text(encoding="utf-8"))
    return str(told["version"])


def _dynoxide() -> Path:
    """The program, built on first use, which takes Cargo some minutes. Without the servers for other protocols."""
    folder = CACHE / f"dynoxide-{DYNOXIDE}"
    program = folder / "bin" / "dynoxide"
    if not program.is_file():
        features = ["--no-default-features", "--features", "native-sqlite,http-server,cli"]
        line = ["cargo", "install", "dynoxide-rs", "--version", DYNOXIDE, "--locked", *features, "--root", str(folder)]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return program


SERVERS = (
    Server(
        OURS,
        missing=_module("uvicorn", "the extra `server`"),
        command=lambda port: [sys.executable, "-m", "pytest_dynamodb", "serve", "--port", str(port)],
        version=lambda: version("pytest-dynamodb-cassette"),
    ),
    Server(
        "moto's server",
        missing=_module("moto", "moto[server]"),
        command=lambda port: [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        version=lambda: version("moto"),
        pace=0.1,
    ),
    Server(
        "dynalite",
        missing=_tools("dynalite", "node", "npm"),
        command=lambda port: [
            *("node", str(_dynalite()), "--host", "127.0.0.1", "--port", str(port)),
            *("--createTableMs", "0", "--deleteTableMs", "0", "--updateTableMs", "0"),
        ],
        version=_dynalite_version,
        pace=0.5,
        warms=True,
    ),
    Server(
        "DynamoDB Local",
        missing=dynamodb_local.missing,
        command=dynamodb_local.command,
        version=lambda: dynamodb_local.POM.read_text(encoding="utf-8").split("<version>")[-1].split("<")[0],
        warms=True,
    ),
    Server(
        "dynoxide",
        missing=_tools("dynoxide", "cargo"),
        command=lambda port: [str(_dynoxide()), "--host", "127.0.0.1", "--port", str(port)],
        version=lambda: f"{DYNOXIDE} (crate dynoxide-rs)",
    ),
)


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    server: Server
    url: str
    pid: int

    def _processes(self) -> list[psutil.Process]:
        import psutil

        process = psutil.Process(self.pid)
        return [process, *process.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds of processors' time so far, its children's too."""
        return float(sum(sum(process.cpu_times()[:2]) for process in self._processes()))

    def memory(self) -> float:
        """MiB that are resident."""
        return float(sum(process.memory_info().rss for process in self._processes()) / 2**20)


@contextmanager
def started(server: Server) -> Iterator[Running]:
    """The server, from its first answer on; stopped on leaving. Raises ``RuntimeError`` if it does not start."""
    port = free_port()
    line = server.command(port)
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            _wait_for(process, f"http://127.0.0.1:{port}", server.name)
            yield Running(server, f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], url: str, name: str) -> None:
    until = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < until:
        try:
            connection = Connection(url)
            connection.send(connection.request("ListTables", {}))
        except OSError:
            time.sleep(0.01)
        else:
            connection.close()
            return
    raise RuntimeError(f"{name} does not answer at {url}")


class Connection:
    """Sends bytes and reads as many as an answer has: a client that costs next to nothing.

    One connection, as long as the server keeps it open: moto's closes it after each answer, also under an SDK.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._host, self._address = parts.netloc, (parts.hostname, parts.port)
        self._socket = self._connected()

    def _connected(self) -> socket.socket:
        connected = socket.create_connection(self._address)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def close(self) -> None:
        self._socket.close()

    def request(self, operation: str, params: object) -> bytes:
        body = json.dumps(params).encode()
        head = (
            f"POST / HTTP/1.1\r\nHost: {self._host}\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\n"
            "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Date: 20260801T120000Z\r\n"
            "Authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE00/20260801/us-east-1/dynamodb/aws4_request, "
            f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={'0' * 64}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def send(self, request: bytes) -> bytes:
        """The body of the answer. Raises ``ConnectionError`` for anything but a success."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._read()
        head, _, body = received.partition(b"\r\n\r\n")
        lower = head.lower()
        _, _, rest = lower.partition(b"\r\ncontent-length:")
        if b" 200 " not in head[:15] or not rest:
            raise ConnectionError(received.decode(errors="replace")[:500])
        length = int(rest.partition(b"\r\n")[0])
        while len(body) < length:
            body += self._read()
        if b"\r\nconnection: close" in lower:
            self._socket.close()
            self._socket = self._connected()
        return body

    def _read(self) -> bytes:
        received = self._socket.recv(65536)
        if not received:
            raise ConnectionError("the server hung up")
        return received
