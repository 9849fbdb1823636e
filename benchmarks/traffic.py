"""What is asked and answered alike of all: a client, an item, and a server that gives it to whoever asks."""

from __future__ import annotations

import json
import multiprocessing
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3

CREDENTIALS: dict[str, Any] = {"aws_access_key_id": "AKIAEXAMPLEEXAMPLE00", "aws_secret_access_key": "example"}
REGION = "us-east-1"


def item(key: str) -> dict[str, Any]:
    return {
        "pk": {"S": key},
        "n": {"N": "42"},
        "data": {"S": "x" * 100},
        "tags": {"L": [{"S": "a"}, {"S": "b"}]},
        "address": {"M": {"city": {"S": "Rome"}, "zip": {"S": "00184"}}},
    }


def key_of(number: int) -> str:
    return f"key#{number:06d}"


class Answers(BaseHTTPRequestHandler):
    """Gives the same item to whoever asks for one, over a connection that stays open."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # headers and body leave together
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"Item": item(asked["Key"]["pk"]["S"])}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("x-amzn-RequestId", "R" * 52)
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def _serve(pipe: Any) -> None:
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    serving.daemon_threads = True
    pipe.send(serving.server_port)
    serving.serve_forever()


@contextmanager
def loopback() -> Iterator[str]:
    """The URL of a server that answers faster than any DynamoDB, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def client(url: str | None = None) -> Any:
    return boto3.client("dynamodb", region_name=REGION, endpoint_url=url, **CREDENTIALS)


def get_items(boto: Any, numbers: range) -> None:
    for number in numbers:
        boto.get_item(TableName="t", Key={"pk": {"S": key_of(number)}})
