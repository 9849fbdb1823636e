"""The commands ``pytest`` and ``pytest-dynamodb`` for runs that would spend their time on starting Python.

A server has imported what a reader's project imports. For each command it forks a child, which takes over the
caller's arguments, environment, folder and files, and then does what the installed command does. Nothing of one command
is there for the next. The server does not have this package's own modules, so that each command loads them as a new
process would.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

NAMES = ("pytest", "pytest-dynamodb")
PRELOADED = (
    "boto3.dynamodb.conditions",
    "botocore.session",
    "botocore.waiter",
    "click",
    "deepdiff",
    "jmespath",
    "msgpack",
    "pytest",
)
STDIN, STDOUT, STDERR = 0, 1, 2
END = b"\0"  # of a request; no JSON holds one


@contextmanager
def warm_commands() -> Iterator[Path]:
    """A folder for the front of ``PATH``; where processes cannot fork, the one in which the commands are installed."""
    installed = Path(sys.executable).parent
    if not hasattr(os, "fork"):
        yield installed
        return
    # Not in a folder of pytest's, whose names may be too long for a socket.
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        address = str(Path(folder) / "socket")
        listener.bind(address)
        listener.listen()
        for name in NAMES:
            command = Path(folder) / name
            command.write_text(
                f"#!{sys.executable} -SI\n"
                "import sys\n"
                f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
                "from warm_commands import ask\n"
                f"ask({address!r}, {str(installed / name)!r}, {_for_python()!r})\n"
            )
            command.chmod(0o755)
        program = [sys.executable, __file__, str(listener.fileno())]
        with subprocess.Popen(program, stdin=subprocess.PIPE, pass_fds=[listener.fileno()]):
            yield Path(folder)  # on leaving the server's standard input is closed, which ends it


def ask(address: str, installed: str, for_python: dict[str, str]) -> NoReturn:
    """Have the server run a command, and end as it does. ``for_python`` is what the server's Python was told."""
    if _for_python() != for_python:  # which only a new process reads
        os.execv(installed, [installed, *sys.argv[1:]])
    request = {"argv": [installed, *sys.argv[1:]], "cwd": os.getcwd(), "env": dict(os.environ)}  # noqa: PTH109 - a string
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        socket.send_fds(server, [b"{"], [STDIN, STDOUT, STDERR])
        server.sendall(json.dumps(request).encode()[1:] + END)
        status = int(server.recv(16))
    if status < 0:
        os.kill(os.getpid(), -status)
    sys.exit(status)


def _for_python() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}


def serve(listener: socket.socket) -> tuple[EntryPoint, dict[str, Any]]:
    """Fork for each request; in a forked process, the command and what was asked."""
    from importlib.metadata import entry_points

    commands = {point.name: point for point in entry_points(group="console_scripts") if point.name in NAMES}
    gc.freeze()  # children share what is there by now
    attending: list[int] = []
    while STDIN not in select.select([listener.fileno(), STDIN], [], [])[0]:
        connection, _ = listener.accept()
        attendant = os.fork()
        if attendant == 0:
            listener.close()
            request = _attend(connection)
            return commands[Path(request["argv"][0]).name], request
        connection.close()
        attending = [pid for pid in (*attending, attendant) if os.waitpid(pid, os.WNOHANG) == (0, 0)]
    for pid in attending:
        os.waitpid(pid, 0)
    sys.exit()


def _attend(connection: socket.socket) -> dict[str, Any]:
    """Fork once more; the child gets the request, the parent waits for it and for a caller who gives up."""
    data, files, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    while not data.endswith(END):
        data += connection.recv(1 << 16)
    request: dict[str, Any] = json.loads(data[: -len(END)])
    ended, running = os.pipe()
    child = os.fork()
    if child:
        os.close(running)
        readable, _, _ = select.select([connection.fileno(), ended], [], [])
        if ended not in readable:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.close(ended)  # the other end is open for as long as this process is there
    connection.close()
    for file, standard in zip(files, (STDIN, STDOUT, STDERR), strict=True):
        os.dup2(file, standard)
        os.close(file)
    return request


def _become(request: dict[str, Any]) -> None:
    """Be the process that a shell would have started."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv[:] = request["argv"]
    sys.path[0] = str(Path(request["argv"][0]).parent)
    sys.stdin = os.fdopen(STDIN, closefd=False, encoding=sys.stdin.encoding)
    sys.stdout = os.fdopen(STDOUT, "w", closefd=False, encoding=sys.stdout.encoding)
    sys.stderr = os.fdopen(STDERR, "w", closefd=False, encoding=sys.stderr.encoding, errors="backslashreplace")
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def _preload() -> None:
    from importlib import import_module

    for name in PRELOADED:
        import_module(name)
    from _pytest.config import default_plugins

    for name in default_plugins:
        import_module(f"_pytest.{name}")


if __name__ == "__main__":
    _preload()
    command, asked = serve(socket.socket(fileno=int(sys.argv[1])))
    _become(asked)
    sys.exit(command.load()())
