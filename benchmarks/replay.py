"""What replaying and recording cost, beside what botocore costs without them. All ratios are of one run.

python benchmarks/replay.py [--vcr] [--calls 1000] [--exchanges 20000]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3

from pytest_dynamodb import use_cassette

ROUNDS = 5


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


def item(key: str) -> dict[str, Any]:
    return {
        "pk": {"S": key},
        "n": {"N": "42"},
        "data": {"S": "x" * 100},
        "tags": {"L": [{"S": "a"}, {"S": "b"}]},
        "address": {"M": {"city": {"S": "Rome"}, "zip": {"S": "00184"}}},
    }


@contextmanager
def server() -> Iterator[str]:
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    serving.daemon_threads = True
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{serving.server_address[1]}"
    finally:
        serving.shutdown()
        serving.server_close()


def client(url: str) -> Any:
    return boto3.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="AKIAEXAMPLEEXAMPLE00",
        aws_secret_access_key="example",
    )


def traffic(boto: Any, calls: int) -> float:
    """Microseconds a call."""
    began = time.perf_counter()
    for number in range(calls):
        boto.get_item(TableName="t", Key={"pk": {"S": f"key#{number:06d}"}})
    return (time.perf_counter() - began) / calls * 1e6


def floor_of(url: str) -> Callable[[int], float]:
    """botocore's own cost of a call that a ``before-call`` handler answers at once."""
    boto = client(url)
    answer = SimpleNamespace(status_code=200), {"Item": {}, "ResponseMetadata": {"HTTPStatusCode": 200}}
    boto.meta.events.register_first("before-call.dynamodb", lambda **_: answer)
    return lambda calls: traffic(boto, calls)


def record(url: str, path: Path, calls: int) -> float:
    with use_cassette(path, mode="rewrite"):
        return traffic(client(url), calls)


def replay(url: str, path: Path, calls: int) -> float:
    with use_cassette(path, on_unused="ignore"):
        return traffic(client(url), calls)


def opening(path: Path) -> float:
    """Seconds."""
    block = use_cassette(path, on_unused="ignore")
    began = time.perf_counter()
    with block:
        return time.perf_counter() - began


def with_vcrpy(url: str, folder: Path, calls: int) -> tuple[float, float]:
    """Microseconds a call and bytes an exchange. Requests are told apart by their bodies, as they must be."""
    import vcr

    path, match_on = folder / "vcr.yaml", ["method", "uri", "body"]
    with vcr.use_cassette(str(path), match_on=match_on):
        traffic(client(url), calls)
    with vcr.use_cassette(str(path), match_on=match_on, record_mode="none"):
        return traffic(client(url), calls), path.stat().st_size / calls


def measure(url: str, folder: Path, arguments: argparse.Namespace) -> Iterator[tuple[str, str, str]]:
    calls, exchanges = arguments.calls, arguments.exchanges
    small, big = folder / "small.ddb.msgpack", folder / "big.ddb.msgpack"
    floor, live = floor_of(url), client(url)
    record(url, small, calls)
    record(url, big, exchanges)
    traffic(live, 100), floor(100)
    costs: dict[str, list[float]] = {"floor": [], "replay": [], "live": [], "record": []}
    for number in range(ROUNDS):  # in turn, so that a busy moment hits them all
        costs["floor"].append(floor(calls))
        costs["replay"].append(replay(url, small, calls))
        costs["live"].append(traffic(live, calls))
        costs["record"].append(record(url, folder / f"{number}.ddb.msgpack", calls))
    best = {name: min(measured) for name, measured in costs.items()}
    yield "botocore's floor", f"{best['floor']:.0f} µs a call", ""
    yield "replay", f"{best['replay']:.0f} µs a call", f"{best['replay'] / best['floor']:.2f} x floor"
    large = min(replay(url, big, exchanges) for _ in range(2))
    yield f"replay of {exchanges}", f"{large:.0f} µs a call", f"{large / best['replay']:.2f} x replay of {calls}"
    yield f"opening {exchanges}", f"{min(opening(big) for _ in range(ROUNDS)):.2f} s", ""
    yield "live, over loopback", f"{best['live']:.0f} µs a call", ""
    yield "recording", f"{best['record']:.0f} µs a call", f"{best['record'] / best['live']:.2f} x live"
    yield "size", f"{small.stat().st_size / calls:.0f} bytes an exchange", ""
    if arguments.vcr:
        theirs, size = with_vcrpy(url, folder, calls)
        yield "vcrpy, replay", f"{theirs:.0f} µs a call", f"{theirs / best['replay']:.0f} x replay"
        yield "vcrpy, size", f"{size:.0f} bytes an exchange", ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--vcr", action="store_true", help="vcrpy beside it: takes a minute or two")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--exchanges", type=int, default=20_000)
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    with server() as url, tempfile.TemporaryDirectory() as folder:
        for name, cost, ratio in measure(url, Path(folder), arguments):
            print(f"{name:<24}{cost:<24}{ratio}", flush=True)


if __name__ == "__main__":
    main()
