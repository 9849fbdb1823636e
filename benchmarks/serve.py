"""How many calls a second `pytest-dynamodb serve` answers, beside moto's server and DynamoDB Local, all in one run.

python benchmarks/serve.py [--calls 1000] [--rounds 7] [--warm 20000]

All are processes of their own and get the same bytes from a client that does as little as it can, over one connection
as long as the server keeps it open (moto's closes it after each answer, also under an SDK). Each is warmed up by as
many calls as it needs, DynamoDB Local by `--warm`: a JVM is fast only after it has compiled what is called often.
Needs the extra `server`, moto[server] and, for DynamoDB Local, java and mvn.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[1] / "tests" / "servers"))

from dynamodb_local import dynamodb_local, missing

TABLE = "benchmark"
KEYS = 100

GET_ITEM = ("GetItem", {"TableName": TABLE, "Key": {"pk": {"S": "key#000042"}}})
PUT_ITEM = ("PutItem", {"TableName": TABLE, "Item": {"pk": {"S": "key#000042"}, "n": {"N": "42"}}})
QUERY = (
    "Query",
    {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :k",
        "ExpressionAttributeValues": {":k": {"S": "key#000042"}},
    },
)
MEASURED = (GET_ITEM, PUT_ITEM, QUERY)


def item(number: int) -> dict[str, object]:
    return {
        "pk": {"S": f"key#{number:06d}"},
        "n": {"N": "42"},
        "data": {"S": "x" * 100},
        "tags": {"L": [{"S": "a"}, {"S": "b"}]},
        "address": {"M": {"city": {"S": "Rome"}, "zip": {"S": "00184"}}},
    }


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def ours() -> Iterator[str]:
    with started("pytest_dynamodb", "serve", "--port", "0") as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]


@contextmanager
def moto() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with started("moto.server", "-H", "127.0.0.1", "-p", str(port)):
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionError:
                time.sleep(0.1)
            else:
                break
        yield f"http://127.0.0.1:{port}"


SERVERS = {"serve": ours, "moto": moto, **({} if missing() else {"dynamodb-local": dynamodb_local})}
WARMED = {"serve": 0.1, "moto": 0.02, "dynamodb-local": 1.0}
"""Of the calls to warm up, the part that a server gets: moto has nothing to compile, and takes its time."""


class Connection:
    """Sends bytes and reads as many as an answer has: a client that costs next to nothing."""

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
        """The body of the answer, which must be a success."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._read()
        head, _, body = received.partition(b"\r\n\r\n")
        assert b" 200 " in head[:15], received
        lower = head.lower()
        _, _, rest = lower.partition(b"\r\ncontent-length:")
        length = int(rest.partition(b"\r\n")[0])
        while len(body) < length:
            body += self._read()
        if b"\r\nconnection: close" in lower:
            self._socket.close()
            self._socket = self._connected()
        return body

    def _read(self) -> bytes:
        received = self._socket.recv(65536)
        assert received, "the server hung up"
        return received


def fill(connection: Connection) -> None:
    create = {
        "TableName": TABLE,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    connection.send(connection.request("CreateTable", create))
    for number in range(KEYS):
        connection.send(connection.request("PutItem", {"TableName": TABLE, "Item": item(number)}))


def cost(connection: Connection, request: bytes, calls: int) -> float:
    """Microseconds a call."""
    began = time.perf_counter()
    for _ in range(calls):
        connection.send(request)
    return (time.perf_counter() - began) / calls * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--warm", type=int, default=20_000)
    arguments = parser.parse_args()
    if why := missing():
        print(f"without DynamoDB Local: {why}")
    with ExitStack() as stack:
        connections = {name: Connection(stack.enter_context(server())) for name, server in SERVERS.items()}
        for name, connection in connections.items():
            fill(connection)
            for operation, params in MEASURED:
                cost(connection, connection.request(operation, params), int(arguments.warm * WARMED[name]))
        for operation, params in MEASURED:
            costs: dict[str, list[float]] = {name: [] for name in connections}
            for _ in range(arguments.rounds):  # in turn, so that a busy moment hits all
                for name, connection in connections.items():
                    costs[name].append(cost(connection, connection.request(operation, params), arguments.calls))
            best = {name: min(measured) for name, measured in costs.items()}
            for name, micros in best.items():
                print(f"{operation:<10}{name:<16}{micros:8.0f} µs a call{1e6 / micros:10.0f} calls a second")
            for name in list(best)[1:]:
                print(f"{operation:<10}serve answers at {best[name] / best['serve']:.1f} x the rate of {name}")
            print(flush=True)


if __name__ == "__main__":
    main()
